package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// line is the queue of one topic with its event source mapping.
type line struct {
	topic    string
	consumer *function
	ready    []*message
	running  int
	alive    int // copies that are neither done nor dead
}

// message is one copy of a message.
type message struct {
	queue.Received
	epoch int // of its visibility; what was planned in an earlier one is void
	done  bool
}

// concurrency is how many invocations consume one topic at the same time.
const concurrency = 4

// redrive is how long a dead letter lies before an operator brings it back.
const redrive = time.Hour

// sendPort is the queue as an instance reaches it; without an instance nothing fails.
type sendPort struct {
	on    *instance
	world *World
}

var _ queue.Sender = sendPort{}

// Send implements queue.Sender. Of several messages any part may be in when it fails.
func (p sendPort) Send(_ context.Context, messages []queue.Outgoing) error {
	v := verdict{apply: true}
	if p.on != nil {
		name := ""
		for _, m := range messages {
			if said := m.Topic + " " + string(m.Body); name == "" || said < name {
				name = said
			}
		}
		v = p.on.ask("send "+name, writeFault)
	}
	good, failure := queue.Sendable(messages)
	var lost []string
	for _, m := range good {
		switch {
		case v.err == nil:
			p.world.put(m)
		case v.apply && p.world.Dice.IntN(2) == 0:
			p.world.put(m)
			lost = append(lost, m.ID)
		default:
			lost = append(lost, m.ID)
		}
	}
	return queue.JoinUnsent(failure, queue.NotSent(lost, v.err))
}

// Delay implements queue.Sender.
func (p sendPort) Delay(_ context.Context, topic, receipt string, wait time.Duration) error {
	v := p.on.ask("delay "+topic+" "+receipt, writeFault)
	if v.apply {
		p.world.delay(topic, receipt, wait)
	}
	return v.err
}

// put takes a message in, some twice.
func (w *World) put(m queue.Outgoing) {
	l := w.lines[m.Topic]
	if l == nil {
		panic("simulation: nobody consumes " + m.Topic)
	}
	copies := 1
	if w.Dice.Chance(w.Odds.Duplicate) {
		copies++
		w.Trace.Duplicates++
	}
	w.Trace.Messages++
	for n := range copies {
		msg := &message{Received: queue.Received{ID: fmt.Sprintf("%s-%d", m.ID, n), Topic: m.Topic, Body: m.Body, Sent: w.clock, Group: m.Group}}
		l.alive++
		w.show(l, msg, m.Delay+w.delivery())
	}
}

// show makes a message visible after a while, unless it becomes so otherwise.
func (w *World) show(l *line, m *message, wait time.Duration) {
	m.epoch++
	epoch := m.epoch
	w.After(wait, func() {
		if m.epoch != epoch || m.done {
			return
		}
		m.epoch++
		if m.Receives >= queue.MaxReceives {
			w.bury(l, m)
			return
		}
		l.ready = append(l.ready, m)
		w.pump(l)
	})
}

// bury puts a message to the dead letters, from where an operator brings it back.
func (w *World) bury(l *line, m *message) {
	w.Trace.dead(l.topic)
	w.After(redrive, func() {
		m.Receives, m.Sent, m.FirstSeen = 0, w.clock, time.Time{}
		w.show(l, m, 0)
	})
}

// pump hands visible messages, in any order, to invocations.
func (w *World) pump(l *line) {
	for len(l.ready) > 0 && l.running < concurrency {
		n := 1 + w.Dice.IntN(min(l.consumer.Consumes.Batch, len(l.ready)))
		batch := make([]*message, n)
		received := make([]queue.Received, n)
		for k := range batch {
			pick, last := w.Dice.IntN(len(l.ready)), len(l.ready)-1
			m := l.ready[pick]
			l.ready[pick], l.ready = l.ready[last], l.ready[:last]
			m.Receives++
			m.Receipt = fmt.Sprintf("%s/%d", m.ID, m.epoch)
			if m.FirstSeen.IsZero() {
				m.FirstSeen = w.clock
			}
			w.show(l, m, l.consumer.visibility())
			batch[k], received[k] = m, m.Received
		}
		l.running++
		payload, err := event.EncodeBatch(received)
		if err != nil {
			panic(err)
		}
		w.held(l, batch)
		w.invoke(l.consumer, payload, func(answer []byte, err error) {
			l.running--
			w.release(l, batch, received, answer, err)
			w.pump(l)
		})
	}
}

// held notes which messages can be delayed by their receipts.
func (w *World) held(l *line, batch []*message) {
	for _, m := range batch {
		w.receipts[m.Receipt] = m
	}
}

// release ends what an invocation has done; what failed comes again when its visibility ends.
func (w *World) release(l *line, batch []*message, received []queue.Received, answer []byte, err error) {
	again := received
	if err == nil {
		again = event.DecodeFailures(answer, received)
	}
	failed := map[string]bool{}
	for _, r := range again {
		failed[r.Receipt] = true
	}
	for k, m := range batch {
		delete(w.receipts, received[k].Receipt)
		if !failed[received[k].Receipt] && m.Receipt == received[k].Receipt && !m.done {
			m.done = true
			l.alive--
		}
	}
}

// delay changes the visibility of a message in flight.
func (w *World) delay(topic, receipt string, wait time.Duration) {
	if m := w.receipts[receipt]; m != nil && m.Receipt == receipt && !m.done {
		w.show(w.lines[topic], m, wait)
	}
}

// Left counts messages that are neither done nor dead, by topic; none where there are none.
func (w *World) Left() map[string]int {
	left := map[string]int{}
	for topic, l := range w.lines {
		if l.alive > 0 {
			left[topic] = l.alive
		}
	}
	return left
}
