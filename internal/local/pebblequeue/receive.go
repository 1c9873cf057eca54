package pebblequeue

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Receive implements queue.Source.
func (q *Queue) Receive(ctx context.Context, name string, limit int, visibility time.Duration) ([]queue.Received, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t, err := q.topic(name)
	if err != nil {
		return nil, err
	}
	defer t.mu.Unlock()
	now := q.clock()
	t.show(now)
	if t.ready.count == 0 || limit <= 0 {
		return nil, nil
	}
	batch := q.db.NewBatch()
	defer batch.Close()
	received := make([]queue.Received, 0, min(limit, t.ready.count))
	for len(received) < limit && t.ready.count > 0 {
		// The order in memory goes ahead of the disk. Should the commit fail, the messages are visible again after
		// the visibility, as if their receiver had failed.
		number := t.ready.pop()
		h, err := q.header(name, number)
		if err != nil {
			return nil, err
		}
		if h.spent() {
			h.dead, h.visible = true, time.Time{}
		} else {
			h.receive(now, visibility)
			body, err := q.body(name, number)
			if err != nil {
				return nil, err
			}
			received = append(received, queue.Received{
				ID: messageID(number), Topic: name, Body: body, Receipt: receipt(number, h.turn), Receives: int(h.receives),
				Sent: h.sent, FirstSeen: h.firstSeen, Group: h.group,
			})
		}
		t.place(number, h)
		if err := batch.Set(entryKey(headers, name, number), h.encode(), nil); err != nil {
			return nil, err
		}
	}
	if err := batch.Commit(pebble.NoSync); err != nil {
		return nil, unwritable(err)
	}
	return received, nil
}

// Delete implements queue.Source.
func (q *Queue) Delete(_ context.Context, name string, receipts []string) error {
	t, err := q.topic(name)
	if err != nil {
		return err
	}
	defer t.mu.Unlock()
	now := q.clock()
	batch := q.db.NewBatch()
	defer batch.Close()
	var ended []*hidden
	for _, text := range receipts {
		h, err := t.byReceipt(text, now)
		if err != nil {
			return err
		}
		if h == nil || slices.Contains(ended, h) {
			continue
		}
		ended = append(ended, h)
		if err := errors.Join(
			batch.Delete(entryKey(headers, name, h.number), nil),
			batch.Delete(entryKey(bodies, name, h.number), nil),
		); err != nil {
			return err
		}
	}
	if len(ended) == 0 {
		return nil
	}
	if err := batch.Commit(pebble.NoSync); err != nil {
		return unwritable(err)
	}
	for _, h := range ended {
		t.hidden.remove(h)
	}
	return nil
}

// Delay implements queue.Sender.
func (q *Queue) Delay(_ context.Context, name, text string, wait time.Duration) error {
	if err := queue.CheckDelay(wait); err != nil {
		return err
	}
	t, err := q.topic(name)
	if err != nil {
		return err
	}
	defer t.mu.Unlock()
	now := q.clock()
	held, err := t.byReceipt(text, now)
	if held == nil || err != nil {
		return err
	}
	h, err := q.header(name, held.number)
	if err != nil {
		return err
	}
	h.visible, h.delayed = now.Add(wait), true
	if err := q.db.Set(entryKey(headers, name, held.number), h.encode(), pebble.NoSync); err != nil {
		return unwritable(err)
	}
	t.hidden.remove(held)
	t.place(held.number, h)
	q.notify()
	return nil
}

// byReceipt is the message that a receipt holds, nil for a void one.
func (t *topic) byReceipt(text string, now time.Time) (*hidden, error) {
	number, turn, ok := parseReceipt(text)
	if !ok {
		return nil, errs.E(errs.Invalid, "this is no receipt of a message")
	}
	return t.hidden.held(number, turn, now), nil
}
