package table

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Settle removes messages from an item once they are published. It keeps the item's version, so that neither readers nor
// writers notice; a writer who had loaded the item before brings the messages back, and they are published twice, which
// consumers allow. An item that is gone is settled.
func (t *Table) Settle(ctx context.Context, item Item, published []string) error {
	const attempts = 5
	for range attempts {
		left := slices.DeleteFunc(slices.Clone(item.Pending), func(m Message) bool { return slices.Contains(published, m.ID) })
		if len(left) == len(item.Pending) {
			return nil
		}
		item.Pending = left
		// A settled item keeps its token: it is still the write that made this version.
		op := Op{Action: Put, Item: item, If: Condition{Test: VersionIs, Version: item.Version}}
		op.Item.Due = dueKey(op.Item, t.now())
		if err := t.ask(UseWrite, []Op{op}); err != nil {
			return err
		}
		err := t.driver.Write(ctx, []Op{op})
		t.count(ctx, writeCost([]Op{op}))
		if !errs.Is(err, errs.Conflict) {
			return err
		}
		item, err = t.Get(ctx, item.Key)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errs.E(errs.Conflict, "an item with pending messages changes too often to settle it")
}

// DueItems calls do for each item with a message to be published by the instant, of one shard of one day, reading it
// afresh: the index only hints, and an item that was settled or put off meanwhile is left alone. It stops at the first
// error of a read; do decides about its own.
func (t *Table) DueItems(ctx context.Context, day time.Time, shard int, by time.Time, do func(Item)) error {
	q := Query{Partition: string(DuePartition(day, shard)), DueIndex: true, To: DueUntil(by), Limit: 100}
	for {
		page, err := t.Query(ctx, q)
		if err != nil {
			return err
		}
		keys := make([]Key, len(page.Items))
		for i, item := range page.Items {
			keys[i] = item.Key
		}
		items, err := t.BatchGet(ctx, keys)
		if err != nil {
			return err
		}
		for _, key := range keys {
			if item, ok := items[key]; ok && item.Due.Partition == q.Partition && item.Due.Sort < q.To {
				do(item)
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}
