package recapture_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/web"
)

// lists submits so many lists of one vehicle each; it returns their batches.
func (w *world) lists(user string, n int) (batches []string) {
	w.Helper()
	for i := range n {
		batches = append(batches, w.check(user, fmt.Sprintf(`{"vehicles":[{"vin":"%s"}]}`, vin(i))).Batch)
	}
	return batches
}

// until works until a time, or until nothing is left to do.
func (w *world) until(end time.Time) {
	w.Helper()
	for w.Now().Before(end) && w.step(0) {
	}
	if n := len(w.queue.dead); n > 0 {
		w.Errorf("%d dead letters", n)
	}
}

func hanging(w *world, each time.Duration) func(string) error {
	return func(call string) error {
		w.clock.Advance(each)
		err := errs.E(errs.Unavailable, "AutoGrab is not available: no answer in time")
		if call == "upload" {
			err = errors.Join(err, partner.ErrAmbiguous)
		}
		return err
	}
}

// T036: a partner that hangs for one dealer is left by the workers after ten calls, so another dealer hardly waits. Once it
// answers, everything is submitted, once.
func TestADealerDoesNotWaitForThePartnerOfAnother(t *testing.T) {
	w := open(t)
	w.partner.down["AU"] = hanging(w, 20*time.Second)
	theirs := w.lists(ann, 60)
	ours := w.lists(kim, 5)
	began := w.Now()
	for _, batch := range ours {
		for !want[batchView](w, 200, kim, "GET", "/v1/recapture-batches/"+batch, "").Done {
			if !w.step(0) || w.Now().Sub(began) > time.Hour {
				t.Fatalf("not done\n%s", w.log)
			}
		}
	}
	if took := w.Now().Sub(began); took > 10*20*time.Second+time.Minute {
		t.Errorf("the other dealer has waited %v for 60 lists of this one", took)
	}
	w.until(began.Add(6 * time.Hour))
	// Ten to open; then one after 30 s, 1, 2, 4, 8 and each 15 minutes.
	if n := w.partner.asked["AU"]; n < 25 || n > 45 {
		t.Errorf("the partner that hangs was called %d times in 6 hours", n)
	}
	if b := w.batch(theirs[0]); b.Done || !strings.Contains(b.Problem, "no answer in time") {
		t.Errorf("waiting: %+v", b)
	}
	delete(w.partner.down, "AU")
	w.run()
	for _, batch := range theirs {
		if b := w.batch(batch); b.Active != 1 || !b.Done || b.Problem != "" {
			t.Errorf("at last: %+v", b)
		}
	}
	w.uploadedOnce(65)
}

// T039: one refusal is enough. Its vehicles say why, the others wait, and go on by themselves with the right key.
func TestAThousandListsDoNotMeetARefusedKeyAThousandTimes(t *testing.T) {
	refused := func(string) error { return errs.E(errs.Forbidden, "AutoGrab does not accept the API key") }
	t.Run("mended", func(t *testing.T) {
		w := open(t)
		w.partner.down["AU"] = refused
		batches := w.lists(ann, 40)
		before := w.partner.asked["AU"]
		w.until(w.Now().Add(3 * time.Hour))
		if n := w.partner.asked["AU"] - before; n < 1 || n > 8 {
			t.Errorf("%d calls with a refused key", n)
		}
		errored := len(w.list(ann, "status=errored"))
		if b := w.batch(batches[0]); b.Errored != 1 || errored == 40 {
			t.Errorf("the one at hand: %+v, %d errored", b, errored)
		}
		if b := w.batch(batches[39]); b.Done || b.Queued != 1 || !strings.Contains(b.Problem, "does not accept the API key") {
			t.Errorf("the last: %+v", b)
		}
		delete(w.partner.down, "AU")
		connection, err := company.LoadConnection(t.Context(), w.Deps, harbour, "c-harbour")
		w.must(err)
		_, err = company.ChangeConnection(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, connection.Value, "sec_new_9876543210")
		w.must(err)
		began := w.Now()
		w.run()
		if active := len(w.list(ann, "status=active")); active != 40-errored || w.Now().Sub(began) > 20*time.Minute {
			t.Errorf("%d active of %d after %v", active, 40-errored, w.Now().Sub(began))
		}
		w.uploadedOnce(40 - errored)
	})
	t.Run("never mended", func(t *testing.T) {
		w := open(t)
		w.partner.down["AU"] = refused
		batches := w.lists(ann, 40)
		before := w.partner.asked["AU"]
		w.until(w.Now().Add(48 * time.Hour))
		if n := w.partner.asked["AU"] - before; n > 40 {
			t.Errorf("%d calls with a refused key", n)
		}
		for _, batch := range batches {
			if b := w.batch(batch); b.Errored != 1 || !b.Done {
				t.Errorf("after two days: %+v", b)
			}
		}
		for _, r := range w.list(ann, "status=errored") {
			if !strings.Contains(r.Error, "does not accept the API key") {
				t.Errorf("says %q", r.Error)
			}
		}
	})
}

