package recapture_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// delete ends a watch as a user.
func (w *world) delete(user, id string) {
	w.Helper()
	want[struct{}](w, 204, user, "DELETE", "/v1/recaptures/"+id, "")
}

// untilCalled works until the partner was called so often.
func (w *world) untilCalled(call string, times int) {
	w.Helper()
	for w.partner.called(call) < times {
		if !w.step(0) {
			w.Fatalf("nothing is left to do, and no %s\n%s", call, w.log)
		}
	}
}

// C14, R45: a user deletes; the status tells at once, and the partner soon.
func TestADeletedVehicleIsDeletedAtOnceAndRemovedAtThePartner(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`","customer":{"first":"Cy","last":"Old"}}`)
	w.sight(id, w.onSale(0, 9000))
	w.pass(time.Hour)
	w.delete(ben, id)
	r := w.get(ann, id)
	if r.Status != "deleted" || r.Progress != "" || r.Ended == nil || r.Ended.Reason != "deleted" || r.Ended.By != ben || !r.Ended.At.Equal(w.Now()) || r.LastSighting == nil {
		t.Errorf("%+v %+v", r, r.Ended)
	}
	if s := w.summary(ann); s.ByStatus["deleted"] != 1 || s.ByStatus["new_sighting"] != 0 || s.TotalCustomers != 1 || s.CapturedCustomers != 1 {
		t.Errorf("summary %+v", s)
	}
	if n := len(w.list(ann, "status=deleted")) - len(w.list(ann, "status=new_sighting")); n != 1 {
		t.Errorf("the dashboard does not show it as deleted")
	}
	w.run()
	for range 2 {
		w.delete(ann, id)
		w.run()
	}
	if !slices.Equal(w.partner.removed, []string{refOf(id)}) {
		t.Errorf("removed %q", w.partner.removed)
	}
	if again := w.get(ann, id); *again.Ended != *r.Ended {
		t.Errorf("deleted again: %+v", again.Ended)
	}
}

func TestAPushAboutADeletedVehicleHasNoEffect(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.failing("remove", errs.E(errs.Unavailable, "out")) // so that the partner still knows it
	w.delete(ann, id)
	w.sight(id, w.onSale(0, 9000))
	if r := w.get(ann, id); r.Status != "deleted" || r.LastSighting != nil || len(r.Sightings) != 0 {
		t.Errorf("%+v", r)
	}
	if n := w.notices(ann); len(n) != 0 {
		t.Errorf("told %q", n)
	}
}

func TestOnlyWhoWorksOnARecaptureDeletesIt(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	for user, status := range map[string]int{mel: 404, kim: 404, owner: 403, "": 401} {
		if a := w.call(user, "DELETE", "/v1/recaptures/"+id, ""); a.status != status {
			t.Errorf("%q: %d %s, want %d", user, a.status, a.body, status)
		}
	}
	if a, b := w.call(kim, "DELETE", "/v1/recaptures/"+id, ""), w.call(kim, "DELETE", "/v1/recaptures/nothing", ""); a.body != b.body {
		t.Errorf("a foreign one differs from an unknown one: %s %s", a.body, b.body)
	}
	if r := w.get(ann, id); r.Status != "active" {
		t.Errorf("%+v", r)
	}
}

func TestAVehicleDeletedBeforeItIsUploadedIsNotUploaded(t *testing.T) {
	for all, uploads := range map[bool]int{false: 2, true: 1} {
		t.Run(fmt.Sprint("all of the list ", all), func(t *testing.T) {
			w := open(t)
			w.partner.failing("upload", errs.Later(errs.TooMany, time.Minute, "slow down"))
			batch := w.cars(ann, 3).Batch
			w.untilCalled("upload", 1)
			var kept []string
			for i, r := range w.list(ann, "") {
				if i > 0 && !all {
					kept = append(kept, refOf(r.ID))
					continue
				}
				w.delete(ann, r.ID)
			}
			w.run()
			if got := slices.Sorted(maps.Keys(w.partner.watched)); !slices.Equal(got, slices.Sorted(slices.Values(kept))) {
				t.Errorf("the partner has %q, want %q", got, kept)
			}
			if n := w.partner.called("upload"); n != uploads {
				t.Errorf("%d uploads", n)
			}
			if b := w.batch(batch); !b.Done || b.Total != 3 || b.Active != len(kept) || b.Deleted != 3-len(kept) {
				t.Errorf("batch %+v", b)
			}
			if n := w.partner.called("remove"); n != 0 {
				t.Errorf("%d removals of what was never there", n)
			}
		})
	}
}

func TestAVehicleDeletedWhileItIsUnderWayIsRemovedOnceThePartnerNamesIt(t *testing.T) {
	for name, lost := range map[string]bool{"uploaded": false, "uploaded, and the answer was lost": true} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.partner.busy = 3
			if lost {
				w.partner.failingAs("upload", true, errs.E(errs.Unavailable, "no answer: %w", partner.ErrAmbiguous))
			}
			batch := w.cars(ann, 2).Batch
			w.untilCalled("upload", 1)
			var refs []string
			for _, r := range w.list(ann, "") {
				w.delete(ann, r.ID)
				refs = append(refs, refOf(r.ID))
			}
			w.run()
			if got := slices.Sorted(slices.Values(w.partner.removed)); !slices.Equal(got, slices.Sorted(slices.Values(refs))) || len(w.partner.watched) != 0 {
				t.Errorf("removed %q, left %v", got, w.partner.watched)
			}
			if b := w.batch(batch); !b.Done || b.Deleted != 2 || b.Total != 2 {
				t.Errorf("batch %+v", b)
			}
			if s := w.summary(ann); s.ByStatus["deleted"] != 2 || s.TotalCustomers != 2 {
				t.Errorf("summary %+v", s)
			}
			w.uploadedOnce(1)
		})
	}
}

