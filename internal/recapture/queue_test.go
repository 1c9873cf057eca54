package recapture_test

import (
	"context"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// message is one in the bag.
type message struct {
	queue.Outgoing
	visible  time.Time
	receives int
}

// bag is a queue without order. What nobody consumes, such as mails, is only counted.
type bag struct {
	mu       sync.Mutex
	now      func() time.Time
	messages []message
	dead     []message
	fail     func(id string) (apply bool, err error) // of a send; nil: none
}

// Send implements queue.Sender.
func (b *bag) Send(_ context.Context, messages []queue.Outgoing) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var failed []error
	for _, m := range messages {
		apply, err := true, error(nil)
		if b.fail != nil {
			if apply, err = b.fail(m.ID); err == nil {
				apply = true
			}
		}
		if apply {
			b.messages = append(b.messages, message{Outgoing: m, visible: b.now()})
		}
		if err != nil {
			failed = append(failed, queue.NotSent([]string{m.ID}, err))
		}
	}
	return queue.JoinUnsent(failed...)
}

// Delay implements queue.Sender; verdicts are carried out by the world.
func (b *bag) Delay(context.Context, string, string, time.Duration) error { return nil }

// take removes the n-th message that a worker could have now, counted round; false where there is none.
func (b *bag) take(n int, topics map[string]app.Function) (message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var visible []int
	for i, m := range b.messages {
		if _, consumed := topics[m.Topic]; consumed && !m.visible.After(b.now()) {
			visible = append(visible, i)
		}
	}
	if len(visible) == 0 {
		return message{}, false
	}
	at := visible[n%len(visible)]
	m := b.messages[at]
	b.messages = append(b.messages[:at:at], b.messages[at+1:]...)
	m.receives++
	return m, true
}

// put brings a message back, or puts in another copy of it.
func (b *bag) put(m message, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m.visible = b.now().Add(wait)
	b.messages = append(b.messages, m)
}

// next is when the next message becomes visible that somebody consumes.
func (b *bag) next(topics map[string]app.Function) (at time.Time, found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		if _, consumed := topics[m.Topic]; consumed && (!found || m.visible.Before(at)) {
			at, found = m.visible, true
		}
	}
	return at, found
}

// consume handles one message as a host does, and returns what became of it.
func (w *world) consume(m message) queue.Verdict {
	f := w.workers[m.Topic]
	verdict := queue.Judge(f.Consumes.Handle(table.WithMeter(w.Context(), w.meters[m.Topic]), app.Grant(w.Deps, f), m.Body), m.receives)
	switch {
	case verdict.Fate == queue.Delayed && m.receives < queue.MaxReceives:
		w.queue.put(m, verdict.Wait)
	case verdict.Fate == queue.Retried && m.receives < queue.MaxReceives:
		w.queue.put(m, 30*time.Second)
	case verdict.Fate == queue.Delayed, verdict.Fate == queue.Retried:
		w.queue.mu.Lock()
		w.queue.dead = append(w.queue.dead, m)
		w.queue.mu.Unlock()
	}
	return verdict
}

// run works until nothing is left to do within a day, letting time go by where something waits.
func (w *world) run() {
	w.Helper()
	for end := w.Now().Add(24 * time.Hour); w.step(0); {
		if w.Now().After(end) {
			w.Fatalf("still at work after a day\n%s", w.log)
		}
	}
	if n := len(w.queue.dead); n > 0 {
		w.Errorf("%d dead letters", n)
	}
}

// step handles the n-th message, or lets time go by until there is one; false where nothing is left to do.
func (w *world) step(n int) bool {
	w.Helper()
	if m, ok := w.queue.take(n, w.workers); ok {
		w.consume(m)
		return true
	}
	due, waits, err := w.Outbox().NextDue(w.Context(), 12*time.Hour)
	w.must(err)
	if at, found := w.queue.next(w.workers); found && (!waits || at.Before(due)) {
		w.clock.Set(at)
		return true
	}
	if !waits {
		return false
	}
	if due.After(w.Now()) {
		w.clock.Set(due)
	}
	_, err = w.Outbox().Sweep(w.Context())
	w.must(err)
	return true
}
