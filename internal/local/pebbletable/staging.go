package pebbletable

import (
	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/platform/table"
)

// staging puts the effects of ops, on items and on the due index, into one batch.
type staging struct {
	batch *pebble.Batch
	value []byte // reused; the batch copies
}

// op stages the effect of one op on the old item, zero where there is none.
func (s *staging) op(op *table.Op, old table.Item) error {
	switch op.Action {
	case table.Put:
		return s.put(&op.Item, old.Due)
	case table.Delete:
		return s.remove(op.Item.Key, old.Due)
	case table.Add:
		added, err := add(op, old)
		if err != nil {
			return err
		}
		return s.put(&added, old.Due)
	default: // a Check only has a condition
		return nil
	}
}

func (s *staging) put(item *table.Item, oldDue table.IndexKey) error {
	if err := s.moveDue(item.Key, oldDue, item.Due); err != nil {
		return err
	}
	s.value = appendValue(s.value[:0], item)
	return s.batch.Set(itemKey(item.Key), s.value, nil)
}

func (s *staging) remove(key table.Key, oldDue table.IndexKey) error {
	if err := s.moveDue(key, oldDue, table.IndexKey{}); err != nil {
		return err
	}
	return s.batch.Delete(itemKey(key), nil)
}

// moveDue moves an item's entry in the due index; the zero key is no entry.
func (s *staging) moveDue(key table.Key, from, to table.IndexKey) error {
	if from == to {
		return nil
	}
	if from != (table.IndexKey{}) {
		if err := s.batch.Delete(dueKey(from, key), nil); err != nil {
			return err
		}
	}
	if to != (table.IndexKey{}) {
		return s.batch.Set(dueKey(to, key), nil, nil)
	}
	return nil
}
