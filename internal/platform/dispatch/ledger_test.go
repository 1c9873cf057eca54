package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

func TestWhatIsPlannedGoesOutOnce(t *testing.T) {
	w := newWorld(t)
	w.plan("a")
	for range 3 {
		w.pass(3*time.Minute, time.Minute)
	}
	if d := w.find("a"); d.State != dispatch.Sent || !slices.Equal(d.Accepted, []string{"p1"}) || len(w.provider.taken) != 1 {
		t.Errorf("%+v with %d parcels", d, len(w.provider.taken))
	}
	err := w.store.Write(t.Context(), medium.Plan(harbour, "a", parcel{SendID: "a"}, w.now))
	if !medium.Met(err, harbour, "a") || medium.Met(err, harbour, "b") {
		t.Errorf("planned again: %v", err)
	}
	all, err := medium.FindAll(t.Context(), w.store, harbour, []string{"a", "b"})
	if err != nil || len(all) != 1 || all["a"].State != dispatch.Sent {
		t.Errorf("found %v, %v", all, err)
	}
}

func TestARefusalIsTriedAgainAndAnotherIsNot(t *testing.T) {
	w := newWorld(t)
	w.provider.say = func(n int) error {
		if n < 4 {
			return errs.E(errs.TooMany, "later")
		}
		return nil
	}
	w.plan("a")
	w.pass(time.Hour, time.Minute)
	if d := w.find("a"); d.State != dispatch.Sent || d.Attempts != 4 {
		t.Errorf("%+v", d)
	}
	w.provider.say = func(int) error { return errs.E(errs.Forbidden, "never") }
	w.plan("b")
	w.pass(2*time.Hour, time.Minute)
	if d := w.find("b"); d.State != dispatch.Failed || d.Attempts != 1 || d.Reason != "never" {
		t.Errorf("%+v", d)
	}
	w.provider.say = func(int) error { return errs.E(errs.Unavailable, "down for days") }
	w.plan("c")
	w.pass(26*time.Hour, 10*time.Minute)
	if d := w.find("c"); d.State != dispatch.Failed || d.Reason != "too late" {
		t.Errorf("%+v", d)
	}
	if len(w.provider.taken) != 1 {
		t.Errorf("%d messages", len(w.provider.taken))
	}
}

func TestPermissionIsAskedRightBeforeItGoes(t *testing.T) {
	w := newWorld(t)
	asked := 0
	answer := errs.Later(errs.Unavailable, 10*time.Minute, "not at night")
	w.ledger.Medium.Permit = func(context.Context, ident.Company, parcel) error { asked++; return answer }
	w.plan("a")
	w.pass(5*time.Minute, time.Minute)
	if d := w.find("a"); d.State != dispatch.Released || asked != 1 {
		t.Errorf("%+v after %d questions", d, asked)
	}
	answer = errs.E(errs.Forbidden, "does not want it")
	w.pass(20*time.Minute, time.Minute)
	if d := w.find("a"); d.State != dispatch.Suppressed || !strings.Contains(d.Reason, "does not want") || w.provider.tries != 0 {
		t.Errorf("%+v, %d sends", d, w.provider.tries)
	}
}

func TestALostAnswerIsNeverSentAgainBlindly(t *testing.T) {
	for name, taken := range map[string]bool{"taken": true, "not taken": false} {
		w := newWorld(t)
		w.provider.say = func(int) error {
			if taken {
				return fmt.Errorf("%w: %w", errTaken, dispatch.ErrAmbiguous)
			}
			return dispatch.ErrAmbiguous
		}
		w.plan("a")
		w.pass(3*time.Hour, 10*time.Minute)
		if d := w.find("a"); d.State != dispatch.Parked || w.provider.tries != 1 {
			t.Errorf("%s: %+v after %d sends", name, d, w.provider.tries)
		}
		for range 2 {
			w.report("a", "p1")
		}
		if d := w.find("a"); d.State != dispatch.Sent || !d.Lost || d.Doubled() {
			t.Errorf("%s: %+v", name, d)
		}
		w.pass(3*time.Hour, 10*time.Minute)
		if w.provider.tries != 1 {
			t.Errorf("%s: %d sends", name, w.provider.tries)
		}
	}
}

func TestTheMediumSaysWhetherWhatIsInDoubtGoesOnceMore(t *testing.T) {
	w := newWorld(t)
	again := 0
	w.ledger.Medium.Again = func(context.Context, ident.Company, parcel) (bool, error) {
		if again++; again == 1 {
			return false, errs.E(errs.Unavailable, "no idea")
		}
		return true, nil
	}
	w.provider.say = func(n int) error {
		if n == 1 {
			return dispatch.ErrAmbiguous
		}
		return nil
	}
	w.plan("a")
	w.pass(dispatch.SettleAfter-time.Minute, time.Minute)
	if again != 0 {
		t.Errorf("asked %d times before the provider's event can have come", again)
	}
	w.pass(2*time.Minute, time.Minute)
	// The queue brings a message again whose consumer failed.
	if err := w.ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
		t.Fatal(err)
	}
	w.pass(10*time.Minute, time.Minute)
	if d := w.find("a"); d.State != dispatch.Sent || d.Attempts != 2 || again != 2 {
		t.Errorf("%+v, asked %d times", d, again)
	}
}

