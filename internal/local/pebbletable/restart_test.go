package pebbletable_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/table"
)

// A driver that begins on an old database has to learn what is due before it loads over it.
func TestALoadAfterARestartTakesEntriesOfTheDueIndexAway(t *testing.T) {
	db, err := pebbledb.Open(pebbledb.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	key := table.Key{Partition: "p\x00", Sort: "s"}
	due := table.IndexKey{Partition: "DUE", Sort: "now"}
	put := func(item table.Item) []table.Op { return []table.Op{{Action: table.Put, Item: item}} }
	if err := pebbletable.New(db, time.Now).Write(t.Context(), put(table.Item{Key: key, Due: due})); err != nil {
		t.Fatal(err)
	}

	restarted := pebbletable.New(db, time.Now)
	entries := func() int {
		page, err := restarted.Query(t.Context(), table.Query{Partition: due.Partition, DueIndex: true, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Items)
	}
	if got := entries(); got != 1 {
		t.Fatalf("%d entries, want 1", got)
	}
	if err := restarted.Load(t.Context(), put(table.Item{Key: key})); err != nil {
		t.Fatal(err)
	}
	if got := entries(); got != 0 {
		t.Errorf("%d entries, want none", got)
	}
}
