package pebbletable

import (
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Each calls do for every stored item whose partition begins with a text, in order, until do fails. It is for people who
// look into a folder; no function can reach it.
func (d *Driver) Each(ctx context.Context, partition string, do func(table.Item) error) error {
	from := appendEscaped([]byte{byte(pebbledb.TableItems)}, partition)
	_, to := pebbledb.TableItems.Bounds()
	iter, err := d.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return failed(err)
	}
	for ok := iter.First(); ok && err == nil; ok = iter.Next() {
		err = each(iter, partition, do)
	}
	if errors.Is(err, errPast) {
		err = nil
	}
	return errors.Join(err, iter.Error(), iter.Close())
}

// errPast ends Each behind the last partition with the prefix.
var errPast = errors.New("pebbletable: past the prefix")

func each(iter *pebble.Iterator, prefix string, do func(table.Item) error) error {
	partition, sort, err := cutFramed(iter.Key()[1:])
	if err != nil {
		return err
	}
	if len(partition) < len(prefix) || partition[:len(prefix)] != prefix {
		return errPast
	}
	item, err := parseValue(table.Key{Partition: partition, Sort: string(sort)}, iter.Value())
	if err != nil {
		return err
	}
	return do(item)
}
