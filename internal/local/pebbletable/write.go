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
	applied, err := d.decide(ops, &staging{batch: batch})
	durability := pebbledb.Durable()
	if settles(ops) {
		durability = pebble.NoSync
	}
	if err == nil && !applied && !batch.Empty() {
		err = d.apply(batch, ops, durability)
	}
	unlock()
	if err != nil || applied || batch.Empty() {
		return errors.Join(err, batch.Close(), d.settled())
	}
	if !durability.Sync {
		return batch.Close()
	}
	return synced(batch)
}

// settles reports a write that only strikes out what was promised: it keeps the version that it demands (table.Settle). It
// need not wait for the disk: where a crash takes it back, the messages are published once more, which consumers allow.
func settles(ops []table.Op) bool {
	return len(ops) == 1 && ops[0].Action == table.Put && ops[0].If.Test == table.VersionIs && ops[0].Item.Version == ops[0].If.Version
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

// decide decides the conditions and stages the effects of the ops. Applied means that an earlier call did all of this
// already. The stripes of the keys are held.
func (d *Driver) decide(ops []table.Op, stage *staging) (applied bool, err error) {
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
		if err := stage.op(&ops[i], olds[i]); err != nil {
			return false, err
		}
	}
	return false, nil
}
