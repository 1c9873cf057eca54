package pebbletable

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Write applies all ops or none and returns when the disk has them.
func (d *Driver) Write(ctx context.Context, ops []table.Op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := d.learnDue(); err != nil {
		return err
	}
	batch := d.db.NewBatch()
	unlock := d.stripes.lock(ops)
	applied, err := d.stage(batch, ops)
	if err == nil && !applied && !batch.Empty() {
		err = d.apply(batch, ops)
	}
	unlock()
	if err != nil || applied || batch.Empty() {
		return errors.Join(err, batch.Close(), d.settled())
	}
	return synced(batch)
}

// settled waits until the disk has everything that was visible before: an answer that rests on somebody else's write must
// not be given while that write can still be lost.
func (d *Driver) settled() error { return d.db.LogData(nil, pebbledb.Durable()) }

// synced waits for the disk and frees the batch.
func synced(batch *pebble.Batch) error {
	if err := batch.SyncWait(); err != nil {
		return failed(err)
	}
	return batch.Close()
}

// stage decides the conditions and puts the effects of the ops into the batch. Applied means that an earlier call did all of
// this already. The stripes of the keys are held.
func (d *Driver) stage(batch *pebble.Batch, ops []table.Op) (applied bool, err error) {
	now := d.now()
	refused := -1
	olds := make([]table.Item, len(ops))
	exists := make([]bool, len(ops))
	for i, op := range ops {
		if olds[i], exists[i], err = d.stored(op.Item.Key); err != nil {
			return false, err
		}
		if op.Holds(olds[i], exists[i], now) {
			continue
		}
		// One op that was applied shows that all were, whatever happened to the other keys since.
		if op.Applied(olds[i]) {
			return true, nil
		}
		if refused < 0 {
			refused = i
		}
	}
	if refused >= 0 {
		return false, table.Conflicted(refused, ops[refused].Item.Key)
	}
	for i := range ops {
		if err := stageOp(batch, &ops[i], olds[i]); err != nil {
			return false, err
		}
	}
	return false, nil
}

// stageOp puts the effect of one op on the old item, zero where there is none, into the batch.
func stageOp(batch *pebble.Batch, op *table.Op, old table.Item) error {
	switch op.Action {
	case table.Put:
		return stagePut(batch, &op.Item, old.Due)
	case table.Delete:
		return stageDelete(batch, op.Item.Key, old.Due)
	case table.Add:
		added, err := add(op, old)
		if err != nil {
			return err
		}
		return stagePut(batch, &added, old.Due)
	default: // a Check only has a condition
		return nil
	}
}

func stagePut(batch *pebble.Batch, item *table.Item, oldDue table.IndexKey) error {
	if oldDue != item.Due && oldDue != (table.IndexKey{}) {
		if err := batch.Delete(dueKey(oldDue, item.Key), nil); err != nil {
			return err
		}
	}
	if item.Due != oldDue && item.Due != (table.IndexKey{}) {
		if err := batch.Set(dueKey(item.Due, item.Key), nil, nil); err != nil {
			return err
		}
	}
	return batch.Set(itemKey(item.Key), appendValue(nil, item), nil)
}

func stageDelete(batch *pebble.Batch, key table.Key, oldDue table.IndexKey) error {
	if oldDue != (table.IndexKey{}) {
		if err := batch.Delete(dueKey(oldDue, key), nil); err != nil {
			return err
		}
	}
	return batch.Delete(itemKey(key), nil)
}
