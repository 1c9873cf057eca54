package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Outbox commits writes together with the messages they promise.
type Outbox struct {
	Table  *table.Table
	Sender Sender
	Log    *slog.Logger
}

// Commit writes all ops or none, then publishes the messages among them that are due. Once the write is durable Commit
// succeeds: a message that could not be sent stays pending, and the sweeper sends it. A message that no driver would ever
// take is refused before anything is written. What becomes due while the write takes its time is the sweeper's, too: a
// consumer may promise its own topic for soon, and must not send to it. So is what a loaded record brings along: whoever
// promised it publishes it, or has, and its settling was overtaken by this write.
func (o Outbox) Commit(ctx context.Context, ops ...table.Op) error {
	for _, op := range ops {
		for _, m := range op.Item.Pending {
			if err := outgoing(op.Item, m).Check(); err != nil {
				return fmt.Errorf("queue: a message of %s cannot be promised: %v", m.Topic, err) // our fault, whatever the kind
			}
		}
	}
	now, promised := o.Table.Now(), make([]int, len(ops))
	for i, op := range ops {
		promised[i] = slices.IndexFunc(op.Item.Pending, func(m table.Message) bool { return m.ID == "" })
	}
	if err := o.Table.Write(ctx, ops...); err != nil {
		return err
	}
	for i, op := range ops {
		if op.Action == table.Put && promised[i] >= 0 {
			if _, err := o.publish(ctx, op.Item, op.Item.Pending[promised[i]:], now); err != nil {
				o.Log.WarnContext(ctx, "message left to the sweeper", "kind", op.Item.Kind, "error", err)
			}
		}
	}
	return nil
}

// outgoing is a promised message of an item on its way.
func outgoing(item table.Item, m table.Message) Outgoing {
	return Outgoing{ID: m.ID, Topic: m.Topic, Group: item.Company().ID(), Body: m.Body}
}

// Publish sends the messages of a stored item that are due, and settles those that are in. After an error the others stay
// pending.
func (o Outbox) Publish(ctx context.Context, item table.Item) error {
	_, err := o.publish(ctx, item, item.Pending, o.Table.Now())
	return err
}

// publish sends those of an item's messages that are due by an instant, and returns how many are in.
func (o Outbox) publish(ctx context.Context, item table.Item, messages []table.Message, by time.Time) (int, error) {
	var due []Outgoing
	var ids []string
	for _, m := range messages {
		if !m.At.After(by) {
			due = append(due, outgoing(item, m))
			ids = append(ids, m.ID)
		}
	}
	if len(due) == 0 {
		return 0, nil
	}
	failure := o.Sender.Send(ctx, due)
	if failure != nil {
		var unsent *UnsentError
		if !errors.As(failure, &unsent) {
			return 0, failure
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(unsent.IDs, id) })
	}
	return len(ids), errors.Join(failure, o.Table.Settle(ctx, item, ids))
}

// Sweep publishes every message that is due by now and that nobody published: after a crash, a failed send, or because
// its instant has come. A skipped, doubled or late sweep changes nothing but the delay. It returns of how many
// items it published messages and the first error, after it tried all.
func (o Outbox) Sweep(ctx context.Context) (published int, err error) {
	now := o.Table.Now()
	first, err := o.mark(ctx)
	if err != nil {
		return 0, err
	}
	clean := now // every day before this one's is swept
	for day := first; !day.After(now); day = day.AddDate(0, 0, 1) {
		items, e := o.sweepDay(ctx, day, now)
		published += items
		if e == nil {
			continue
		}
		if err == nil {
			clean, err = day, e
		}
		if ctx.Err() != nil {
			break
		}
	}
	return published, errors.Join(err, o.setMark(ctx, first, clean))
}

func (o Outbox) sweepDay(ctx context.Context, day, now time.Time) (published int, err error) {
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	for shard := range table.DueShards {
		keep(o.Table.DueItems(ctx, day, shard, now, func(item table.Item) {
			sent, e := o.publish(ctx, item, item.Pending, now)
			if sent > 0 {
				published++
			}
			keep(e)
		}))
	}
	return published, err
}

// NextDue is the earliest instant, within the horizon from now, at which Sweep will have something to do. It lies in the
// past where something is due already, for example because it cannot be sent.
func (o Outbox) NextDue(ctx context.Context, horizon time.Duration) (time.Time, bool, error) {
	first, err := o.mark(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	end := o.Table.Now().Add(horizon)
	for day := first; !day.After(end); day = day.AddDate(0, 0, 1) {
		var next time.Time
		for shard := range table.DueShards {
			page, err := o.Table.Query(ctx, table.Query{Partition: string(table.DuePartition(day, shard)), DueIndex: true, Limit: 1})
			if err != nil {
				return time.Time{}, false, err
			}
			for _, item := range page.Items {
				at, err := table.DueAt(item.Due)
				if err != nil {
					return time.Time{}, false, err
				}
				if next.IsZero() || at.Before(next) {
					next = at
				}
			}
		}
		if !next.IsZero() {
			return next, !next.After(end), nil
		}
	}
	return time.Time{}, false, nil
}
