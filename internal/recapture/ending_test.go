package recapture_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture"
)

const day = 24 * time.Hour

// ended fails unless a watch has ended for a reason, here and at the partner.
func (w *world) ended(id, reason string) {
	w.Helper()
	r := w.get(ann, id)
	if r.Status != "deleted" || r.Progress != "" || r.Ended == nil || r.Ended.Reason != reason || r.Ended.By != "" {
		w.Errorf("%+v %+v", r, r.Ended)
	}
	if _, left := w.partner.watched[refOf(id)]; left {
		w.Errorf("the partner still watches %s", id)
	}
}

// C14: a watch ends by itself when its period is over.
func TestAWatchEndsWhenItsPeriodIsOver(t *testing.T) {
	w := open(t)
	batch := w.cars(ann, 3).Batch
	w.run()
	r := w.list(ann, "")[0]
	w.sight(r.ID, w.onSale(0, 9000)) // nobody looks, and still it ends
	told := len(w.notices(ann))
	w.clock.Set(r.MonitorUntil.Add(-13 * time.Hour))
	w.run()
	if s := w.summary(ann); s.ByStatus["deleted"] != 0 {
		t.Fatalf("too early: %+v", s)
	}
	w.pass(13 * time.Hour)
	w.run()
	for _, r := range w.list(ann, "") {
		w.ended(r.ID, "monitoring_over")
	}
	if s := w.summary(ann); s.ByStatus["deleted"] != 3 || s.ByStatus["active"] != 0 || s.ByStatus["new_sighting"] != 0 || s.TotalCustomers != 3 || s.CapturedCustomers != 1 {
		t.Errorf("summary %+v", s)
	}
	if n := len(w.list(ann, "status=deleted")); n != 3 || len(w.list(ann, "status=active")) != 0 {
		t.Errorf("%d on the dashboard", n)
	}
	if n := len(w.notices(ann)); n > told { // those of then have expired
		t.Errorf("%d told of the end", n-told)
	}
	if b := w.batch(batch); b.Active != 3 || b.Total != 3 {
		t.Errorf("batch %+v", b)
	}
}

func TestTheEndOfAChunkOfVehiclesIsOneCommand(t *testing.T) {
	w := open(t)
	w.cars(ann, 200)
	w.run()
	w.spent("recapture-end")
	w.pass(recapture.MonitorFor)
	ends := 0
	for w.step(0) {
		w.queue.mu.Lock()
		for _, m := range w.queue.messages {
			if m.Topic == "recapture-end" {
				ends++
			}
		}
		w.queue.mu.Unlock()
	}
	if ends != 1 {
		t.Errorf("%d commands", ends)
	}
	// Least: 200 reads and 200 x (1 record + 1 posting put + 1 removed) = 600 writes. Together with tally and removal or
	// not at all, each record is written double (+200); 8 tallies (+16), 8 removals of up to 3 kB with their messages, which
	// are settled (+78), and the state of the chunk (+1).
	w.costs("end", "recapture-end", "203 reads, 895 writes")
	if n := len(w.partner.removed); n != 200 {
		t.Errorf("%d removed", n)
	}
}

// A vehicle that is submitted again in between is another chunk's: the promise about its old one does not concern it.
func TestAPeriodThatBeganAnewEndsWhenItIsOver(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.pass(100 * day)
	w.delete(ann, id)
	w.run()
	w.check(ann, `{"vehicles":[{"vin":"`+polo+`"}]}`)
	w.run()
	w.pass(recapture.MonitorFor - 50*day)
	w.run()
	if r := w.get(ann, id); r.Status != "active" || r.Ended != nil {
		t.Fatalf("%+v", r)
	}
	w.pass(50 * day)
	w.run()
	w.ended(id, "monitoring_over")
}

