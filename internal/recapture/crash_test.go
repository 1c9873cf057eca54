package recapture_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// crash is a process that dies at one of its writes and stays dead until somebody starts it again.
type crash struct {
	at      int  // which write
	applied bool // was it still carried out?

	mu     sync.Mutex
	writes int
	dead   bool
	died   bool
}

// revive starts the process again.
func (c *crash) revive() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = false
}

// call is a table's fault.
func (c *crash) call(op string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return false, errors.New("the process is dead")
	}
	if op != "Write" && op != "Load" {
		return true, nil
	}
	c.writes++
	if c.writes != c.at {
		return true, nil
	}
	c.dead, c.died = true, true
	return c.applied, errs.E(errs.Unavailable, "no answer")
}

// T021: whichever write the process dies at, whether it was carried out or not, what is delivered again ends as if nothing
// had happened.
func TestAfterACrashAtAnyWriteTheEndIsTheSame(t *testing.T) {
	for at := 1; ; at++ {
		died := true
		for _, applied := range []bool{false, true} {
			t.Run(fmt.Sprintf("write %d, carried out %v", at, applied), func(t *testing.T) {
				died = crashAt(t, &crash{at: at, applied: applied})
			})
		}
		if !died {
			if at < 15 {
				t.Errorf("the thread has only %d writes", at-1)
			}
			return
		}
	}
}

func crashAt(t *testing.T, c *crash) bool {
	w := open(t)
	batch := w.cars(ann, 5).Batch
	work := func() {
		w.faulty(c.call)
		for {
			m, ok := w.queue.take(0, w.workers)
			if ok {
				w.consume(m)
			}
			w.faulty(nil)
			c.revive()
			if !ok && !w.step(0) {
				return
			}
			w.faulty(c.call)
		}
	}
	work()
	if b := w.batch(batch); b.Active != 5 || b.Duplicates != 0 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	w.uploadedOnce(1)
	id := w.list(ann, "")[0].ID
	w.partner.list(id, w.onSale(1, 9000))
	w.push(partner.EventNew, id, "L1")
	work()
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
	return c.died
}

// T040: an answer without an error says that the push is durable, and only that.
func TestAPushIsAnsweredOnceItIsDurable(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.list(id, w.onSale(1, 9000))
	w.faulty((&crash{at: 1}).call)
	if status := w.push(partner.EventNew, id, "L1"); status != 503 {
		t.Errorf("not written: %d", status)
	}
	w.faulty((&crash{at: 1, applied: true}).call)
	if status := w.push(partner.EventNew, id, "L1"); status != 503 {
		t.Errorf("the answer of the table was lost: %d", status)
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
