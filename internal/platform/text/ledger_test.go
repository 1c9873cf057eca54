package text_test

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

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
)

// provider takes messages, or does as the test says.
type provider struct {
	mu    sync.Mutex
	taken []text.Message
	say   func(n int) error // nil: take it; what wraps errTaken is taken and fails all the same
	tries int
}

var errTaken = errors.New("taken")

func (p *provider) Send(ctx context.Context, m text.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries++
	var err error
	if p.say != nil {
		err = p.say(p.tries)
	}
	if err == nil || errors.Is(err, errTaken) {
		p.taken = append(p.taken, m)
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
	i := slices.IndexFunc(k.taken, func(m text.Message) bool { return m.SendID == sendID })
	return fmt.Sprintf("p%d", i+1), i >= 0, nil
}

type world struct {
	*testing.T
	now      time.Time
	refuse   func() error // before a write
	lose     func() error // after a write
	store    *table.Table
	provider *provider
	ledger   text.Ledger
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
	w.ledger = text.Ledger{Table: w.store, Sender: w.provider, NewID: newID, Log: slog.New(slog.DiscardHandler)}
	return w
}

func (w *world) plan(sendID string) {
	w.Helper()
	op, err := text.Plan(harbour, text.Note{SendID: sendID, Kind: "prospect", Reader: "c1", To: "+61491570006", Body: "Hello"}, w.now)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.store.Write(w.Context(), op); err != nil {
		w.Fatal(err)
	}
}

func (w *world) find(sendID string) text.Dispatch {
	w.Helper()
	d, err := text.Find(w.Context(), w.store, harbour, sendID)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// work publishes what is due and delivers it. What a dying process has not finished is received again.
func (w *world) work() {
	w.Helper()
	outbox := queue.Outbox{Table: w.store, Sender: w.queue, Log: slog.New(slog.DiscardHandler)}
	outbox.Sweep(w.Context()) // an error leaves messages for the next
	for len(w.queue.bodies) > 0 {
		company, delivery, err := text.Deliver.Read(w.queue.bodies[0])
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

func TestAPlannedMessageGoesOutOnce(t *testing.T) {
	w := newWorld(t)
	w.plan("a")
	for range 3 {
		w.pass(3*time.Minute, time.Minute)
	}
	d := w.find("a")
	if d.State != text.Sent || d.ProviderID != "p1" || len(w.provider.taken) != 1 {
		t.Errorf("%+v with %d messages", d, len(w.provider.taken))
	}
	if m := w.provider.taken[0]; m.To != "+61491570006" || m.Body != "Hello" || m.Company != "harbour" || m.Kind != "prospect" || m.TTL <= 0 {
		t.Errorf("sent %+v", m)
	}
	op, err := text.Plan(harbour, text.Note{SendID: "a", Kind: "prospect", To: "+61491570006", Body: "Hello"}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.store.Write(t.Context(), op); !text.Planned(err, harbour, "a") || text.Planned(err, harbour, "b") {
		t.Errorf("planned again: %v", err)
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
	if d := w.find("a"); d.State != text.Sent || d.Attempts != 4 {
		t.Errorf("%+v", d)
	}
	w.provider.say = func(int) error { return errs.E(errs.Forbidden, "has answered STOP") }
	w.plan("b")
	w.pass(2*time.Hour, time.Minute)
	if d := w.find("b"); d.State != text.Failed || d.Attempts != 1 || d.Reason != "has answered STOP" {
		t.Errorf("%+v", d)
	}
	w.provider.say = func(int) error { return errs.E(errs.Unavailable, "down for days") }
	w.plan("c")
	w.pass(26*time.Hour, 10*time.Minute)
	if d := w.find("c"); d.State != text.Failed || d.Reason != "too late" {
		t.Errorf("%+v", d)
	}
	if len(w.provider.taken) != 1 {
		t.Errorf("%d messages", len(w.provider.taken))
	}
}

func TestPermissionIsAskedRightBeforeTheMessageGoes(t *testing.T) {
	w := newWorld(t)
	var asked []string
	answer := errs.Later(errs.Unavailable, 10*time.Minute, "not at night")
	w.ledger.Permit = func(_ context.Context, c ident.Company, n text.Note) error {
		asked = append(asked, n.Reader)
		return answer
	}
	w.plan("a")
	w.pass(5*time.Minute, time.Minute)
	if d := w.find("a"); d.State != text.Released || len(asked) != 1 {
		t.Errorf("%+v after %d questions", d, len(asked))
	}
	answer = errs.E(errs.Forbidden, "the customer does not want text messages")
	w.pass(20*time.Minute, time.Minute)
	if d := w.find("a"); d.State != text.Refused || !strings.Contains(d.Reason, "does not want") || w.provider.tries != 0 {
		t.Errorf("%+v, %d sends", d, w.provider.tries)
	}
}

func TestALostAnswerIsNeverSentAgainBlindly(t *testing.T) {
	for name, taken := range map[string]bool{"taken": true, "not taken": false} {
		w := newWorld(t)
		w.provider.say = func(int) error {
			if taken {
				return fmt.Errorf("%w: %w", errTaken, text.ErrAmbiguous)
			}
			return text.ErrAmbiguous
		}
		w.plan("a")
		w.pass(3*time.Hour, 10*time.Minute)
		if d := w.find("a"); d.State != text.Parked || w.provider.tries != 1 {
			t.Errorf("%s: %+v after %d sends", name, d, w.provider.tries)
		}
		e := text.Event{Company: harbour, SendID: "a", ProviderID: "p1", At: w.now, Delivered: true}
		for range 2 {
			if err := w.ledger.Apply(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if d := w.find("a"); d.State != text.Sent || !d.Delivered.Equal(w.now) || d.Doubled {
			t.Errorf("%s: %+v", name, d)
		}
		w.pass(3*time.Hour, 10*time.Minute)
		if w.provider.tries != 1 {
			t.Errorf("%s: %d sends", name, w.provider.tries)
		}
	}
}

func TestAProviderThatCanBeAskedIsAsked(t *testing.T) {
	w := newWorld(t)
	w.ledger.Sender = knowing{w.provider}
	w.provider.say = func(n int) error {
		switch n {
		case 1:
			return text.ErrAmbiguous
		case 2:
			return fmt.Errorf("%w: %w", errTaken, text.ErrAmbiguous)
		}
		return nil
	}
	w.plan("a")
	w.pass(3*time.Hour, time.Minute)
	if d := w.find("a"); d.State != text.Sent || d.ProviderID != "p1" || len(w.provider.taken) != 1 || w.provider.tries != 2 {
		t.Errorf("%+v with %d messages of %d sends", d, len(w.provider.taken), w.provider.tries)
	}
}

func TestTwoEventsOfDifferentMessagesShowADouble(t *testing.T) {
	w := newWorld(t)
	w.plan("a")
	w.pass(2*time.Minute, time.Minute)
	if err := w.ledger.Apply(t.Context(), text.Event{Company: harbour, SendID: "a", ProviderID: "other", At: w.now, Undelivered: true}); err != nil {
		t.Fatal(err)
	}
	if d := w.find("a"); !d.Doubled || d.Undelivered.IsZero() || d.State != text.Sent {
		t.Errorf("%+v", d)
	}
	if err := w.ledger.Apply(t.Context(), text.Event{Company: harbour, SendID: "nobody's"}); !errs.Is(err, errs.NotFound) {
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
					w.ledger.Sender = knowing{w.provider}
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
				case asked && (len(w.provider.taken) != 1 || d.State != text.Sent):
					t.Errorf("asked, after %v, write %d: %s with %d messages", after, write, d.State, len(w.provider.taken))
				case !asked && d.State != text.Sent && d.State != text.Parked:
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
			group.Go(func() { w.ledger.Deliver(t.Context(), harbour, text.Delivery{SendID: sendID}) })
		}
		group.Wait()
	}
	if len(w.provider.taken) != 20 {
		t.Errorf("%d messages, want 20", len(w.provider.taken))
	}
}

func TestANoteThatIsNoMessageIsRefusedAtOnce(t *testing.T) {
	for name, n := range map[string]text.Note{
		"no number": {SendID: "a", Kind: "k", To: "0491 570 006", Body: "Hello"},
		"no words":  {SendID: "a", Kind: "k", To: "+61491570006"},
		"no kind":   {SendID: "a", To: "+61491570006", Body: "Hello"},
	} {
		if _, err := text.Plan(harbour, n, noon); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEventsOfOthersAreNotOurs(t *testing.T) {
	for detail, want := range map[string]errs.Kind{
		`{"eventType": "TEXT_DELIVERED", "messageId": "x"}`:                                               errs.NotFound,
		`{"eventType": "VOICE_COMPLETED", "messageId": "x", "context": {"send_id": "a", "company": "b"}}`: errs.Invalid,
		`[]`: errs.Invalid,
	} {
		if _, err := text.ReadEvent([]byte(detail)); !errs.Is(err, want) {
			t.Errorf("%s: %v", detail, err)
		}
	}
}
