package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
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
	crash    *tabletest.Crash // befalls whoever works; nil: none does
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

func newWorld(t *testing.T) *world {
	w := &world{T: t, now: noon, provider: new(provider), queue: new(messages)}
	clock := func() time.Time { return w.now }
	var mu sync.Mutex
	next := 0
	newID := func() string { mu.Lock(); defer mu.Unlock(); next++; return fmt.Sprint("i", next) }
	w.store = table.New(tabletest.Flaky(memtable.Driver(t, clock), func(op string) (bool, error) { return w.crash.Fault(op) }), clock, newID)
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
		if w.crash.Dead() {
			return
		}
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
