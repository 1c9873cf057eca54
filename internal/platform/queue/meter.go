package queue

import (
	"context"
	"sync"
	"time"
)

// Usage is the calls that SQS would bill, without those that find an empty queue: how many of them there are is a matter
// of time, not of work.
type Usage struct {
	Sends    int `json:"sends"` // of up to 10 messages of one topic
	Receives int `json:"receives"`
	Deletes  int `json:"deletes"` // of up to 10 messages
	Delays   int `json:"delays"`  // changes of a visibility
	Messages int `json:"messages"`
}

// Calls is all calls together.
func (u Usage) Calls() int { return u.Sends + u.Receives + u.Deletes + u.Delays }

// Meter adds up usage. The zero value is ready; it is safe for concurrent use.
type Meter struct {
	mu  sync.Mutex
	sum Usage
}

// Usage is the sum so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum
}

func (m *Meter) add(count func(*Usage)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	count(&m.sum)
}

// Received counts a call that received messages.
func (m *Meter) Received() { m.add(func(u *Usage) { u.Receives++ }) }

// Deleted counts the deletion of messages.
func (m *Meter) Deleted(messages int) { m.add(func(u *Usage) { u.Deletes += batches(messages) }) }

// Around is a sender whose calls are counted.
func (m *Meter) Around(sender Sender) Sender { return metered{sender, m} }

type metered struct {
	Sender
	meter *Meter
}

func (s metered) Send(ctx context.Context, messages []Outgoing) error {
	byTopic := map[string]int{}
	for _, m := range messages {
		byTopic[m.Topic]++
	}
	s.meter.add(func(u *Usage) {
		u.Messages += len(messages)
		for _, n := range byTopic {
			u.Sends += batches(n)
		}
	})
	return s.Sender.Send(ctx, messages)
}

func (s metered) Delay(ctx context.Context, topic, receipt string, wait time.Duration) error {
	s.meter.add(func(u *Usage) { u.Delays++ })
	return s.Sender.Delay(ctx, topic, receipt, wait)
}

// batches is how many calls so many messages take.
func batches(messages int) int { return (messages + MaxBatchWrite - 1) / MaxBatchWrite }
