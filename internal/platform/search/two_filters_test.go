package search_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// dearest is the most items that a page of a query read, with how many records all pages show.
func (d *desk) dearest(q search.Query, pages int) (most, shown int) {
	d.Helper()
	for range pages {
		var meter table.Meter
		records, next, err := cars.Page(table.WithMeter(d.Context(), &meter), d.table, plain{}, acme, q)
		if err != nil {
			d.Fatal(err)
		}
		most, shown = max(most, meter.Usage().Items), shown+len(records)
		if q.Cursor = next; next == "" {
			break
		}
	}
	return most, shown
}

// Of two filters the smaller one is to be walked, and which one that is changes: most of the newest leads are open, and hardly
// any of the old.
func TestAFilterThatOnlyTheNewestPassIsWalkedWhereItGrowsRare(t *testing.T) {
	const n, limit = 10_000, 50
	d := open(t)
	var all []car
	var records []table.Op
	want := 0
	for i := range n {
		c := car{
			ID: fmt.Sprintf("c%06d", i), Yard: twenty[i*7%20], Make: []string{"Kia", "Ford", "Lada"}[i%3], Status: "closed", At: noon.Add(-time.Duration(i) * time.Second),
		}
		if i < n/20 && i%3 < 2 || i%200 == 7 {
			c.Status = "open"
		}
		if c.Status == "open" && c.Make == "Kia" {
			want++
		}
		all = append(all, c)
		records = append(records, cars.Kind.Overwrite(cars.Key(acme, c.ID), c))
	}
	if err := errors.Join(cars.Add(t.Context(), d.table, acme, all), d.table.Load(t.Context(), records...)); err != nil {
		t.Fatal(err)
	}
	q := search.Query{Yards: twenty, Limit: limit, Facets: []search.Facet{{"status", "open"}, {"make", "kia"}}}
	if most, shown := d.dearest(q, 20); shown != want || most > 16*limit {
		t.Errorf("%d of %d records; a page read %d items for %d", shown, want, most, limit)
	}
}

// A page that goes on reads no more than the first one: what a word's first posting cost says nothing about the word.
func TestFurtherPagesOfAWordAndAFilterReadNoMoreThanTheFirst(t *testing.T) {
	const limit = 50
	d := lot(t, 10_000)
	for name, q := range map[string]search.Query{
		"most of the word":   {Facets: []search.Facet{{"status", "active"}}, Text: "owner17"},
		"two fifths of many": {Facets: []search.Facet{{"make", "kia"}}, Text: "anna"},
	} {
		q.Yards, q.Limit = twenty, limit
		if most, shown := d.dearest(q, 4); most > 12*limit || shown < 150 {
			t.Errorf("%s: %d records; a page read %d items for %d", name, shown, most, limit)
		}
	}
}
