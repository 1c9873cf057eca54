// Package memtable gives a test a table of its own: the embedded store of local mode, in memory and empty.
//
// It is the production driver and not a fake, so conditions, pages, expiry and the due index are those that users meet. It
// ends with the test.
package memtable

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/table"
)

// New makes a table. Expiry and the due index go by now; newID makes write tokens and ids of messages.
func New(tb testing.TB, now func() time.Time, newID func() string) *table.Table {
	tb.Helper()
	return table.New(Driver(tb, now), now, newID)
}

// Driver makes the driver alone, for tests that put faults between it and the table.
func Driver(tb testing.TB, now func() time.Time) *pebbletable.Driver {
	tb.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Memory: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return pebbletable.New(db, now)
}
