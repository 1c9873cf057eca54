package table

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Table checks, completes and meters what goes to a Driver. It is safe for concurrent use.
type Table struct {
	driver Driver
	now    func() time.Time
	newID  func() string
	meter  *Meter
	allow  func(Use, []Op) error // nil: everything
	also   Witness               // nil: nobody
}

// Witness is told of a write before it goes out, and may add ops that belong to it. What it returns besides, if anything, is
// called once all of them are durable.
type Witness func(ctx context.Context, now time.Time, newID func() string, ops []Op) (also []Op, written func())

// Witnessed is the same table with somebody who is told of its writes.
func (t *Table) Witnessed(w Witness) *Table {
	witnessed := *t
	witnessed.also = w
	return &witnessed
}

// New makes a table of a driver. Expiry and the due index go by now; newID makes write tokens.
func New(driver Driver, now func() time.Time, newID func() string) *Table {
	return &Table{driver: driver, now: now, newID: newID, meter: new(Meter)}
}

// Use is what a call makes a driver do.
type Use uint8

// The uses of a table.
const (
	UseGet Use = iota
	UseBatchGet
	UseQuery
	UseDue // query of the due index
	UseWrite
	UseLoad
)

// Guarded is the same table for somebody who may do less: allow is asked before every call. It sees the ops of a write or
// load before anything is filled in, so that a message without an id is one that these ops promise. Its error refuses the
// whole call.
func (t *Table) Guarded(allow func(Use, []Op) error) *Table {
	guarded := *t
	guarded.allow = allow
	return &guarded
}

func (t *Table) ask(use Use, ops []Op) error {
	if t.allow == nil {
		return nil
	}
	return t.allow(use, ops)
}

// Now is the application clock that the table goes by.
func (t *Table) Now() time.Time { return t.now() }

// Usage is what all calls so far have cost.
func (t *Table) Usage() Usage { return t.meter.Usage() }

// Get returns the item as it is stored, or a NotFound error where there is none or it has expired.
func (t *Table) Get(ctx context.Context, key Key) (Item, error) {
	if err := t.ask(UseGet, nil); err != nil {
		return Item{}, err
	}
	item, err := t.driver.Get(ctx, key)
	t.count(ctx, Usage{Calls: 1, ReadUnits: readUnits(item.Size())})
	if err != nil {
		return Item{}, err
	}
	if item.Expired(t.now()) {
		return Item{}, Missing()
	}
	return item, nil
}

// BatchGet returns the items that exist, by key.
func (t *Table) BatchGet(ctx context.Context, keys []Key) (map[Key]Item, error) {
	found, now := make(map[Key]Item), t.now() // many ask for what mostly does not exist
	for start := 0; start < len(keys); start += MaxBatchRead {
		if err := t.ask(UseBatchGet, nil); err != nil {
			return nil, err
		}
		part := distinct(keys[start:min(start+MaxBatchRead, len(keys))])
		items, err := t.driver.BatchGet(ctx, part)
		if err != nil {
			return nil, err
		}
		usage := Usage{Calls: (len(part) + 99) / 100}
		for _, item := range items {
			usage.ReadUnits += readUnits(item.Size())
			usage.Items++
			if !item.Expired(now) {
				found[item.Key] = item
			}
		}
		usage.ReadUnits += 0.5 * float64(len(part)-len(items))
		t.count(ctx, usage)
	}
	return found, nil
}

func distinct(keys []Key) []Key {
	seen := make(map[Key]struct{}, len(keys))
	unique := make([]Key, 0, len(keys))
	for _, key := range keys {
		if _, twice := seen[key]; !twice {
			seen[key] = struct{}{}
			unique = append(unique, key)
		}
	}
	return unique
}

// Query returns a page without the items that have expired; see Driver.Query.
func (t *Table) Query(ctx context.Context, q Query) (Page, error) {
	if q.Partition == "" || q.Limit < 1 || q.Limit > MaxPage {
		return Page{}, fmt.Errorf("table: a query for %d items of partition %q", q.Limit, q.Partition)
	}
	use := UseQuery
	if q.DueIndex {
		use = UseDue
	}
	if err := t.ask(use, nil); err != nil {
		return Page{}, err
	}
	page, err := t.driver.Query(ctx, q)
	if err != nil {
		return Page{}, err
	}
	size, kept, now := 0, page.Items[:0], t.now()
	for _, item := range page.Items {
		size += item.Size()
		if !item.Expired(now) {
			kept = append(kept, item)
		}
	}
	t.count(ctx, Usage{Calls: 1, ReadUnits: readUnits(size), Items: len(page.Items)})
	page.Items = kept
	return page, nil
}

// Write applies 1 to MaxOps ops, all or none; see Driver.Write. A single op is a plain conditional write, at half the
// price of a transaction.
func (t *Table) Write(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 || len(ops) > MaxOps {
		return fmt.Errorf("table: a write of %d ops", len(ops))
	}
	if err := t.complete(UseWrite, ops); err != nil {
		return err
	}
	ops, written, err := t.witnessed(ctx, ops)
	if err != nil {
		return err
	}
	if err := checkTogether(ops); err != nil {
		return err
	}
	err = t.driver.Write(ctx, ops)
	t.count(ctx, writeCost(ops))
	if err == nil && written != nil {
		written()
	}
	return err
}

// witnessed are the ops with what the witness adds, which is not the caller's.
func (t *Table) witnessed(ctx context.Context, ops []Op) (all []Op, written func(), err error) {
	if t.also == nil {
		return ops, nil, nil
	}
	also, written := t.also(ctx, t.now(), t.newID, ops)
	if len(also) == 0 {
		return ops, written, nil
	}
	if err := t.complete(UseWrite, also); err != nil {
		return nil, nil, err
	}
	return append(ops[:len(ops):len(ops)], also...), written, nil
}

// Load writes any number of unconditional puts and deletes, not atomically; see Driver.Load. It is for items that nobody
// locks: postings, chunks and seeds. Where a key comes twice, the later op wins.
func (t *Table) Load(ctx context.Context, ops ...Op) error {
	if len(ops) == 0 {
		return nil
	}
	if err := t.complete(UseLoad, ops); err != nil {
		return err
	}
	for _, op := range ops {
		if op.If.Test != Always || op.Action > Delete {
			return errors.New("table: a load takes puts and deletes without conditions")
		}
	}
	ops = latest(ops)
	err := t.driver.Load(ctx, ops)
	t.count(ctx, loadCost(ops))
	return err
}

// complete fills in what the table decides (tokens, ids of messages, the due index) and refuses what no driver should see.
// What is filled in stays in the caller's ops: repeating the same slice after a lost answer is recognised.
func (t *Table) complete(use Use, ops []Op) error {
	if err := t.ask(use, ops); err != nil {
		return err
	}
	for i := range ops {
		op := &ops[i]
		if op.err != nil {
			return op.err
		}
		if op.Action == Put {
			if op.Item.Version != 0 && op.Item.Token == "" {
				op.Item.Token = t.newID()
			}
			for m := range op.Item.Pending {
				if op.Item.Pending[m].ID == "" {
					op.Item.Pending[m].ID = t.newID()
				}
			}
			op.Item.Due = dueKey(op.Item, t.now())
		}
		if err := op.check(); err != nil {
			return err
		}
	}
	return nil
}
