package recapture_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/web"
)

// R2, R27: what is submitted is queued, taken to the partner and watched.
func TestASubmittedVehicleIsQueuedSubmittedAndWatched(t *testing.T) {
	w := open(t)
	w.partner.busy = 2
	batch := w.cars(ann, 250).Batch
	if b := w.batch(batch); b.Total != 250 || b.Queued != 250 || b.Done {
		t.Errorf("at first: %+v", b)
	}
	for w.partner.called("upload") < 2 {
		w.step(0)
	}
	if b := w.batch(batch); b.Submitted != 250 || b.Done {
		t.Errorf("with the partner: %+v", b)
	}
	if r := w.list(ann, "")[0]; r.Progress != "submitted" || r.Status != "active" {
		t.Errorf("with the partner: %s %s", r.Status, r.Progress)
	}
	w.run()
	if b := w.batch(batch); b.Active != 250 || !b.Done || b.Total != 250 {
		t.Errorf("at last: %+v", b)
	}
	if r := w.list(ann, "")[0]; r.Progress != "watched" || r.Status != "active" || r.LastSighting != nil || r.MonitorUntil.Sub(r.SubmittedAt) < 700*24*time.Hour {
		t.Errorf("at last: %+v", r)
	}
	if s := w.summary(ann); s.TotalCustomers != 250 || s.DistinctCustomers != 250 || s.ByStatus["active"] != 250 {
		t.Errorf("summary %+v", s)
	}
}

func TestAChunkSubmittedTwiceAtOnceIsUploadedOnce(t *testing.T) {
	w := open(t)
	batch := w.cars(ann, 30).Batch
	m, _ := w.queue.take(0, w.workers)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { w.consume(m) })
	}
	group.Wait()
	w.run()
	if b := w.batch(batch); b.Active != 30 || b.Duplicates != 0 {
		t.Errorf("batch %+v", b)
	}
	if s := w.summary(ann); s.TotalCustomers != 30 || s.DistinctCustomers != 30 {
		t.Errorf("summary %+v", s)
	}
	w.uploadedOnce(1)
}

// uploadedOnce fails unless so many lists were uploaded, each once.
func (w *world) uploadedOnce(lists int) {
	w.Helper()
	if len(w.partner.uploads) != lists {
		w.Errorf("%d lists uploaded, want %d", len(w.partner.uploads), lists)
	}
	for name, n := range w.partner.uploads {
		if n != 1 {
			w.Errorf("%s was uploaded %d times", name, n)
		}
	}
}

// T038: a lost answer is no reason to pay twice.
func TestAnUploadWhoseAnswerWasLostIsLookedUpFirst(t *testing.T) {
	lost := errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous)
	for name, test := range map[string]struct {
		applied bool
		after   []string
	}{
		"it took effect": {true, []string{"upload", "find", "progress"}},
		"it did not":     {false, []string{"upload", "find", "upload", "progress"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.partner.failingAs("upload", test.applied, lost)
			w.partner.calls = nil
			batch := w.cars(ann, 3).Batch
			w.run()
			if got := strings.Join(w.partner.calls, " "); got != strings.Join(test.after, " ") {
				t.Errorf("calls: %s", got)
			}
			if b := w.batch(batch); b.Active != 3 {
				t.Errorf("batch %+v", b)
			}
			w.uploadedOnce(1)
		})
	}
}

func TestWhileTheQuestionAboutALostAnswerFailsNothingIsUploaded(t *testing.T) {
	w := open(t)
	calls := 0
	w.partner.fail = func(call string) (bool, error) {
		calls++
		switch {
		case call == "upload" && calls == 1:
			return true, errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous)
		case call == "find" && calls < 5:
			return false, errs.E(errs.TooMany, "slow down")
		}
		return true, nil
	}
	w.cars(ann, 3)
	w.run()
	if n := w.partner.called("find"); n != 4 {
		t.Errorf("asked %d times", n)
	}
	w.uploadedOnce(1)
}

