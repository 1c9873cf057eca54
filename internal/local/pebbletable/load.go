package pebbletable

import (
	"context"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// loadPart is how many ops of a load are one commit: enough to make the disk's wait small beside the work, few enough
// that other writers do not wait long for their stripes.
const loadPart = 1_000

// Load applies puts and deletes without conditions in a few commits and returns when the disk has all.
func (d *Driver) Load(ctx context.Context, ops []table.Op) (err error) {
	if err := d.learnDue(); err != nil {
		return err
	}
	var waiting []*pebble.Batch
	for part := range slices.Chunk(ops, loadPart) {
		if err = ctx.Err(); err != nil {
			break
		}
		batch := d.db.NewBatch()
		if err = d.loadPart(batch, part); err != nil {
			err = errors.Join(err, batch.Close())
			break
		}
		waiting = append(waiting, batch)
	}
	for _, batch := range waiting {
		err = errors.Join(err, synced(batch))
	}
	return err
}

func (d *Driver) loadPart(batch *pebble.Batch, ops []table.Op) error {
	defer d.stripes.lock(ops)()
	stage := staging{batch: batch}
	for i := range ops {
		var old table.Item
		if d.stripes.isDue(ops[i].Item.Key) {
			var err error
			if old, _, err = d.stored(ops[i].Item.Key); err != nil {
				return err
			}
		}
		if err := stage.op(&ops[i], old); err != nil {
			return err
		}
	}
	return d.apply(batch, ops, pebbledb.Durable())
}

// apply hands a batch over and makes it visible; where it is to be durable, synced waits for the disk. The stripes are held.
func (d *Driver) apply(batch *pebble.Batch, ops []table.Op, durability *pebble.WriteOptions) error {
	do := d.db.Apply
	if durability.Sync {
		do = d.db.ApplyNoSyncWait
	}
	if err := do(batch, durability); err != nil {
		return failed(err)
	}
	d.stripes.note(ops)
	return nil
}

// readDue fills the stripes with what the due index has when the driver begins.
func (d *Driver) readDue() error {
	from, to := pebbledb.TableDue.Bounds()
	iter, err := d.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return failed(err)
	}
	for ok := iter.First(); ok && err == nil; ok = iter.Next() {
		err = d.noteEntry(iter.Key()[len(from):])
	}
	if iterated := errors.Join(iter.Error(), iter.Close()); iterated != nil {
		return failed(iterated)
	}
	return err
}

func (d *Driver) noteEntry(entry []byte) error {
	_, rest, err := cutFramed(entry)
	if err != nil {
		return err
	}
	_, key, err := cutEntry(rest)
	if err != nil {
		return err
	}
	d.stripes.of(key).due[key] = struct{}{}
	return nil
}