// What is held back uses nothing up: neither the patience with a list that the partner does not know, nor receives.
func TestWaitingForAPartnerUsesNothingUp(t *testing.T) {
	w := open(t)
	w.partner.busy = 1
	batch := w.cars(ann, 2).Batch
	for w.partner.called("progress") == 0 {
		w.step(0)
	}
	w.partner.down["AU"] = hanging(w, 0)
	w.until(w.Now().Add(3 * time.Hour))
	delete(w.partner.down, "AU")
	unknown := errs.E(errs.NotFound, "no such list")
	w.partner.failing("progress", unknown, unknown)
	w.run()
	if b := w.batch(batch); b.Active != 2 {
		t.Errorf("a partner that has forgotten a list for a moment after an outage: %+v", b)
	}
}

// Architecture §6.4: what nobody can settle is parked and shown, and never uploaded on suspicion.
func TestAnUploadThatNobodyCanSettleIsParkedAndShown(t *testing.T) {
	for name, answer := range map[string]error{
		"refused":     errs.E(errs.Forbidden, "AutoGrab refuses the API key for this"),
		"unsupported": errs.E(errs.Invalid, "AutoGrab cannot be asked for lists by name"),
		"silent":      errs.E(errs.Unavailable, "AutoGrab is not available"),
		"busy":        errs.E(errs.TooMany, "AutoGrab asks us to slow down"),
	} {
		for _, took := range []bool{true, false} {
			t.Run(fmt.Sprint(name, ", it took effect: ", took), func(t *testing.T) {
				w := open(t)
				w.partner.fail = func(call string) (bool, error) {
					switch call {
					case "upload":
						return took, errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous)
					case "find":
						return false, answer
					}
					return true, nil
				}
				batch := w.cars(ann, 3).Batch
				w.until(w.Now().Add(23 * time.Hour))
				if b := w.batch(batch); b.Done || b.Queued != 3 || b.Problem == "" {
					t.Errorf("on the first day: %+v", b)
				}
				w.until(w.Now().Add(3 * time.Hour))
				if b := w.batch(batch); b.Errored != 3 || !b.Done || b.Problem != "" {
					t.Errorf("on the second day: %+v", b)
				}
				for _, r := range w.list(ann, "status=errored") {
					if !strings.Contains(r.Error, "answer to the list with this vehicle was lost") || !strings.Contains(r.Error, "AutoGrab") || !strings.Contains(r.Error, "ask the partner before") {
						t.Errorf("says %q", r.Error)
					}
				}
				if n := w.partner.called("upload"); n != 1 {
					t.Errorf("%d uploads", n)
				}
				w.partner.fail = nil
				if took {
					w.sight(w.list(ann, "")[0].ID, w.onSale(0, 9000))
					if r := w.list(ann, "status=new_sighting"); len(r) != 1 {
						t.Errorf("a sighting proves that it was taken: %+v", r)
					}
				}
			})
		}
	}
}

func TestAListWhoseEndThePartnerNeverTellsIsShownAfterAWeek(t *testing.T) {
	for name, set := range map[string]func(*world){
		"never done":  func(w *world) { w.partner.busy = 1 << 30 },
		"key refused": func(w *world) { w.partner.failEach("progress", errs.E(errs.Forbidden, "the key is refused")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			batch := w.cars(ann, 1).Batch
			set(w)
			w.until(w.Now().Add(6 * 24 * time.Hour))
			if b := w.batch(batch); b.Done {
				t.Errorf("too early: %+v", b)
			}
			w.until(w.Now().Add(2 * 24 * time.Hour))
			if b := w.batch(batch); b.Errored != 1 || !b.Done {
				t.Errorf("after a week: %+v", b)
			}
			if r := w.list(ann, "")[0]; !strings.Contains(r.Error, "has not told for a week") {
				t.Errorf("says %q", r.Error)
			}
		})
	}
}

// A receive is never spent on a partner that is away.
func TestAChunkThatIsHeldBackIsDoneWithItsMessage(t *testing.T) {
	w := open(t)
	w.partner.down["AU"] = hanging(w, 0)
	w.lists(ann, 12)
	for range 12 {
		m, ok := w.queue.take(0, w.workers)
		if !ok {
			t.Fatal("no message")
		}
		if v := w.consume(m); v.Fate != queue.Done {
			t.Errorf("%+v", v)
		}
	}
}
