package pebblequeue_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// record is what a queue has to know about a message, and the model is a list of them.
type record struct {
	body     string
	receives int
	visible  time.Time
	delayed  bool
	receipt  string
	dead     bool
}

func (r *record) hidden(now time.Time) bool { return r.visible.After(now) }

type model struct {
	db       *pebbledb.DB
	clock    *clock
	queue    *pebblequeue.Queue
	records  map[string]*record
	receipts []string
	serial   int
}

// check sees to it after each action that the queue counts as the model does.
func (m *model) check(t *rapid.T) {
	var want queue.Counts
	now := m.clock.now()
	for _, r := range m.records {
		switch {
		case r.dead:
			want.Dead++
		case !r.hidden(now):
			want.Ready++
		case r.delayed:
			want.Delayed++
		default:
			want.InFlight++
		}
	}
	if got, err := m.queue.Count(t.Context(), topic); err != nil || got != want {
		t.Fatalf("counts %+v, %v; want %+v", got, err, want)
	}
}

func (m *model) send(t *rapid.T) {
	var messages []queue.Outgoing
	for range rapid.IntRange(1, 4).Draw(t, "messages") {
		m.serial++
		body := fmt.Sprintf("message %d", m.serial)
		delay := time.Duration(rapid.SampledFrom([]int{0, 0, 0, 20, 90}).Draw(t, "delay")) * time.Second
		group := rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "group")
		messages = append(messages, queue.Outgoing{Topic: topic, Group: group, Body: []byte(body), Delay: delay})
		m.records[body] = &record{body: body, visible: m.clock.now().Add(delay), delayed: delay > 0}
	}
	if err := m.queue.Send(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
}

func (m *model) receive(t *rapid.T) {
	limit := rapid.IntRange(0, 6).Draw(t, "limit")
	visibility := time.Duration(rapid.SampledFrom([]int{10, 30, 60}).Draw(t, "visibility")) * time.Second
	received, err := m.queue.Receive(t.Context(), topic, limit, visibility)
	if err != nil {
		t.Fatal(err)
	}
	now := m.clock.now()
	for _, got := range received {
		r := m.records[string(got.Body)]
		if r == nil || r.dead || r.hidden(now) || r.receives >= queue.MaxReceives || got.Receives != r.receives+1 {
			t.Fatalf("received %q for the %d. time, the model has %+v", got.Body, got.Receives, r)
		}
		r.receives++
		r.visible, r.delayed, r.receipt = now.Add(visibility), false, got.Receipt
		m.receipts = append(m.receipts, got.Receipt)
	}
	// Fewer than asked for means that nothing is left but what must die.
	if len(received) < limit {
		for _, r := range m.records {
			if r.dead || r.hidden(now) {
				continue
			}
			if r.receives < queue.MaxReceives {
				t.Fatalf("received %d of %d although %q is ready", len(received), limit, r.body)
			}
			r.dead = true
		}
		return
	}
	// Otherwise the queue knows which of the spent ones it met; those are dead that it counts so.
	if limit > 0 {
		m.learnDead(t)
	}
}

// learnDead asks the queue how many spent messages it has buried on its way, which the contract leaves open.
func (m *model) learnDead(t *rapid.T) {
	counts, err := m.queue.Count(t.Context(), topic)
	if err != nil {
		t.Fatal(err)
	}
	dead := 0
	var spent []*record
	for _, r := range m.records {
		if r.dead {
			dead++
		} else if r.receives >= queue.MaxReceives && !r.hidden(m.clock.now()) {
			spent = append(spent, r)
		}
	}
	if extra := counts.Dead - dead; extra < 0 || extra > len(spent) {
		t.Fatalf("%d dead, want %d to %d", counts.Dead, dead, dead+len(spent))
	}
	for _, r := range spent[:counts.Dead-dead] {
		r.dead = true
	}
}

// byReceipt is the message that a receipt must be good for.
func (m *model) byReceipt(receipt string) *record {
	for _, r := range m.records {
		if r.receipt == receipt && !r.dead && r.hidden(m.clock.now()) {
			return r
		}
	}
	return nil
}

func (m *model) drawReceipt(t *rapid.T) string {
	if len(m.receipts) == 0 {
		t.Skip("no receipts yet")
	}
	return rapid.SampledFrom(m.receipts).Draw(t, "receipt")
}

func (m *model) delete(t *rapid.T) {
	receipt := m.drawReceipt(t)
	if err := m.queue.Delete(t.Context(), topic, []string{receipt}); err != nil {
		t.Fatal(err)
	}
	if r := m.byReceipt(receipt); r != nil {
		delete(m.records, r.body)
	}
}

func (m *model) delay(t *rapid.T) {
	receipt := m.drawReceipt(t)
	wait := time.Duration(rapid.SampledFrom([]int{0, 5, 100}).Draw(t, "wait")) * time.Second
	if err := m.queue.Delay(t.Context(), topic, receipt, wait); err != nil {
		t.Fatal(err)
	}
	if r := m.byReceipt(receipt); r != nil {
		r.visible, r.delayed = m.clock.now().Add(wait), true
	}
}

func (m *model) redrive(t *rapid.T) {
	// Which ones are moved is not the model's to know, so all are; and not while it only knows how many are dead.
	for _, r := range m.records {
		if !r.dead && r.receives >= queue.MaxReceives && !r.hidden(m.clock.now()) {
			t.Skip("a spent message may or may not be dead yet")
		}
	}
	n, err := m.queue.Redrive(t.Context(), topic, 1_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.records {
		if r.dead {
			n--
			*r = record{body: r.body, visible: m.clock.now()}
		}
	}
	if n != 0 {
		t.Fatalf("%d moved too many", n)
	}
}

func TestTheQueueDoesWhatAListWouldAlsoAcrossRestarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		db, err := pebbledb.Open(pebbledb.Options{Memory: true})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		m := &model{db: db, clock: newClock(), records: map[string]*record{}}
		restart := func(t *rapid.T) { m.queue = pebblequeue.New(m.db, m.clock.now) }
		restart(t)
		t.Repeat(map[string]func(*rapid.T){
			"":        m.check,
			"send":    m.send,
			"receive": m.receive,
			"delete":  m.delete,
			"delay":   m.delay,
			"redrive": m.redrive,
			"restart": restart,
			"advance": func(t *rapid.T) {
				m.clock.advance(time.Duration(rapid.IntRange(1, 60).Draw(t, "seconds")) * time.Second)
			},
		})
	})
}
