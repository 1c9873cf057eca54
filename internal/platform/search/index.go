package search

import (
	"context"
	"reflect"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Index is the list of one kind of record.
type Index[T any] struct {
	Name  string // of the list, for example recapture
	Kind  table.Kind[T]
	Key   func(company ident.Company, id string) table.Key
	Entry func(T) Entry // what a record contributes; a zero Entry (no id) keeps it off the list
}

// Write brings a record forward together with its postings: first the new ones, then the record by commit, then the old
// ones go. before is nil for a new record, after is nil for one that ends. A failed removal only leaves postings that
// reads skip, so it does not fail the write.
func (x Index[T]) Write(ctx context.Context, t *table.Table, company ident.Company, before, after *T, commit func(context.Context) error) error {
	added, dropped := x.changes(company, before, after)
	return move(ctx, t, added, dropped, commit)
}

// WriteAll is Write for many records that one commit changes; before and after go in pairs.
func (x Index[T]) WriteAll(ctx context.Context, t *table.Table, company ident.Company, before, after []T, commit func(context.Context) error) error {
	var added, dropped []table.Key
	for i := range after {
		more, fewer := x.changes(company, &before[i], &after[i])
		added, dropped = append(added, more...), append(dropped, fewer...)
	}
	return move(ctx, t, added, dropped, commit)
}

// move adds and drops postings around a commit.
func move(ctx context.Context, t *table.Table, added, dropped []table.Key, commit func(context.Context) error) error {
	if err := t.Load(ctx, puts(added)...); err != nil {
		return err
	}
	if err := commit(ctx); err != nil {
		return err
	}
	_ = t.Load(ctx, removals(dropped)...)
	return nil
}

// Add puts the postings of new records, for bulk creation: the caller writes the records afterwards. What else is to be
// loaded before them goes along.
func (x Index[T]) Add(ctx context.Context, t *table.Table, company ident.Company, values []T, also ...table.Op) error {
	ops := also
	for i := range values {
		ops = append(ops, puts(x.Entry(values[i]).keys(company, x.Name))...)
	}
	return t.Load(ctx, ops...)
}

func (x Index[T]) changes(company ident.Company, before, after *T) (added, dropped []table.Key) {
	earlier, later := x.entry(before), x.entry(after)
	if reflect.DeepEqual(earlier, later) {
		return nil, nil // as most changes of a record leave its entry
	}
	old, now := earlier.keys(company, x.Name), later.keys(company, x.Name)
	for _, key := range now {
		if !slices.Contains(old, key) {
			added = append(added, key)
		}
	}
	for _, key := range old {
		if !slices.Contains(now, key) {
			dropped = append(dropped, key)
		}
	}
	return added, dropped
}

// entry is the entry of a record; zero where there is none.
func (x Index[T]) entry(value *T) Entry {
	if value == nil {
		return Entry{}
	}
	return x.Entry(*value)
}

func puts(keys []table.Key) []table.Op {
	ops := make([]table.Op, len(keys))
	for i, key := range keys {
		ops[i] = table.Posting(key)
	}
	return ops
}

func removals(keys []table.Key) []table.Op {
	ops := make([]table.Op, len(keys))
	for i, key := range keys {
		ops[i] = table.Removal(key)
	}
	return ops
}
