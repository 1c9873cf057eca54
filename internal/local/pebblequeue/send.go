package pebblequeue

import (
	"context"
	"errors"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Send implements queue.Sender: one durable commit for all messages of the call.
func (q *Queue) Send(ctx context.Context, messages []queue.Outgoing) error {
	good, refused := queue.Sendable(messages)
	if len(good) == 0 {
		return refused
	}
	return queue.JoinUnsent(refused, q.send(ctx, good))
}

func (q *Queue) send(ctx context.Context, messages []queue.Outgoing) error {
	failed := func(cause error) error {
		ids := make([]string, len(messages))
		for i, m := range messages {
			ids[i] = m.ID
		}
		return queue.NotSent(ids, cause)
	}
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
	// A topic has to be loaded before the first message of this process goes in, or the load would find it once more.
	for _, m := range messages {
		t, err := q.topic(m.Topic)
		if err != nil {
			return failed(err)
		}
		t.mu.Unlock()
	}
	batch := q.db.NewBatch()
	defer batch.Close()
	now := q.clock()
	first := q.reserve(len(messages))
	sent := make([]header, len(messages))
	for i, m := range messages {
		sent[i] = header{sent: now, group: m.Group}
		if m.Delay > 0 {
			sent[i].visible, sent[i].delayed = now.Add(m.Delay), true
		}
		number := first + uint64(i)
		if err := errors.Join(
			batch.Set(entryKey(headers, m.Topic, number), sent[i].encode(), nil),
			batch.Set(entryKey(bodies, m.Topic, number), m.Body, nil),
		); err != nil {
			return failed(err)
		}
	}
	if err := batch.Commit(pebbledb.Durable()); err != nil {
		return failed(unwritable(err))
	}
	for i, m := range messages {
		t, err := q.topic(m.Topic)
		if err != nil {
			return failed(err)
		}
		t.place(first+uint64(i), sent[i])
		t.mu.Unlock()
	}
	q.notify()
	return nil
}

func unwritable(cause error) error {
	return errs.E(errs.Unavailable, "the queue cannot be written: %w", cause)
}
