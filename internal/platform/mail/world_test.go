package mail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var harbour = ident.Trusted("harbour")

// world is everything around the ledger, with a clock and a die of its own: what is random follows from the seed, and
// what can go wrong does, at each point with the probability faults.
type world struct {
	t        *testing.T
	dice     *rand.Rand
	faults   float64
	lost     float64 // share of the provider's events that never come
	now      time.Time
	ids      int
	driver   table.Driver
	table    *table.Table
	outbox   queue.Outbox
	ledger   mail.Ledger
	messages []delayed[[]byte]
	events   []delayed[mail.Event]
	accepted map[string]int // by send id: what really went out
	doubtful int            // sends whose answer was lost

	invocation context.Context // that steps belong to; nil: none
}

type delayed[T any] struct {
	at    time.Time
	thing T
}

// crash is a process that ends on the spot.
type crash struct{}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, dice: rand.New(rand.NewPCG(seed, 1)), now: noon, accepted: map[string]int{}}
	now := func() time.Time { return w.now }
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	w.driver = memtable.Driver(t, now)
	w.table = table.New(faultyDriver{w.driver, w}, now, w.newID)
	w.outbox = queue.Outbox{Table: w.table, Sender: w, Log: log}
	w.ledger = mail.Ledger{Table: w.table, Sender: provider{w}, From: "no-reply@winback.example", NewID: w.newID, Log: log}
	return w
}

func (w *world) ctx() context.Context {
	if w.invocation != nil {
		return w.invocation
	}
	return w.t.Context()
}

func (w *world) newID() string {
	w.ids++
	return fmt.Sprintf("%06d", w.ids)
}

func (w *world) chance(p float64) bool { return p > 0 && w.dice.Float64() < p }

// survive runs something that may crash.
func (w *world) survive(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
			err = errors.New("crashed")
		}
	}()
	return do()
}

func (w *world) plan(letter mail.Letter) {
	w.t.Helper()
	for {
		err := w.survive(func() error {
			op, err := mail.Plan(w.t.Context(), w.table, harbour, letter, w.now)
			if errs.Is(err, errs.Invalid) {
				w.t.Fatal(err)
			}
			if err != nil {
				return err
			}
			return w.outbox.Commit(w.t.Context(), op)
		})
		if err == nil || mail.Planned(err, harbour, letter.SendID) {
			return
		}
	}
}

// run lets the world go on until an instant: queue, sweeper and provider events, in an order that the die decides.
func (w *world) run(until time.Time, deliver func(context.Context, ident.Company, dispatch.Delivery) error) {
	ctx := w.t.Context()
	swept := w.now
	for w.now.Before(until) {
		step := time.Duration(1+w.dice.IntN(20)) * time.Second
		if len(w.messages)+len(w.events) == 0 {
			step = time.Minute // only the sweeper can find something to do
		}
		w.now = w.now.Add(step)
		for _, body := range due(w, &w.messages) {
			company, delivery, err := mail.Deliver.Read(body)
			if err != nil {
				w.t.Fatal(err)
			}
			err = w.survive(func() error { return deliver(ctx, company, delivery) })
			if err != nil || w.chance(4*w.faults) { // not done, or delivered once more
				w.messages = append(w.messages, delayed[[]byte]{w.now.Add(3 * time.Minute), body})
			}
		}
		for _, event := range due(w, &w.events) {
			err := w.survive(func() error { return w.ledger.Apply(ctx, event) })
			if err != nil || w.chance(4*w.faults) {
				w.events = append(w.events, delayed[mail.Event]{w.now.Add(time.Minute), event})
			}
		}
		if w.now.Sub(swept) >= time.Minute {
			w.survive(func() error { _, err := w.outbox.Sweep(ctx); return err })
			swept = w.now
		}
	}
}

// due takes out what has arrived, in any order.
func due[T any](w *world, waiting *[]delayed[T]) []T {
	var arrived []T
	*waiting = slices.DeleteFunc(*waiting, func(d delayed[T]) bool {
		if d.at.After(w.now) {
			return false
		}
		arrived = append(arrived, d.thing)
		return true
	})
	w.dice.Shuffle(len(arrived), func(i, j int) { arrived[i], arrived[j] = arrived[j], arrived[i] })
	return arrived
}

// Send makes the world the queue of the outbox.
func (w *world) Send(_ context.Context, messages []queue.Outgoing) error {
	for _, m := range messages {
		if w.chance(w.faults) {
			return errs.E(errs.Unavailable, "the queue does not answer")
		}
		w.messages = append(w.messages, delayed[[]byte]{w.now.Add(m.Delay), m.Body})
	}
	return nil
}

func (w *world) Delay(context.Context, string, string, time.Duration) error { return nil }

// provider is a mail provider that cannot be asked what it has taken.
type provider struct{ *world }

func (p provider) Send(_ context.Context, m mail.Message) (string, error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	switch {
	case p.chance(p.faults):
		return "", errs.Later(errs.TooMany, time.Minute, "too many mails")
	case p.chance(p.faults / 2):
		panic(crash{})
	case p.chance(p.faults / 2):
		p.doubtful++
		return "", fmt.Errorf("connection reset: %w", dispatch.ErrAmbiguous)
	}
	p.accepted[m.SendID]++
	id := fmt.Sprintf("ses-%s-%d", m.SendID, p.accepted[m.SendID])
	for _, happening := range []mail.Happening{mail.HasSent, mail.HasDelivered} {
		if p.chance(p.lost) {
			continue
		}
		at := p.now.Add(time.Duration(p.dice.IntN(600)) * time.Second)
		p.events = append(p.events, delayed[mail.Event]{at, mail.Event{
			Company: harbour, SendID: m.SendID, ProviderID: id, Happening: happening, At: p.now, MailAt: p.now,
		}})
	}
	switch {
	case p.chance(p.faults / 2):
		panic(crash{})
	case p.chance(p.faults / 2):
		p.doubtful++
		return "", fmt.Errorf("timeout: %w", dispatch.ErrAmbiguous)
	}
	return id, nil
}

// asked is a provider that can be asked.
type asked struct{ provider }

func (a asked) Accepted(_ context.Context, sendID string) (string, bool, error) {
	if a.chance(a.faults) {
		return "", false, errs.E(errs.Unavailable, "no answer")
	}
	return "ses-" + sendID + "-1", a.accepted[sendID] > 0, nil
}

// faultyDriver fails before or after the store has done what it was asked, with or without the process ending.
type faultyDriver struct {
	table.Driver
	w *world
}

var errAnswer = errors.New("no answer from the store")

func (f faultyDriver) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if f.w.chance(f.w.faults / 2) {
		return table.Item{}, errAnswer
	}
	return f.Driver.Get(ctx, key)
}

func (f faultyDriver) Write(ctx context.Context, ops []table.Op) error {
	switch w := f.w; {
	case w.chance(w.faults / 4):
		panic(crash{})
	case w.chance(w.faults / 4):
		return errAnswer
	case w.chance(w.faults / 4):
		if err := f.Driver.Write(ctx, ops); err != nil {
			return err
		}
		panic(crash{})
	case w.chance(w.faults / 4):
		if err := f.Driver.Write(ctx, ops); err != nil {
			return err
		}
		return errAnswer
	}
	return f.Driver.Write(ctx, ops)
}
