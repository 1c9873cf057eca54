package table

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// DefaultLimit is the largest body of a record, in bytes, where its Kind names no other.
const DefaultLimit = 4096

// Kind is one sort of record: T as JSON under a name that people see in the table.
type Kind[T any] struct {
	Name   string
	Schema int // the layout of T; a record with a higher number was written by newer code and is refused, not guessed at
	Limit  int // bytes of the body, at most MaxBody; 0: DefaultLimit
}

// Record is a loaded T with its lock state. The zero Record is no record.
type Record[T any] struct {
	Value T
	item  Item
}

// Key is where the record lives.
func (r Record[T]) Key() Key { return r.item.Key }

// Version counts the changes of the record, from 1. It is the base of entity tags.
func (r Record[T]) Version() int64 { return r.item.Version }

// Expires is when the record ends; zero: never.
func (r Record[T]) Expires() time.Time { return r.item.Expires }

// Values are the values of records, in their order.
func Values[T any](records []Record[T]) []T {
	all := make([]T, len(records))
	for i, record := range records {
		all[i] = record.Value
	}
	return all
}

// Get loads the record, or a NotFound error.
func (k Kind[T]) Get(ctx context.Context, t *Table, key Key) (Record[T], error) {
	item, err := t.Get(ctx, key)
	if err != nil {
		return Record[T]{}, err
	}
	return k.decode(item)
}

// GetAll loads the records that exist, in the order of the keys; missing ones are left out.
func (k Kind[T]) GetAll(ctx context.Context, t *Table, keys []Key) ([]Record[T], error) {
	found, err := t.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	records := make([]Record[T], 0, len(found))
	for _, key := range keys {
		item, ok := found[key]
		if !ok {
			continue
		}
		record, err := k.decode(item)
		if err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, nil
}

// Query loads a page of records; next is empty on the last page.
func (k Kind[T]) Query(ctx context.Context, t *Table, q Query) (records []Record[T], next string, err error) {
	page, err := t.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	records = make([]Record[T], 0, len(page.Items))
	for _, item := range page.Items {
		record, err := k.decode(item)
		if err != nil {
			return nil, "", err
		}
		records = append(records, record)
	}
	return records, page.Next, nil
}

// All loads every record of a partition. It is for partitions that are small by nature, such as settings; more than
// limit records are an error, not a truncated answer.
func (k Kind[T]) All(ctx context.Context, t *Table, partition Partition, limit int) ([]Record[T], error) {
	var all []Record[T]
	q := Query{Partition: string(partition), Limit: min(limit+1, MaxPage)}
	for {
		records, next, err := k.Query(ctx, t, q)
		if err != nil {
			return nil, err
		}
		all = append(all, records...)
		if len(all) > limit {
			return nil, errs.E(errs.Conflict, "there are more than %d records of kind %s", limit, k.Name)
		}
		if next == "" {
			return all, nil
		}
		q.After = next
	}
}

// Create makes a new record; the write conflicts where there is one already.
func (k Kind[T]) Create(key Key, value T) Op {
	return k.put(Item{Key: key, Version: 1}, value, Condition{Test: Absent})
}

// Update replaces a loaded record; the write conflicts where somebody was quicker. Messages that are still pending stay.
func (k Kind[T]) Update(r Record[T]) Op {
	item := r.item
	item.Version++
	return k.put(item, r.Value, Condition{Test: VersionIs, Version: r.item.Version})
}

// Save is Create for a zero Record and Update for a loaded one.
func (k Kind[T]) Save(key Key, r Record[T]) Op {
	if r.item.Version == 0 {
		return k.Create(key, r.Value)
	}
	return k.Update(r)
}

// Overwrite writes a record that nobody locks, whatever is there. It is for items whose content follows from their key or
// whose last writer is right.
func (k Kind[T]) Overwrite(key Key, value T) Op {
	return k.put(Item{Key: key}, value, Condition{})
}

// Remove deletes a loaded record; the write conflicts where somebody changed it since.
func (k Kind[T]) Remove(r Record[T]) Op {
	return Op{Action: Delete, Item: Item{Key: r.item.Key}, If: Condition{Test: VersionIs, Version: r.item.Version}}
}

// Unchanged guards a write: it conflicts where the loaded record has changed since.
func (k Kind[T]) Unchanged(r Record[T]) Op {
	return Op{Action: Check, Item: Item{Key: r.item.Key}, If: Condition{Test: VersionIs, Version: r.item.Version}}
}

func (k Kind[T]) put(item Item, value T, condition Condition) Op {
	body, err := json.Marshal(value)
	if err != nil {
		err = fmt.Errorf("table: %s: %w", k.Name, err)
	}
	limit := k.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	if len(body) > limit {
		err = errs.E(errs.Invalid, "this %s would take %d bytes, the most is %d; shorten its texts", k.Name, len(body), limit)
	}
	item.Kind, item.Schema, item.Body, item.Token = k.Name, k.Schema, body, ""
	return Op{Action: Put, Item: item, If: condition, err: err}
}

// Decode reads an item of this kind, for callers that got it from Table.Get or Table.Query.
func (k Kind[T]) Decode(item Item) (Record[T], error) { return k.decode(item) }

func (k Kind[T]) decode(item Item) (Record[T], error) {
	if item.Schema > k.Schema {
		return Record[T]{}, fmt.Errorf("table: a %s of schema %d, this build knows %d", item.Kind, item.Schema, k.Schema)
	}
	record := Record[T]{item: item}
	if err := json.Unmarshal(item.Body, &record.Value); err != nil {
		return Record[T]{}, fmt.Errorf("table: %s: %w", k.Name, err)
	}
	return record, nil
}

// Emit promises messages with the write: they become pending in the same item.
func (op Op) Emit(messages ...Message) Op {
	op.Item.Pending = append(op.Item.Pending[:len(op.Item.Pending):len(op.Item.Pending)], messages...)
	return op
}

// Until makes the written record end at an instant, in whole seconds.
func (op Op) Until(end time.Time) Op {
	op.Item.Expires = end.Truncate(time.Second)
	return op
}

// Posting is a put of an item without content: its key says it all.
func Posting(key Key) Op { return Op{Action: Put, Item: Item{Key: key}} }

// Removal is an unconditional delete.
func Removal(key Key) Op { return Op{Action: Delete, Item: Item{Key: key}} }

// Count adds to whole numbers in the body of a record, creating what is missing at 0, the record included. It makes a new
// version, so that nobody who loaded the record before can write old numbers back. A repeated Count would count twice, so
// it is legal only beside a guard: an op that cannot happen twice, such as Create, Update or Remove.
func Count(key Key, deltas map[string]int64) Op {
	return Op{Action: Add, Item: Item{Key: key}, Deltas: deltas}
}