func TestWhatCannotBeLoadedAnyMoreFails(t *testing.T) {
	w := newWorld(t)
	w.ledger.Medium.Load = func(context.Context, ident.Company, parcel) (dispatch.HandOver, error) {
		return nil, errs.E(errs.NotFound, "no such content")
	}
	w.plan("a")
	w.pass(10*time.Minute, time.Minute)
	if d := w.find("a"); d.State != dispatch.Failed || d.Reason != "its content is gone" {
		t.Errorf("%+v", d)
	}
}

func TestAPersonDecidesAboutWhatIsParked(t *testing.T) {
	for _, wentOut := range []bool{true, false} {
		w := newWorld(t)
		w.provider.say = func(n int) error {
			if n == 1 {
				return dispatch.ErrAmbiguous
			}
			return nil
		}
		w.plan("a")
		if _, err := w.ledger.Decide(t.Context(), harbour, "a", wentOut); !errs.Is(err, errs.Conflict) {
			t.Errorf("decided about what is not parked: %v", err)
		}
		w.pass(2*time.Hour, 10*time.Minute)
		for range 2 { // said again it changes nothing
			if _, err := w.ledger.Decide(t.Context(), harbour, "a", wentOut); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(10*time.Minute, time.Minute)
		if d, want := w.find("a"), map[bool]int{true: 1, false: 2}[wentOut]; d.State != dispatch.Sent || w.provider.tries != want {
			t.Errorf("went out %v: %+v after %d sends, want %d", wentOut, d, w.provider.tries, want)
		}
	}
}

func TestAProviderThatCanBeAskedIsAsked(t *testing.T) {
	w := newWorld(t)
	w.ledger.Medium.Lookup = knowing{w.provider}
	w.provider.say = func(n int) error {
		switch n {
		case 1:
			return dispatch.ErrAmbiguous
		case 2:
			return fmt.Errorf("%w: %w", errTaken, dispatch.ErrAmbiguous)
		}
		return nil
	}
	w.plan("a")
	w.pass(3*time.Hour, time.Minute)
	if d := w.find("a"); d.State != dispatch.Sent || !slices.Equal(d.Accepted, []string{"p1"}) || len(w.provider.taken) != 1 || w.provider.tries != 2 {
		t.Errorf("%+v with %d messages of %d sends", d, len(w.provider.taken), w.provider.tries)
	}
}

func TestTwoIdsOfTheProviderShowADouble(t *testing.T) {
	w := newWorld(t)
	w.plan("a")
	w.pass(2*time.Minute, time.Minute)
	w.report("a", "other")
	if d := w.find("a"); !d.Doubled() || !d.Lost || d.State != dispatch.Sent {
		t.Errorf("%+v", d)
	}
	if err := w.ledger.Report(t.Context(), dispatch.Report[parcel]{Company: harbour, SendID: "nobody's"}); !errs.Is(err, errs.NotFound) {
		t.Errorf("got %v", err)
	}
}

// A process that dies before or after any of its writes, any number of times, sends what the provider can be asked about
// once, and else at most once.
func TestACrashAtAnyWriteLosesAndDoublesNothing(t *testing.T) {
	for _, asked := range []bool{true, false} {
		for crash := range tabletest.Crashes(t, 4) {
			w := newWorld(t)
			if asked {
				w.ledger.Medium.Lookup = knowing{w.provider}
			}
			w.plan("a")
			w.crash = crash
			for range 40 {
				w.now = w.now.Add(10 * time.Minute)
				w.work()
				crash.Restart()
			}
			d := w.find("a")
			switch {
			case len(w.provider.taken) > 1:
				t.Errorf("asked %v: sent %d times", asked, len(w.provider.taken))
			case asked && (len(w.provider.taken) != 1 || d.State != dispatch.Sent):
				t.Errorf("asked: %s with %d messages", d.State, len(w.provider.taken))
			case !asked && d.State != dispatch.Sent && d.State != dispatch.Parked:
				t.Errorf("not asked: %s", d.State)
			}
		}
	}
}

func TestOfManyWhoDeliverOneSends(t *testing.T) {
	w := newWorld(t)
	for i := range 20 {
		sendID := fmt.Sprint("a", i)
		w.plan(sendID)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { w.ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: sendID}) })
		}
		group.Wait()
	}
	if len(w.provider.taken) != 20 {
		t.Errorf("%d messages, want 20", len(w.provider.taken))
	}
}
