package pebbletable

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Driver is a table.Driver over an embedded database. It is safe for concurrent use, and one database has one Driver:
// conditions hold against all writes that go through it.
type Driver struct {
	db      *pebble.DB
	now     func() time.Time
	stripes stripes

	learnDue func() error // fills the stripes once, before the first write
}

var _ table.Driver = (*Driver)(nil)

// New makes the driver of a database. Expiry goes by now, the application clock. The database is closed by whoever opened it.
func New(db *pebbledb.DB, now func() time.Time) *Driver {
	d := &Driver{db: db.DB(), now: now, stripes: newStripes()}
	d.learnDue = sync.OnceValue(d.readDue)
	return d
}

// Get returns the item, or a NotFound error.
func (d *Driver) Get(ctx context.Context, key table.Key) (table.Item, error) {
	if err := ctx.Err(); err != nil {
		return table.Item{}, err
	}
	item, found, err := d.stored(key)
	if err == nil && !found {
		err = table.Missing()
	}
	return item, err
}

// BatchGet returns the items that exist, in the order of the keys. Other writes may happen between them.
func (d *Driver) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	items := make([]table.Item, 0, len(keys))
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		item, found, err := d.stored(key)
		if err != nil {
			return nil, err
		}
		if found {
			items = append(items, item)
		}
	}
	return items, nil
}

func (d *Driver) stored(key table.Key) (item table.Item, found bool, err error) {
	value, closer, err := d.db.Get(itemKey(key))
	if errors.Is(err, pebble.ErrNotFound) {
		return table.Item{}, false, nil
	}
	if err != nil {
		return table.Item{}, false, failed(err)
	}
	item, err = parseValue(key, value)
	return item, err == nil, errors.Join(err, closer.Close())
}

// failed classifies an error of the database: the disk is full, broken or gone.
func failed(cause error) error {
	return errs.E(errs.Unavailable, "the store cannot be reached at the moment: %w", cause)
}
