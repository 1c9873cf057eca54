package table_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Prices are those of DynamoDB on demand: 4 kB a read unit, 1 kB a write unit, double in a transaction.
func TestCallsAreMeteredInRequestUnits(t *testing.T) {
	wide := table.Kind[note]{Name: "note", Limit: table.MaxBody}
	sized := func(sort string, size int) table.Op {
		return wide.Create(at(sort), note{Text: strings.Repeat("x", size)})
	}
	var keys []table.Key
	var postings []table.Op
	for i := range 60 {
		keys = append(keys, at(fmt.Sprint("absent ", i)))
		postings = append(postings, table.Posting(keys[i]))
	}
	fill := func(tbl *table.Table) error { return tbl.Load(t.Context(), postings...) }
	for name, c := range map[string]struct {
		prepare, do func(*table.Table) error
		want        table.Usage
	}{
		"a small write":          {nil, func(tbl *table.Table) error { return tbl.Write(t.Context(), sized("a", 10)) }, table.Usage{Calls: 1, WriteUnits: 1}},
		"a write of 2.5 kB":      {nil, func(tbl *table.Table) error { return tbl.Write(t.Context(), sized("a", 2_500)) }, table.Usage{Calls: 1, WriteUnits: 3}},
		"a transaction of two":   {nil, func(tbl *table.Table) error { return tbl.Write(t.Context(), sized("a", 10), sized("b", 10)) }, table.Usage{Calls: 1, WriteUnits: 4}},
		"a write with a message": {nil, func(tbl *table.Table) error { return tbl.Write(t.Context(), sized("a", 10).Emit(table.Message{})) }, table.Usage{Calls: 1, WriteUnits: 2}},
		"a load of 60":           {nil, fill, table.Usage{Calls: 3, WriteUnits: 60}},
		"a read of nothing":      {nil, func(tbl *table.Table) error { _, _ = tbl.Get(t.Context(), keys[0]); return nil }, table.Usage{Calls: 1, ReadUnits: 1}},
		"a batch read of 60":     {fill, func(tbl *table.Table) error { _, err := tbl.BatchGet(t.Context(), keys); return err }, table.Usage{Calls: 1, ReadUnits: 60, Items: 60}},
		"a page of 60 small things": {fill, func(tbl *table.Table) error {
			_, err := tbl.Query(t.Context(), table.Query{Partition: "p", Limit: 100})
			return err
		}, table.Usage{Calls: 1, ReadUnits: 1, Items: 60}},
	} {
		t.Run(name, func(t *testing.T) {
			tbl, _ := record(t)
			if c.prepare != nil {
				if err := c.prepare(tbl); err != nil {
					t.Fatal(err)
				}
			}
			before := tbl.Usage()
			if err := c.do(tbl); err != nil {
				t.Fatal(err)
			}
			if got := tbl.Usage().Sub(before); got != c.want {
				t.Errorf("used %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAMeterSeesOnlyWhatHappensUnderItsContext(t *testing.T) {
	tbl, _ := record(t)
	var meter table.Meter
	if err := tbl.Write(t.Context(), notes.Create(at("a"), note{})); err != nil {
		t.Fatal(err)
	}
	if err := tbl.Write(table.WithMeter(t.Context(), &meter), notes.Create(at("b"), note{})); err != nil {
		t.Fatal(err)
	}
	if got := meter.Usage(); got.Calls != 1 || tbl.Usage().Calls != 2 {
		t.Errorf("metered %+v of %+v", got, tbl.Usage())
	}
}
