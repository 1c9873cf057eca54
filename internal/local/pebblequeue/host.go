package pebblequeue

import (
	"context"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
)

// Topics lists the topics that have messages, dead letters included, in order.
func (q *Queue) Topics(ctx context.Context) ([]string, error) {
	from := []byte{byte(pebbledb.Queues), headers}
	all, err := q.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{from[0], from[1] + 1}})
	if err != nil {
		return nil, fmt.Errorf("pebblequeue: %w", err)
	}
	defer all.Close()
	var names []string
	for valid := all.First(); valid && ctx.Err() == nil; {
		key := all.Key()
		name := string(key[len(from) : len(key)-9]) // a zero byte and the number follow
		names = append(names, name)
		valid = all.SeekGE(after(prefix(headers, name)))
	}
	if err := all.Error(); err != nil {
		return nil, fmt.Errorf("pebblequeue: %w", err)
	}
	return names, ctx.Err()
}

// each calls do for every topic that has messages, one after the other, with its lock held.
func (q *Queue) each(ctx context.Context, do func(*topic) error) error {
	names, err := q.Topics(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		t, err := q.topic(name)
		if err != nil {
			return err
		}
		err = do(t)
		t.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// NextVisible is the next instant after now at which a delayed message, or one that a receiver holds, becomes visible.
func (q *Queue) NextVisible(ctx context.Context) (next time.Time, found bool, err error) {
	now := q.clock()
	err = q.each(ctx, func(t *topic) error {
		t.show(now)
		if at, ok := t.hidden.next(); ok && (!found || at.Before(next)) {
			next, found = at, true
		}
		return nil
	})
	return next, found, err
}

// Changed returns a channel that is closed at the next Send, Delay, Redrive or Release. Take it before looking for
// messages, or a change in between goes unnoticed.
func (q *Queue) Changed() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.changed == nil {
		q.changed = make(chan struct{})
	}
	return q.changed
}

func (q *Queue) notify() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.changed != nil {
		close(q.changed)
		q.changed = nil
	}
}

// Release makes every message visible that a receiver holds and takes that receive back. It is for the start of the process
// that has locked the data folder: whoever held the messages is gone. Delays stay.
func (q *Queue) Release(ctx context.Context) error {
	defer q.notify()
	return q.each(ctx, func(t *topic) error {
		batch := q.db.NewBatch()
		defer batch.Close()
		var free []*hidden
		for _, held := range t.hidden.order {
			if held.delayed {
				continue
			}
			h, err := q.header(t.name, held.number)
			if err != nil {
				return err
			}
			h.visible = time.Time{}
			h.receives = max(h.receives, 1) - 1
			h.releases++
			if err := batch.Set(entryKey(headers, t.name, held.number), h.encode(), nil); err != nil {
				return err
			}
			free = append(free, held)
		}
		if err := batch.Commit(pebble.NoSync); err != nil {
			return unwritable(err)
		}
		for _, held := range free {
			t.hidden.remove(held)
			t.ready.push(held.group, held.number)
		}
		return nil
	})
}