func TestALostAnswerIsRememberedWhateverReadFailsBeforeTheQuestion(t *testing.T) {
	for read := 1; ; read++ {
		w := open(t)
		w.partner.failingAs("upload", true, errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous))
		w.cars(ann, 3)
		m, _ := w.queue.take(0, w.workers)
		w.consume(m)
		w.pass(time.Minute)
		_, err := w.Outbox().Sweep(t.Context())
		w.must(err)
		m, _ = w.queue.take(0, w.workers)
		reads := 0
		w.faulty(func(op string) (bool, error) {
			looks := op == "Get" || op == "BatchGet"
			if looks {
				reads++
			}
			if looks && reads == read {
				return false, errs.E(errs.Unavailable, "no answer")
			}
			return true, nil
		})
		w.consume(m)
		w.faulty(nil)
		w.run()
		w.uploadedOnce(1)
		if reads < read {
			if read < 6 {
				t.Errorf("only %d reads", reads)
			}
			return
		}
	}
}

// R6, T039: a key without the licence is told for each vehicle, and nobody hammers the partner.
func TestARefusedKeyMarksEveryVehicleWithTheReason(t *testing.T) {
	w := open(t)
	w.partner.failing("upload", errs.E(errs.Forbidden, "the key has no licence for CustomerRecapture: %w", fmt.Errorf("HTTP 403 of sec_0123")))
	batch := w.cars(ann, 3).Batch
	w.run()
	if b := w.batch(batch); b.Errored != 3 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	for _, r := range w.list(ann, "status=errored") {
		if r.Error != "the key has no licence for CustomerRecapture" || r.Progress != "" {
			t.Errorf("%+v", r)
		}
	}
	if s := w.summary(ann); s.ByStatus["errored"] != 3 || s.ByStatus["active"] != 0 || s.TotalCustomers != 3 {
		t.Errorf("summary %+v", s)
	}
	if n := w.partner.called("upload"); n != 1 {
		t.Errorf("%d uploads", n)
	}

	again := w.cars(ann, 3).Batch
	w.run()
	if b := w.batch(again); b.Active != 3 || b.Duplicates != 0 {
		t.Errorf("submitted again: %+v", b)
	}
	if s := w.summary(ann); s.ByStatus["errored"] != 0 || s.ByStatus["active"] != 3 || s.TotalCustomers != 3 || s.DistinctCustomers != 3 {
		t.Errorf("summary %+v", s)
	}
}

// T036: the message is done and the next one is promised, so no receive count runs out.
func TestARateLimitPostponesForAsLongAsThePartnerAsks(t *testing.T) {
	w := open(t)
	limited := errs.Later(errs.TooMany, 90*time.Second, "slow down")
	w.partner.failing("upload", limited, limited, errs.E(errs.TooMany, "slow down"), errs.E(errs.Unavailable, "out"), limited, limited, limited, limited, limited, limited)
	batch := w.cars(ann, 3).Batch
	m, _ := w.queue.take(0, w.workers)
	if v := w.consume(m); v.Fate != queue.Done {
		t.Fatalf("fate %v", v)
	}
	due, _, err := w.Outbox().NextDue(t.Context(), time.Hour)
	w.must(err)
	if wait := due.Sub(w.Now()); wait < 90*time.Second || wait > 102*time.Second {
		t.Errorf("waits %v", wait)
	}
	w.consume(m) // comes again
	if n := w.partner.called("upload"); n != 1 {
		t.Errorf("a repeated message of the first attempt has uploaded, too")
	}
	w.run()
	if b := w.batch(batch); b.Active != 3 {
		t.Errorf("batch %+v", b)
	}
	if n := w.partner.called("find"); n != 0 {
		t.Errorf("asked %d times after clear refusals", n)
	}
	w.uploadedOnce(1)
}

func TestAConnectionThatIsGoneEndsItsChunks(t *testing.T) {
	for name, before := range map[string]func(w *world){
		"before the upload": func(*world) {},
		"before the poll":   func(w *world) { w.step(0) },
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			batch := w.cars(ann, 3).Batch
			before(w)
			w.must(company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, "c-harbour"))
			w.run()
			if b := w.batch(batch); b.Errored != 3 || !b.Done {
				t.Errorf("batch %+v", b)
			}
			if r := w.list(ann, "")[0]; !strings.Contains(r.Error, "removed") {
				t.Errorf("error %q", r.Error)
			}
		})
	}
}
