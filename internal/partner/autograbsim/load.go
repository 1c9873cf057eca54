package autograbsim

import (
	"context"
	"io"
)

// rowsAtOnce is how many rows of a feed become one durable change.
const rowsAtOnce = 500

// Loaded says what a feed brought.
type Loaded struct {
	Rows      int64 `json:"rows"`      // read
	Skipped   int64 `json:"skipped"`   // without VIN and rego
	Known     int64 `json:"known"`     // rows of this feed that were applied before
	Unchanged int64 `json:"unchanged"` // rows that told nothing new
	New       int64 `json:"new"`       // listings that appeared, or appeared again
	Prices    int64 `json:"prices"`    // changes of price
	Removed   int64 `json:"removed"`   // listings that ended
}

// LoadListings applies a listing feed, row by row in its order, and lets watched vehicles meet it. The feed is CSV with a
// header line or a JSON array of objects, either of them optionally gzip. It is read as a stream. Its columns are vin, rego and
// state; price, url, date, make, model, year, stock, and dealer or seller (a name, or only dealer or private); and removed,
// which is true for a listing that is gone, or sold where the car was sold. A listing without a date, or with one in the
// future, appears when it is loaded.
//
// name names the feed for ever: a row of it that was applied before is passed over, so that a process may load its feed at
// every start. With an empty name every row is applied.
func (s *Simulator) LoadListings(ctx context.Context, r io.Reader, name string) (Loaded, error) {
	var loaded Loaded
	var rows []row
	flush := func() error {
		if err := ctx.Err(); err != nil || len(rows) == 0 {
			return err
		}
		done := loaded
		err := s.change(func(c *change) error {
			for _, row := range rows {
				if err := c.apply(name, row, &done); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			loaded, rows = done, rows[:0]
		}
		return err
	}
	for row, err := range readFeed(r) {
		if err != nil {
			if broken := flush(); broken != nil {
				return loaded, broken
			}
			return loaded, err
		}
		if rows = append(rows, row); len(rows) == rowsAtOnce {
			if err := flush(); err != nil {
				return loaded, err
			}
		}
	}
	return loaded, flush()
}

// apply takes one row of a feed in.
func (c *change) apply(feed string, row row, loaded *Loaded) error {
	loaded.Rows++
	if row.VIN == "" && row.Rego == "" {
		loaded.Skipped++
		return nil
	}
	if feed != "" {
		mark := key(keyFeedRow, feed, row.digest())
		_, applied, err := get[bool](c.batch, mark)
		if err != nil {
			return err
		}
		if applied {
			loaded.Known++
			return nil
		}
		if err := put(c.batch, mark, true); err != nil {
			return err
		}
	}
	return c.list(row.listing(c.now), loaded)
}