// Whenever a vehicle is deleted and submitted again, and in whatever order all that is done, it ends with one watch at the
// partner, the new one. A partner may call it by its old name or by a new one.
func TestAVehicleDeletedAndSubmittedAgainEndsWithOneWatch(t *testing.T) {
	for _, renames := range []bool{false, true} {
		for deleted := range 6 { // after so many steps
			for order := range 3 {
				t.Run(fmt.Sprint("renamed ", renames, ", deleted after ", deleted, " steps, order ", order), func(t *testing.T) {
					w := open(t)
					w.partner.renames, w.partner.busy = renames, 1
					w.check(ann, `{"vehicles":[{"vin":"`+polo+`"}]}`)
					w.step(0)
					id := w.list(ann, "")[0].ID
					for range deleted {
						w.step(0)
					}
					w.delete(ann, id)
					for range order {
						w.step(order)
					}
					w.check(ann, `{"vehicles":[{"vin":"`+polo+`"}]}`)
					for range 100 {
						w.step(order)
					}
					w.run()
					if r := w.get(ann, id); r.Status != "active" || r.Progress != "watched" || r.Ended != nil {
						t.Fatalf("%+v", r)
					}
					if len(w.partner.watched) != 1 {
						t.Fatalf("watches %v, removed %q", slices.Collect(maps.Keys(w.partner.watched)), w.partner.removed)
					}
					w.delete(ann, id)
					w.run()
					if len(w.partner.watched) != 0 {
						t.Errorf("watches left in the end: %v", w.partner.watched)
					}
				})
			}
		}
	}
}

func TestARemovalThatFailsIsTriedAgain(t *testing.T) {
	w := open(t)
	ids := []string{}
	w.cars(ann, 2)
	w.run()
	for _, r := range w.list(ann, "") {
		ids = append(ids, refOf(r.ID))
	}
	w.partner.failing("remove", errs.Later(errs.TooMany, time.Minute, "slow down"), errs.E(errs.Unavailable, "out"), errs.E(errs.Forbidden, "the key is refused"),
		errs.E(errs.Invalid, "what?"), errs.E(errs.NotFound, "gone"))
	for _, r := range w.list(ann, "") {
		w.delete(ann, r.ID)
	}
	w.run()
	if n := w.partner.called("remove"); n != 6 {
		t.Errorf("%d calls, want two and one for each failure but the last", n)
	}
	if len(w.partner.watched) > 1 { // the one that is said to be gone
		t.Errorf("left %v of %q", w.partner.watched, ids)
	}
	if n := strings.Count(w.log.String(), "removal is tried again later"); n < 4 {
		t.Errorf("%d entries in the log", n)
	}
}

func TestARemovalThatNeverSucceedsIsGivenUpAfterAMonth(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.fail = func(call string) (bool, error) {
		if call == "remove" {
			return false, errs.E(errs.Forbidden, "the key is refused")
		}
		return true, nil
	}
	w.delete(ann, id)
	started := w.Now()
	for w.step(0) {
	}
	if took := w.Now().Sub(started); took < 30*24*time.Hour || took > 31*24*time.Hour {
		t.Errorf("given up after %v", took)
	}
	if n := w.partner.called("remove"); n < 20 || n > 200 {
		t.Errorf("%d attempts", n)
	}
	if len(w.queue.dead) != 0 {
		t.Errorf("%d dead letters", len(w.queue.dead))
	}
}

func TestOverARemovedConnectionThereIsNothingLeftToRemove(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.must(company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, "c-harbour"))
	w.delete(ann, id)
	w.run()
	if r := w.get(ann, id); r.Status != "deleted" || w.partner.called("remove") != 0 {
		t.Errorf("%s, %d calls", r.Status, w.partner.called("remove"))
	}
}

func TestARepeatedRemovalDoesNotStartAnotherRound(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.failing("remove", errs.E(errs.Unavailable, "1"), errs.E(errs.Unavailable, "2"), errs.E(errs.Unavailable, "3"))
	w.delete(ann, id)
	for {
		m, ok := w.queue.take(0, w.workers)
		if !ok && !w.step(0) {
			break
		}
		for ; ok; ok = false {
			w.consume(m)
			w.consume(m)
			w.consume(m)
		}
	}
	if n := w.partner.called("remove"); n != 4 {
		t.Errorf("%d calls, want 4 whatever came twice", n)
	}
}

// A process that fails inside is not a partner that is away: the message itself comes again.
func TestARemovalThatMeetsAFaultOfOursComesAgain(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	w.partner.failing("remove", errors.New("a bug"))
	w.delete(ann, id)
	w.run()
	if len(w.partner.removed) != 1 {
		t.Errorf("removed %q", w.partner.removed)
	}
}
