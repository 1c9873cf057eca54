package queue

import (
	"context"
	"log/slog"
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
// succeeds: a message that could not be sent stays pending, and the sweeper sends it.
func (o Outbox) Commit(ctx context.Context, ops ...table.Op) error {
	if err := o.Table.Write(ctx, ops...); err != nil {
		return err
	}
	for _, op := range ops {
		if op.Action == table.Put && len(op.Item.Pending) > 0 {
			if err := o.Publish(ctx, op.Item); err != nil {
				o.Log.WarnContext(ctx, "message left to the sweeper", "kind", op.Item.Kind, "error", err)
			}
		}
	}
	return nil
}

// Publish sends the messages of a stored item that are due, and settles them. After an error some may have been sent and
// all stay pending.
func (o Outbox) Publish(ctx context.Context, item table.Item) error {
	now := o.Table.Now()
	var due []Outgoing
	var ids []string
	for _, m := range item.Pending {
		if m.At.After(now) {
			continue
		}
		due = append(due, Outgoing{ID: m.ID, Topic: m.Topic, Group: item.Company().ID(), Body: m.Body})
		ids = append(ids, m.ID)
	}
	if len(due) == 0 {
		return nil
	}
	if err := o.Sender.Send(ctx, due); err != nil {
		return err
	}
	return o.Table.Settle(ctx, item, ids)
}

// Sweep publishes every message that is due by now and that nobody published: after a crash, a failed send, or because
// its instant has come. A skipped, doubled or late sweep changes nothing but the delay. It returns how many items it
// published and the first error, after it tried all.
func (o Outbox) Sweep(ctx context.Context) (published int, err error) {
	now := o.Table.Now()
	first, err := o.mark(ctx)
	if err != nil {
		return 0, err
	}
	keep := func(e error) {
		if err == nil {
			err = e
		}
	}
	for day := first; !day.After(now); day = day.AddDate(0, 0, 1) {
		for shard := range table.DueShards {
			keep(o.Table.DueItems(ctx, day, shard, now, func(item table.Item) {
				if e := o.Publish(ctx, item); e != nil {
					keep(e)
					return
				}
				published++
			}))
		}
	}
	if err == nil {
		err = o.setMark(ctx, first, now)
	}
	return published, err
}

// NextDue is the earliest instant, within the horizon from now, at which Sweep will have something to do.
func (o Outbox) NextDue(ctx context.Context, horizon time.Duration) (time.Time, bool, error) {
	first, err := o.mark(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	for day := first; !day.After(o.Table.Now().Add(horizon)); day = day.AddDate(0, 0, 1) {
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
			return next, true, nil
		}
	}
	return time.Time{}, false, nil
}