func TestAVehicleMayBeWatchedUntilADayOfItsOwn(t *testing.T) {
	w := open(t)
	sydney, err := time.LoadLocation("Australia/Sydney")
	w.must(err)
	start := w.Now()
	date := func(days int) string { return start.Add(time.Duration(days) * day).In(sydney).Format(time.DateOnly) }
	w.check(ann, fmt.Sprintf(`{"vehicles":[{"vin":"%s","monitorUntil":"%s"},{"vin":"%s","monitorUntil":"%s"},{"vin":"%s","monitorUntil":"%s"},{"vin":"%s"}]}`,
		vin(0), date(0), vin(1), date(10), vin(2), date(720), vin(3)))
	w.run()
	until := func(n int) time.Time { return w.list(ann, "q="+vin(n))[0].MonitorUntil }
	midnight := func(days int) time.Time {
		end, err := time.ParseInLocation(time.DateOnly, date(days), sydney)
		w.must(err)
		return end.AddDate(0, 0, 1)
	}
	if !until(0).Equal(midnight(0)) || !until(1).Equal(midnight(10)) || !until(2).Equal(start.Add(recapture.MonitorFor)) || !until(3).Equal(start.Add(recapture.MonitorFor)) {
		t.Errorf("%v %v %v %v", until(0), until(1), until(2), until(3))
	}
	for n, wait := range []time.Duration{midnight(0).Sub(start), midnight(10).Sub(start), recapture.MonitorFor} {
		w.clock.Set(start.Add(wait))
		w.run()
		if s := w.summary(ann); s.ByStatus["deleted"] != []int{1, 2, 4}[n] {
			t.Errorf("after %v: %+v", wait, s)
		}
	}
	if n := len(w.partner.removed); n != 4 {
		t.Errorf("%d removed", n)
	}
	for given, says := range map[string]string{
		start.Add(-2 * day).Format(time.DateOnly): "", "2027-02-30": "date", "soon": "date", "2099-01-01": "is too far ahead", "2020-01-01": "is over",
	} {
		a := w.call(ann, "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+vin(9)+`"},{"vin":"`+vin(8)+`","monitorUntil":"`+given+`"}]}`)
		if a.status != 422 || !strings.Contains(a.body, "body.vehicles[1].monitorUntil") || !strings.Contains(a.body, says) {
			t.Errorf("%s: %d %s", given, a.status, a.body)
		}
	}
}

// Commands may come twice, late and in any order: nothing ends early, and no second chain of promises begins.
func TestARepeatedEndChangesNothing(t *testing.T) {
	w := open(t)
	soon := w.Now().Add(10 * day).Format(time.DateOnly)
	w.check(ann, `{"vehicles":[{"vin":"`+vin(0)+`","monitorUntil":"`+soon+`"},{"vin":"`+vin(1)+`"}]}`)
	w.run()
	ends := 0
	for _, wait := range []time.Duration{11 * day, recapture.MonitorFor} {
		w.pass(wait)
		for {
			m, ok := w.queue.take(0, w.workers)
			if !ok && !w.step(0) {
				break
			}
			if ok {
				if m.Topic == recapture.EndTopic.Name {
					ends++
				}
				for range 3 {
					w.consume(m)
				}
			}
		}
	}
	if ends != 2 {
		t.Errorf("%d commands", ends)
	}
	if got := w.partner.removed; len(got) != 2 || got[0] == got[1] {
		t.Errorf("removed %q", got)
	}
	if s := w.summary(ann); s.ByStatus["deleted"] != 2 {
		t.Errorf("%+v", s)
	}
}

// What a user does at the same time does not get lost, and neither does the end.
// afterRead is a table that has something done right after its next batch read.
type afterRead struct {
	table.Driver
	then *func()
}

func (d afterRead) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	items, err := d.Driver.BatchGet(ctx, keys)
	if then := *d.then; then != nil {
		*d.then = nil
		then()
	}
	return items, err
}

func TestAnEndThatMeetsOthersIsRepeatedForEach(t *testing.T) {
	var then func()
	w := open(t, func(d table.Driver) table.Driver { return afterRead{d, &then} })
	w.cars(ann, 20)
	w.run()
	first := w.list(ann, "")[7]
	w.pass(recapture.MonitorFor)
	for met := false; !met; {
		m, ok := w.queue.take(0, w.workers)
		if !ok {
			w.step(0)
			continue
		}
		if met = m.Topic == recapture.EndTopic.Name; met {
			then = func() { w.delete(ann, first.ID) } // its recaptures are read, and not written yet
		}
		w.consume(m)
	}
	w.run()
	reasons := map[string]int{}
	for _, r := range w.list(ann, "status=deleted") {
		reasons[r.Ended.Reason]++
	}
	if reasons["deleted"] != 1 || reasons["monitoring_over"] != 19 {
		t.Errorf("%v", reasons)
	}
	if got := slices.Compact(slices.Sorted(slices.Values(w.partner.removed))); len(got) != 20 {
		t.Errorf("%d removed", len(got))
	}
	if s := w.summary(ann); s.ByStatus["deleted"] != 20 || s.TotalCustomers != 20 {
		t.Errorf("%+v", s)
	}
}
