package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
)

// parcel is the plainest thing that a ledger sends.
type parcel struct {
	dispatch.Course
	SendID   string    `json:"sendId"`
	Deadline time.Time `json:"deadline"`
	Lost     bool      `json:"lost,omitempty"`
}

func (p parcel) Intent() (sendID string, deadline time.Time) { return p.SendID, p.Deadline }

type ledger = dispatch.Ledger[parcel, *parcel]

var medium = dispatch.Medium[parcel]{
	Noun:  "parcel",
	Kind:  table.Kind[parcel]{Name: "parcel", Schema: 1},
	Key:   func(company ident.Company, sendID string) table.Key { return table.In(company, "parcel", sendID).At() },
	Topic: queue.Topic[dispatch.Delivery]{Name: "parcel-send"},
	Count: dispatch.Counts{
		Sent: metric.MailsSent, Unknown: metric.MailsUnknown, Settled: metric.MailsSettled,
		Parked: metric.MailsParked, Doubled: metric.MailsDoubled,
	},
}

// provider takes parcels, or does as the test says.
type provider struct {
	mu    sync.Mutex
	taken []string          // send ids
	say   func(n int) error // nil: take it; what wraps errTaken is taken and fails all the same
	tries int
}

var errTaken = errors.New("taken")

func (p *provider) send(sendID string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	var err error
	if p.say != nil {
		err = p.say(p.tries)
	}
	if err == nil || errors.Is(err, errTaken) {
		p.taken = append(p.taken, sendID)
		if err == nil {
			return fmt.Sprintf("p%d", len(p.taken)), nil
		}
	}
	return "", err
}

// knowing is a provider that can be asked.
type knowing struct{ *provider }

func (k knowing) Accepted(_ context.Context, sendID string) (string, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.Index(k.taken, sendID)
	return fmt.Sprintf("p%d", i+1), i >= 0, nil
}

type world struct {
	*testing.T
	now      time.Time
	refuse   func() error // before a write
	lose     func() error // after a write
	store    *table.Table
	provider *provider
	ledger   ledger
	queue    *messages
}

// messages is a queue that keeps what it gets.
type messages struct{ bodies [][]byte }

func (m *messages) Send(_ context.Context, all []queue.Outgoing) error {
	for _, one := range all {
		m.bodies = append(m.bodies, one.Body)
	}
	return nil
}

func (m *messages) Delay(context.Context, string, string, time.Duration) error { return nil }

type faulty struct {
	table.Driver
	w *world
}

func (f faulty) Write(ctx context.Context, ops []table.Op) error {
	if f.w.refuse != nil {
		if err := f.w.refuse(); err != nil {
			return err
		}
	}
	if err := f.Driver.Write(ctx, ops); err != nil {
		return err
	}
	if f.w.lose != nil {
		return f.w.lose()
	}
	return nil
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon, provider: new(provider), queue: new(messages)}
	clock := func() time.Time { return w.now }
	var mu sync.Mutex
	next := 0
	newID := func() string { mu.Lock(); defer mu.Unlock(); next++; return fmt.Sprint("i", next) }
	w.store = table.New(faulty{memtable.Driver(t, clock), w}, clock, newID)
	w.ledger = ledger{Table: w.store, NewID: newID, Log: slog.New(slog.DiscardHandler), Medium: medium}
	w.ledger.Medium.Load = func(_ context.Context, _ ident.Company, p parcel) (dispatch.HandOver, error) {
		return func(context.Context) (string, error) { return w.provider.send(p.SendID) }, nil
	}
	return w
}

func (w *world) plan(sendID string) {
	w.Helper()
	intent := parcel{SendID: sendID, Deadline: w.now.Add(24 * time.Hour), Course: dispatch.Planned(w.now)}
	if err := w.store.Write(w.Context(), medium.Plan(harbour, sendID, intent, w.now)); err != nil {
		w.Fatal(err)
	}
}

func (w *world) find(sendID string) parcel {
	w.Helper()
	d, err := medium.Find(w.Context(), w.store, harbour, sendID)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// report is the provider's word that it has a parcel, and that it has lost it.
func (w *world) report(sendID, providerID string) {
	w.Helper()
	err := w.ledger.Report(w.Context(), dispatch.Report[parcel]{
		Company: harbour, SendID: sendID, ProviderID: providerID,
		Note: func(p *parcel) bool { news := !p.Lost; p.Lost = true; return news },
	})
	if err != nil {
		w.Fatal(err)
	}
}

// work publishes what is due and delivers it. What a dying process has not finished is received again.
func (w *world) work() {
	w.Helper()
	outbox := queue.Outbox{Table: w.store, Sender: w.queue, Log: slog.New(slog.DiscardHandler)}
	outbox.Sweep(w.Context()) // an error leaves messages for the next
	for len(w.queue.bodies) > 0 {
		company, delivery, err := medium.Topic.Read(w.queue.bodies[0])
		if err != nil {
			w.Fatal(err)
		}
		w.ledger.Deliver(w.Context(), company, delivery) // an error leaves it to its wake-up
		w.queue.bodies = w.queue.bodies[1:]
	}
}

// pass lets time go by, with work at every step.
func (w *world) pass(d, step time.Duration) {
	w.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.now = w.now.Add(step)
		w.work()
	}
}

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
		for _, after := range []bool{true, false} {
			for write := 1; ; write++ {
				w := newWorld(t)
				if asked {
					w.ledger.Medium.Lookup = knowing{w.provider}
				}
				w.plan("a")
				n, died := 0, false
				die := func() error {
					if n++; n == write {
						died = true
						panic("the process is killed")
					}
					return nil
				}
				if after {
					w.lose = die
				} else {
					w.refuse = die
				}
				for range 40 {
					func() {
						defer func() { recover() }()
						w.now = w.now.Add(10 * time.Minute)
						w.work()
					}()
				}
				d := w.find("a")
				switch {
				case len(w.provider.taken) > 1:
					t.Errorf("asked %v, after %v, write %d: sent %d times", asked, after, write, len(w.provider.taken))
				case asked && (len(w.provider.taken) != 1 || d.State != dispatch.Sent):
					t.Errorf("asked, after %v, write %d: %s with %d messages", after, write, d.State, len(w.provider.taken))
				case !asked && d.State != dispatch.Sent && d.State != dispatch.Parked:
					t.Errorf("after %v, write %d: %s", after, write, d.State)
				}
				if !died {
					break
				}
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
