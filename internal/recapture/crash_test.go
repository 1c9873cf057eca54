package recapture_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

// T021: whichever write the process dies at, whether it was carried out or not, what is delivered again ends as if nothing
// had happened.
func TestAfterACrashAtAnyWriteTheEndIsTheSame(t *testing.T) {
	for crash := range tabletest.Crashes(t, 20) {
		t.Run(crash.String(), func(t *testing.T) { watchOver(t, crash) })
	}
}

// watchOver lives through the thread from cars that are handed over to a sighting, and looks at all that is left of it.
func watchOver(t *testing.T, c *tabletest.Crash) {
	w := open(t)
	batch := w.cars(ann, 5).Batch
	w.work(c)
	if b := w.batch(batch); b.Active != 5 || b.Duplicates != 0 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	w.uploadedOnce(1)
	id := w.list(ann, "")[0].ID
	w.partner.list(id, w.onSale(1, 9000))
	w.push(partner.EventNew, id, "L1")
	w.work(c)
	if s := w.summary(ann); s.TotalCustomers != 5 || s.DistinctCustomers != 5 || s.CapturedCustomers != 1 || s.ByStatus["active"] != 4 || s.ByStatus["new_sighting"] != 1 {
		t.Errorf("summary %+v", s)
	}
	if n := w.notices(ann); len(n) != 1 {
		t.Errorf("told %q", n)
	}
	if r := w.list(ann, "status=new_sighting"); len(r) != 1 || len(w.list(ann, "")) != 5 || len(w.get(ann, id).Sightings) != 1 {
		t.Errorf("new sightings %+v", r)
	}
	if n := len(w.queue.dead); n > 0 {
		t.Errorf("%d dead letters", n)
	}
}

// T040: an answer without an error says that the push is durable, and only that.
func TestAPushIsAnsweredOnceItIsDurable(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.list(id, w.onSale(1, 9000))
	for _, applied := range []bool{false, true} { // not written, or the answer of the table was lost
		w.faulty(func(op string) (bool, error) {
			if op == "Write" {
				return applied, errs.E(errs.Unavailable, "no answer")
			}
			return true, nil
		})
		if status := w.push(partner.EventNew, id, "L1"); status != 503 {
			t.Errorf("written %t: %d", applied, status)
		}
	}
	w.faulty(nil)
	w.queue.fail = func(string) (bool, error) { return false, errs.E(errs.Unavailable, "the queue is away") }
	if status := w.push(partner.EventNew, id, "L2"); status != 204 {
		t.Errorf("durable, but the queue is away: %d", status)
	}
	w.queue.fail = nil
	w.run()
	if r := w.get(ann, id); r.Status != "new_sighting" || len(r.Sightings) != 1 {
		t.Errorf("%+v", r)
	}
	if n := w.notices(ann); len(n) != 1 {
		t.Errorf("told %q", n)
	}
}
