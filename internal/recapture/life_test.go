package recapture_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/recapture"
)

// insist repeats a request that may die until it is answered.
func (w *world) insist(c *tabletest.Crash, status int, method, path, body string, headers ...string) {
	w.Helper()
	for {
		w.faulty(c.Fault)
		a := w.call(ann, method, path, body, headers...)
		w.faulty(nil)
		c.Restart()
		if a.status == status {
			return
		}
		if a.status < 500 {
			w.Fatalf("%s %s: %d %s", method, path, a.status, a.body)
		}
		w.pass(time.Minute) // an attempt holds its key for a while
	}
}

// work lets workers do all there is to do, one of whose writes may be their last.
func (w *world) work(c *tabletest.Crash) {
	w.Helper()
	for {
		w.faulty(c.Fault)
		m, ok := w.queue.take(0, w.workers)
		if ok {
			w.consume(m)
		}
		w.faulty(nil)
		c.Restart()
		if !ok && !w.step(0) {
			return
		}
	}
}

// T021: the same for the rest of a watch's life: deleted, submitted again, retried, sold, off the market, over.
func TestAfterACrashAtAnyWriteOfAWatchsLifeTheEndIsTheSame(t *testing.T) {
	for crash := range tabletest.Crashes(t, 70) {
		t.Run(crash.String(), func(t *testing.T) { live(t, crash) })
	}
}

// live lives through all that can happen to six vehicles and looks at them, their counts and the partner afterwards.
func live(t *testing.T, c *tabletest.Crash) {
	w := open(t)
	w.partner.renames = true
	w.cars(ann, 6)
	w.run()
	id := make([]string, 6)
	for n := range id {
		id[n] = w.list(ann, "q="+vin(n))[0].ID
	}
	if s := w.summary(ann); s.ByStatus["active"] != 6 {
		t.Fatalf("%+v", s)
	}
	w.pass(5 * day)
	w.partner.failing("upload", errs.E(errs.Forbidden, "no licence"))
	w.check(ann, `{"vehicles":[{"vin":"`+vin(6)+`"}]}`)
	w.run()
	errored := w.list(ann, "status=errored")[0].ID
	ref := func(id string) string {
		for ref, watched := range w.partner.watched {
			if watched.ID == id {
				return ref
			}
		}
		return ""
	}
	say := func(id string, s partner.Sighting) {
		at := ref(id)
		watched := w.partner.watched[at]
		watched.Sightings = []partner.Sighting{s}
		w.partner.watched[at] = watched
		body := fmt.Sprintf(`{"Event":"recapture_delist","Ref":"%s","ID":"%s","Sightings":[{"ID":"%s"}]}`, at, id, s.ID+w.Now().String())
		if a := w.call("", "POST", w.hook, body); a.status != 204 {
			t.Fatalf("push %d", a.status)
		}
		w.work(c)
	}

	// The first is deleted; the second, too, and submitted again; the errored one is retried.
	w.insist(c, 204, "DELETE", "/v1/recaptures/"+id[0], "")
	w.insist(c, 204, "DELETE", "/v1/recaptures/"+id[1], "")
	w.work(c)
	w.insist(c, 202, "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+vin(1)+`"}]}`, "Idempotency-Key: again")
	w.insist(c, 202, "POST", "/v1/recaptures/"+errored+"/retry", "", "Idempotency-Key: retry")
	w.work(c)

	// The third is sold; the fourth is listed no more.
	s := w.onSale(1, 9000)
	say(id[2], w.delisted(s, true))
	say(id[3], w.delisted(s, false))
	w.pass(31 * day)
	w.work(c)

	want := map[string]string{id[0]: "deleted", id[1]: "", id[2]: "sold", id[3]: "sold", id[4]: "", id[5]: "", errored: ""}
	w.whole(want)
	w.clock.Set(w.get(ann, id[5]).MonitorUntil)
	w.work(c)
	want[id[4]], want[id[5]] = "monitoring_over", "monitoring_over"
	w.whole(want)
	w.pass(recapture.MonitorFor)
	w.work(c)
	want[id[1]], want[errored] = "monitoring_over", "monitoring_over"
	w.whole(want)
	if n := len(w.queue.dead); n > 0 {
		t.Errorf("%d dead letters", n)
	}
}

// whole fails unless each recapture has ended for its reason, or is watched where that is empty; dashboard, counts and
// partner say the same.
func (w *world) whole(want map[string]string) {
	w.Helper()
	var live, ended []string
	for id, reason := range want {
		r := w.get(ann, id)
		if reason == "" {
			live = append(live, id)
			if r.Status == "deleted" || r.Progress != "watched" || r.Ended != nil {
				w.Errorf("%s %s %+v, want it watched", r.Vehicle.VIN, r.Status, r.Ended)
			}
			continue
		}
		ended = append(ended, id)
		if r.Status != "deleted" || r.Ended == nil || r.Ended.Reason != reason {
			w.Errorf("%s %s %+v, want %s", r.Vehicle.VIN, r.Status, r.Ended, reason)
		}
	}
	var deleted, watched []string
	for _, r := range w.list(ann, "status=deleted") {
		deleted = append(deleted, r.ID)
	}
	for _, v := range w.partner.watched {
		watched = append(watched, v.ID)
	}
	for _, ids := range [][]string{live, ended, deleted, watched} {
		slices.Sort(ids)
	}
	if !slices.Equal(deleted, ended) || len(w.list(ann, "")) != len(want) {
		w.Errorf("the dashboard shows %q as deleted, want %q", deleted, ended)
	}
	if !slices.Equal(watched, live) {
		w.Errorf("the partner watches %q, want %q", watched, live)
	}
	s := w.summary(ann)
	if s.TotalCustomers != len(want) || s.ByStatus["deleted"] != len(ended) || s.ByStatus["active"]+s.ByStatus["new_sighting"] != len(live) || s.ByStatus["errored"] != 0 {
		w.Errorf("summary %+v, want %d and %d", s, len(live), len(ended))
	}
}
