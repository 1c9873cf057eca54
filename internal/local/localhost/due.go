package localhost

import (
	"context"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// dueIndex answers what is due next without reading the index again as long as nobody wrote: the host asks many times a
// second. Its reads do not count as the functions'.
type dueIndex struct {
	written *table.Table // whose writes change the index
	outbox  queue.Outbox // over a table with a meter of its own

	mu     sync.Mutex
	known  bool
	writes float64   // of the table when the index was read
	until  time.Time // when it has to be read again, even so
	at     time.Time // what was found
	found  bool
}

// ahead is how far beyond now the index is read; it is read again after half of that.
const ahead = 48 * time.Hour

// next is the earliest due instant within the next day or more.
func (d *dueIndex) next(ctx context.Context) (time.Time, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.written.Now()
	writes := d.written.Usage().WriteUnits // before the index is read: a write in between is noticed next time
	if d.known && d.writes == writes && now.Before(d.until) {
		return d.at, d.found, nil
	}
	at, found, err := d.outbox.NextDue(ctx, ahead)
	if err != nil {
		return time.Time{}, false, err
	}
	d.known, d.writes, d.until, d.at, d.found = true, writes, now.Add(ahead/2), at, found
	return at, found, nil
}

// horizon is how far ahead waiting items are counted.
const horizon = 400 * 24 * time.Hour

// waiting counts the items that wait for an instant.
func (d *dueIndex) waiting(ctx context.Context) (int, error) { return d.outbox.Waiting(ctx, horizon) }

// graced calls do for the items that are due within the grace of their writers: whoever wrote them may still be about to
// publish their messages, or has died.
func (d *dueIndex) graced(ctx context.Context, do func(table.Item)) error {
	now := d.written.Now()
	end := now.Add(table.Grace)
	if next, ok, err := d.next(ctx); err != nil || !ok || next.After(end) {
		return err
	}
	for day := now.Truncate(24 * time.Hour); !day.After(end); day = day.AddDate(0, 0, 1) {
		for shard := range table.DueShards {
			if err := d.outbox.Table.DueItems(ctx, day, shard, end, do); err != nil {
				return err
			}
		}
	}
	return nil
}

// unpublished reports whether a message waits for nothing but its publication.
func (d *dueIndex) unpublished(ctx context.Context) (found bool, err error) {
	now := d.written.Now()
	err = d.graced(ctx, func(item table.Item) {
		for _, m := range item.Pending {
			found = found || !m.At.After(now)
		}
	})
	return found, err
}
