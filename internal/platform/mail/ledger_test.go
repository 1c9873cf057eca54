package mail_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// senderFunc is a provider of one line.
type senderFunc func(mail.Message) (string, error)

func (f senderFunc) Send(_ context.Context, m mail.Message) (string, error) { return f(m) }

func (w *world) deliver(sendID string) {
	w.t.Helper()
	if err := w.ledger.Deliver(w.ctx(), harbour, dispatch.Delivery{SendID: sendID}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) find(sendID string) mail.Dispatch {
	w.t.Helper()
	d, err := mail.Find(w.t.Context(), w.table, harbour, sendID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

func (w *world) report(sendID string, happening mail.Happening, permanent bool) {
	w.t.Helper()
	e := mail.Event{
		Company: harbour, SendID: sendID, ProviderID: "ses-" + sendID + "-1", Happening: happening,
		At: w.now, MailAt: w.now, Permanent: permanent,
	}
	if err := w.ledger.Apply(w.ctx(), e); err != nil {
		w.t.Fatal(err)
	}
}

func TestAPlannedMailGoesOutOnce(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	w.plan(letter("a"))
	w.run(w.now.Add(time.Minute), w.ledger.Deliver)
	w.deliver("a")
	d := w.find("a")
	if d.State != dispatch.Sent || w.accepted["a"] != 1 {
		t.Errorf("%s, %d times out", d.State, w.accepted["a"])
	}
}

func TestTheContentOfAMailEndsAFortnightAfterItsDeadline(t *testing.T) {
	w := newWorld(t, 1)
	soon := letter("a")
	soon.Deadline = w.now.Add(time.Hour)
	w.plan(soon)
	kept := func() bool {
		t.Helper()
		_, err := w.table.Get(t.Context(), table.In(harbour, "mail-content", "a").At())
		if err != nil && !errs.Is(err, errs.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	if w.now = soon.Deadline.Add(14*24*time.Hour - time.Second); !kept() {
		t.Error("it ended too soon")
	}
	if w.now = w.now.Add(2 * time.Second); kept() {
		t.Error("it is kept for ever")
	}
}

func TestAMailWhoseContentIsGoneFailsAndSaysSo(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	if err := w.table.Load(t.Context(), table.Removal(table.In(harbour, "mail-content", "a").At())); err != nil {
		t.Fatal(err)
	}
	w.deliver("a")
	if d := w.find("a"); d.State != dispatch.Failed || d.Reason != "its content is gone" || w.accepted["a"] != 0 {
		t.Errorf("%s %q, %d times out", d.State, d.Reason, w.accepted["a"])
	}
}

func TestTheStepsOfAMailDoNotRewriteItsContent(t *testing.T) {
	w := newWorld(t, 1)
	long := letter("a")
	long.HTML = strings.Repeat("long ", 6_000)
	before := w.table.Usage()
	w.plan(long)
	w.deliver("a")
	// The content once: 30 units. The plan, claimed, sending and sent, and what their promises cost: 10.
	if units := w.table.Usage().Sub(before).WriteUnits; units > 30+10 {
		t.Errorf("%.0f write units", units)
	}
}

func TestPlanningTheSameIntentTwiceIsToldApartFromOtherConflicts(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	op, err := mail.Plan(t.Context(), w.table, harbour, letter("a"), w.now)
	if err != nil {
		t.Fatal(err)
	}
	err = w.table.Write(t.Context(), op)
	if !mail.Planned(err, harbour, "a") {
		t.Errorf("%v does not say that it was planned before", err)
	}
	if mail.Planned(err, harbour, "b") || mail.Planned(nil, harbour, "a") || mail.Planned(errors.New("x"), harbour, "a") {
		t.Error("other outcomes must not look like it")
	}
}

func TestALetterThatIsNoMailCannotBePlanned(t *testing.T) {
	bad := letter("a")
	bad.Subject = "Hello\r\nBcc: b@x.example"
	if _, err := mail.Plan(t.Context(), newWorld(t, 1).table, harbour, bad, noon); !errs.Is(err, errs.Invalid) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsTrueWhenAMailGoesOutDecides(t *testing.T) {
	for name, c := range map[string]struct {
		permit error
		state  dispatch.State
		wait   time.Duration
	}{
		"permission withdrawn": {errs.E(errs.Forbidden, "unsubscribed"), dispatch.Suppressed, 0},
		"paused for a while":   {errs.Later(errs.Unavailable, time.Hour, "paused"), dispatch.Released, time.Hour},
		"over the quota":       {errs.E(errs.TooMany, "quota"), dispatch.Released, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			w.ledger.Permit = func(_ context.Context, company ident.Company, l mail.Letter) error {
				if company != harbour || l.SendID != "a" {
					t.Errorf("asked about %s of %s", l.SendID, company)
				}
				return c.permit
			}
			w.deliver("a")
			d := w.find("a")
			if d.State != c.state || w.accepted["a"] != 0 || d.Reason != c.permit.Error() {
				t.Fatalf("%s because %q, %d times out", d.State, d.Reason, w.accepted["a"])
			}
			if c.wait == 0 {
				return
			}
			if d.Wake != w.now.Add(c.wait) {
				t.Errorf("waits until %s", d.Wake)
			}
			w.ledger.Permit = nil
			w.now = d.Wake.Add(-time.Second)
			if w.deliver("a"); w.accepted["a"] != 0 {
				t.Error("sent before its time")
			}
			w.run(d.Wake.Add(2*time.Minute), w.ledger.Deliver)
			if w.accepted["a"] != 1 {
				t.Errorf("%d times out after the wait", w.accepted["a"])
			}
		})
	}
}

func TestAnErrorOfThePermissionSendsNothingAndIsTriedAgain(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	broken := errors.New("table down")
	w.ledger.Permit = func(context.Context, ident.Company, mail.Letter) error { return broken }
	if err := w.ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	w.ledger.Permit = nil
	w.run(w.now.Add(10*time.Minute), w.ledger.Deliver)
	if w.accepted["a"] != 1 {
		t.Errorf("%d times out", w.accepted["a"])
	}
}

func TestTheProvidersAnswerDecidesTheState(t *testing.T) {
	for name, c := range map[string]struct {
		answer error
		state  dispatch.State
		wait   time.Duration
	}{
		"taken":               {nil, dispatch.Sent, 0},
		"will never be taken": {errs.E(errs.Invalid, "content refused"), dispatch.Failed, 0},
		"forbidden":           {errs.E(errs.Forbidden, "suspended"), dispatch.Failed, 0},
		"too many":            {errs.Later(errs.TooMany, 10*time.Minute, "slow down"), dispatch.Released, 10 * time.Minute},
		"not now":             {errs.E(errs.Unavailable, "paused"), dispatch.Released, time.Minute},
		"lost":                {fmt.Errorf("reset: %w", dispatch.ErrAmbiguous), dispatch.Unknown, dispatch.SettleAfter},
		"classified and lost": {errs.E(errs.Unavailable, "503: %w", dispatch.ErrAmbiguous), dispatch.Unknown, dispatch.SettleAfter},
		"not classified":      {errors.New("surprise"), dispatch.Unknown, dispatch.SettleAfter},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			w.ledger.Sender = senderFunc(func(mail.Message) (string, error) { return "id", c.answer })
			w.deliver("a")
			d := w.find("a")
			if d.State != c.state {
				t.Errorf("%s, want %s", d.State, c.state)
			}
			if c.wait != 0 && d.Wake != w.now.Add(c.wait) {
				t.Errorf("wakes at %s", d.Wake)
			}
			if c.wait == 0 && !d.Wake.IsZero() {
				t.Errorf("an end wakes up at %s", d.Wake)
			}
		})
	}
}

func TestAMailThatIsTooLateIsNotSent(t *testing.T) {
	w := newWorld(t, 1)
	late := letter("a")
	late.Deadline = w.now.Add(time.Hour)
	w.plan(late)
	w.now = w.now.Add(time.Hour)
	w.deliver("a")
	if d := w.find("a"); d.State != dispatch.Failed || d.Reason != "too late" || w.accepted["a"] != 0 {
		t.Errorf("%s because %q, %d times out", d.State, d.Reason, w.accepted["a"])
	}
}

func TestABouncedOrComplainingAddressGetsNothingMore(t *testing.T) {
	for name, c := range map[string]struct {
		happening mail.Happening
		permanent bool
		state     dispatch.State
	}{
		"hard bounce": {mail.HasBounced, true, dispatch.Suppressed},
		"complaint":   {mail.HasComplained, false, dispatch.Suppressed},
		"soft bounce": {mail.HasBounced, false, dispatch.Sent},
		"delivery":    {mail.HasDelivered, false, dispatch.Sent},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			w.deliver("a")
			w.report("a", c.happening, c.permanent)
			next := letter("b")
			next.To = "Anna <ANNA@Harbour.example>"
			w.plan(next)
			w.deliver("b")
			if d := w.find("b"); d.State != c.state {
				t.Errorf("the next mail is %s, want %s", d.State, c.state)
			}
			elsewhere, err := mail.Plan(t.Context(), w.table, ident.Trusted("nordlicht"), letter("c"), w.now)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.table.Write(t.Context(), elsewhere); err != nil {
				t.Fatal(err)
			}
			if err := w.ledger.Deliver(t.Context(), ident.Trusted("nordlicht"), dispatch.Delivery{SendID: "c"}); err != nil {
				t.Fatal(err)
			}
			if w.accepted["c"] != 1 {
				t.Error("another company's mails must not be affected")
			}
		})
	}
}

func TestAnEventSettlesASendFromEveryState(t *testing.T) {
	answers := map[dispatch.State]error{
		dispatch.Sent: nil, dispatch.Failed: errs.E(errs.Invalid, "no"), dispatch.Released: errs.E(errs.TooMany, "later"), dispatch.Unknown: dispatch.ErrAmbiguous,
	}
	for state, answer := range answers {
		t.Run(string(state), func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			calls := 0
			w.ledger.Sender = senderFunc(func(mail.Message) (string, error) { calls++; return "ses-a-1", answer })
			w.deliver("a")
			if got := w.find("a").State; got != state {
				t.Fatalf("%s, want %s", got, state)
			}
			w.report("a", mail.HasSent, false)
			w.run(w.now.Add(3*time.Hour), w.ledger.Deliver)
			if d := w.find("a"); d.State != dispatch.Sent || calls != 1 || d.Reason != "" || len(d.Accepted) != 1 {
				t.Errorf("%+v after %d calls", d, calls)
			}
		})
	}
}

