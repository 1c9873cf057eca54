package pebbletable

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// loadPart is how many ops of a load are one commit: enough to make the disk's wait small beside the work, few enough
// that other writers do not wait long for their stripes.
const loadPart = 1_000

// Load applies puts and deletes without conditions in a few commits and returns when the disk has all. Where a key comes
// twice, the later op wins.
func (d *Driver) Load(ctx context.Context, ops []table.Op) (err error) {
	var waiting []*pebble.Batch
	for start := 0; start < len(ops) && err == nil; start += loadPart {
		if err = ctx.Err(); err != nil {
			break
		}
		batch := d.db.NewBatch()
		if err = d.loadPart(batch, ops[start:min(start+loadPart, len(ops))]); err == nil {
			waiting = append(waiting, batch)
		}
	}
	for _, batch := range waiting {
		err = errors.Join(err, synced(batch))
	}
	return err
}

func (d *Driver) loadPart(batch *pebble.Batch, ops []table.Op) error {
	defer d.stripes.lock(ops)()
	due := make(map[table.Key]table.IndexKey) // of keys that came before in this part
	for _, op := range ops {
		old, seen := due[op.Item.Key]
		if !seen {
			item, _, err := d.stored(op.Item.Key)
			if err != nil {
				return err
			}
			old = item.Due
		}
		if err := stageOp(batch, op, table.Item{Due: old}); err != nil {
			return err
		}
		due[op.Item.Key] = op.Item.Due
	}
	return d.db.ApplyNoSyncWait(batch, pebbledb.Durable())
}
