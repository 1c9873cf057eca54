package mail_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// parked is a world with one mail whose answer was lost and of which no event came.
func parked(t *testing.T) (*world, *int) {
	w := newWorld(t, 1)
	calls := 0
	w.ledger.Sender = senderFunc(func(mail.Message) (string, error) {
		calls++
		if calls == 1 {
			return "", dispatch.ErrAmbiguous
		}
		return "ses-a-2", nil
	})
	w.plan(letter("a"))
	w.deliver("a")
	w.now = w.now.Add(dispatch.SettleAfter)
	w.deliver("a")
	if got := w.find("a").State; got != dispatch.Parked {
		t.Fatalf("%s, want it parked", got)
	}
	return w, &calls
}

func TestAnOperatorDecidesAboutAParkedMail(t *testing.T) {
	for _, wentOut := range []bool{true, false} {
		w, calls := parked(t)
		for range 2 { // said again it changes nothing
			if _, err := w.ledger.Decide(t.Context(), harbour, "a", wentOut); err != nil {
				t.Fatal(err)
			}
		}
		w.run(w.now.Add(2*time.Minute), w.ledger.Deliver)
		want := map[bool]int{true: 1, false: 2}[wentOut]
		if d := w.find("a"); d.State != dispatch.Sent || *calls != want {
			t.Errorf("went out %v: %s after %d calls, want sent after %d", wentOut, d.State, *calls, want)
		}
		if _, err := w.ledger.Decide(t.Context(), harbour, "a", false); !errs.Is(err, errs.Conflict) {
			t.Errorf("went out %v, is sent, and is to be sent again: %v", wentOut, err)
		}
	}
}

func TestOnlyAParkedMailIsDecidedAbout(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	if _, err := w.ledger.Decide(t.Context(), harbour, "a", false); !errs.Is(err, errs.Conflict) {
		t.Errorf("a planned mail: %v", err)
	}
	if _, err := w.ledger.Decide(t.Context(), harbour, "none", true); !errs.Is(err, errs.NotFound) {
		t.Errorf("an unknown mail: %v", err)
	}
	w, _ = parked(t)
	w.report("a", mail.HasSent, false)
	if d, err := w.ledger.Decide(t.Context(), harbour, "a", false); !errs.Is(err, errs.Conflict) || d.State != dispatch.Sent {
		t.Errorf("the event came first: %s, %v", d.State, err)
	}
}