func TestAnEventAboutAnUnknownMailIsNotFound(t *testing.T) {
	w := newWorld(t, 1)
	err := w.ledger.Apply(t.Context(), mail.Event{Company: harbour, SendID: "a", Happening: mail.HasSent})
	if !errs.Is(err, errs.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestEventsInAnyOrderAndAnyNumberMakeTheSameDispatch(t *testing.T) {
	var events []mail.Event
	for i, happening := range []mail.Happening{
		mail.HasSent, mail.HasDelivered, mail.HasDelivered, mail.HasDelayed, mail.HasBounced,
		mail.HasComplained, mail.HasOpened, mail.HasOpened, mail.HasClicked, mail.HasRejected,
	} {
		events = append(events, mail.Event{
			Company: harbour, SendID: "a", ProviderID: fmt.Sprintf("ses-a-%d", i%2), Happening: happening,
			At: noon.Add(time.Duration(i) * time.Minute), MailAt: noon,
		})
	}
	var want mail.Dispatch
	for round := range 50 {
		w := newWorld(t, 1)
		w.plan(letter("a"))
		dice := rand.New(rand.NewPCG(uint64(round), 1))
		order := append(dice.Perm(len(events)), dice.Perm(len(events))...)
		for _, i := range order {
			if err := w.ledger.Apply(t.Context(), events[i]); err != nil {
				t.Fatal(err)
			}
		}
		got := w.find("a")
		if round == 0 {
			want = got
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("order %v: %+v, want %+v", order, got, want)
		}
	}
	if want.Facts.Opened != noon.Add(6*time.Minute) || len(want.Accepted) != 2 {
		t.Errorf("%+v", want)
	}
}

func TestOfManyConsumersAtOnceOneSends(t *testing.T) {
	now := func() time.Time { return noon }
	var ids atomic.Int64
	newID := func() string { return fmt.Sprint(ids.Add(1)) }
	store := table.New(memtable.Driver(t, now), now, newID)
	var sent sync.Map
	ledger := mail.Ledger{
		Table: store, From: "no-reply@winback.example", NewID: newID, Log: newWorld(t, 1).ledger.Log,
		Sender: senderFunc(func(m mail.Message) (string, error) {
			count, _ := sent.LoadOrStore(m.SendID, new(atomic.Int64))
			count.(*atomic.Int64).Add(1)
			return "id", nil
		}),
	}
	const mails, consumers = 50, 8
	for i := range mails {
		op, err := mail.Plan(t.Context(), store, harbour, letter(fmt.Sprintf("send-%d", i)), noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Write(t.Context(), op); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	for range consumers {
		group.Go(func() {
			for i := range mails {
				if err := ledger.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: fmt.Sprintf("send-%d", i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for i := range mails {
		count, ok := sent.Load(fmt.Sprintf("send-%d", i))
		if !ok || count.(*atomic.Int64).Load() != 1 {
			t.Errorf("send-%d did not go out exactly once", i)
		}
	}
}
