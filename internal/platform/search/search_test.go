package search_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// car is a record as a feature would list it.
type car struct {
	ID, Yard, Make, Status, Text string
	At                           time.Time
}

var (
	acme = ident.Trusted("acme")
	cars = search.Index[car]{
		Name: "car",
		Kind: table.Kind[car]{Name: "car", Schema: 1},
		Key:  func(co ident.Company, id string) table.Key { return table.In(co, "car", id).At() },
		Entry: func(c car) search.Entry {
			return search.Entry{
				ID: c.ID, Yards: []string{c.Yard}, At: c.At, Words: search.Words(c.Text),
				Facets: []search.Facet{{Name: "make", Value: c.Make}, {Name: "status", Value: c.Status}},
			}
		},
	}
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// plain seals nothing; that cursors are sealed is package link's to test.
type plain struct{}

func (plain) SealCursor(_ context.Context, co ident.Company, query string, position []byte) (string, error) {
	return base64.RawURLEncoding.EncodeToString([]byte(table.Join(co.ID(), query, string(position)))), nil
}

func (plain) OpenCursor(_ context.Context, co ident.Company, query, cursor string) ([]byte, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	parts := table.Split(string(text))
	if err != nil || len(parts) != 3 || parts[0] != co.ID() || parts[1] != query {
		return nil, errs.E(errs.Invalid, "not a cursor of this query")
	}
	return []byte(parts[2]), nil
}

type desk struct {
	*testing.T
	table *table.Table
	all   map[string]car
}

func open(t *testing.T) *desk {
	n := 0
	newID := func() string { n++; return fmt.Sprintf("id%08d", n) }
	return &desk{t, memtable.New(t, func() time.Time { return noon }, newID), map[string]car{}}
}

// write stores a car as a feature does, whether it is new or changed.
func (d *desk) write(c car) {
	d.Helper()
	var before *car
	record, err := cars.Kind.Get(d.Context(), d.table, cars.Key(acme, c.ID))
	if err == nil {
		old := record.Value
		before = &old
	}
	record.Value = c
	err = cars.Write(d.Context(), d.table, acme, before, &c, func(ctx context.Context) error {
		return d.table.Write(ctx, cars.Kind.Save(cars.Key(acme, c.ID), record))
	})
	if err != nil {
		d.Fatal(err)
	}
	d.all[c.ID] = c
}

// pages reads all pages of a query, and checks that no page is larger than asked for.
func (d *desk) pages(q search.Query) (ids []string) {
	d.Helper()
	for range 10_000 {
		records, next, err := cars.Page(d.Context(), d.table, plain{}, acme, q)
		if err != nil {
			d.Fatal(err)
		}
		if len(records) > q.Limit {
			d.Fatalf("a page of %d, asked for %d", len(records), q.Limit)
		}
		for _, r := range records {
			ids = append(ids, r.Value.ID)
		}
		if next == "" {
			return ids
		}
		q.Cursor = next
	}
	d.Fatal("the pages do not end")
	return nil
}

func (d *desk) want(keep func(car) bool) (ids []string) {
	var kept []car
	for _, c := range d.all {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	slices.SortFunc(kept, func(a, b car) int {
		if n := b.At.Compare(a.At); n != 0 {
			return n
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, c := range kept {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestEveryFilterAndPageGivesWhatALoopOverAllRecordsGives(t *testing.T) {
	d := open(t)
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	for i := range 600 {
		d.write(car{
			ID: fmt.Sprintf("c%04d", random.IntN(400)), Yard: pick("north", "south", "west"), Make: pick("Toyota", "Ford", "Tesla"),
			Status: pick("active", "active", "active", "new"), Text: pick("anna", "ann", "bert") + " " + pick("berg", "meyer"),
			At: noon.Add(time.Duration(i/2) * time.Minute),
		})
	}
	yards := []string{"north", "south"}
	in := func(c car) bool { return slices.Contains(yards, c.Yard) }
	for name, c := range map[string]struct {
		q    search.Query
		keep func(car) bool
	}{
		"everything":       {search.Query{}, in},
		"one facet":        {search.Query{Facets: []search.Facet{{"make", "toyota"}}}, func(c car) bool { return in(c) && c.Make == "Toyota" }},
		"two facets":       {search.Query{Facets: []search.Facet{{"make", "Ford"}, {"status", "new"}}}, func(c car) bool { return in(c) && c.Make == "Ford" && c.Status == "new" }},
		"a prefix":         {search.Query{Text: "AN"}, func(c car) bool { return in(c) && strings.Contains(c.Text, "an") }},
		"a word and facet": {search.Query{Text: "meyer", Facets: []search.Facet{{"status", "active"}}}, func(c car) bool { return in(c) && strings.Contains(c.Text, "meyer") && c.Status == "active" }},
		"two words":        {search.Query{Text: "bert ber"}, func(c car) bool { return in(c) && strings.HasPrefix(c.Text, "bert") }},
		"no such value":    {search.Query{Facets: []search.Facet{{"make", "Lada"}}}, func(car) bool { return false }},
		"a range of time": {search.Query{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}, func(c car) bool {
			return in(c) && !c.At.Before(noon.Add(time.Hour)) && c.At.Before(noon.Add(2*time.Hour))
		}},
		"a range and facet": {search.Query{From: noon.Add(time.Hour), Facets: []search.Facet{{"make", "Tesla"}}}, func(c car) bool { return in(c) && !c.At.Before(noon.Add(time.Hour)) && c.Make == "Tesla" }},
	} {
		for _, limit := range []int{1, 7, 50, 200} {
			q := c.q
			q.Yards, q.Limit = yards, limit
			if got, want := d.pages(q), d.want(c.keep); !slices.Equal(got, want) {
				t.Errorf("%s by %d: %d records, want %d:\n%v\n%v", name, limit, len(got), len(want), got, want)
			}
		}
	}
}

func TestAPrefixOfVeryManyWordsFindsEachRecordOnce(t *testing.T) {
	d := open(t)
	for i := range 300 {
		d.write(car{ID: fmt.Sprintf("c%04d", i), Yard: "north", Make: "x", Text: fmt.Sprintf("vin%05d", i*7919%300), At: noon.Add(time.Duration(i) * time.Second)})
	}
	got := d.pages(search.Query{Yards: []string{"north"}, Text: "vin", Limit: 50})
	slices.Sort(got)
	if len(slices.Compact(got)) != 300 {
		t.Errorf("%d records, want 300", len(got))
	}
}

func TestACrashBeforeTheRecordLeavesOnlyPostingsThatNobodySees(t *testing.T) {
	d := open(t)
	first := car{ID: "c1", Yard: "north", Make: "Ford", Status: "active", At: noon}
	d.write(first)
	moved := first
	moved.Status, moved.At = "new", noon.Add(time.Hour)
	crash := fmt.Errorf("crash")
	err := cars.Write(t.Context(), d.table, acme, &first, &moved, func(context.Context) error { return crash })
	if !errors.Is(err, crash) {
		t.Fatalf("err = %v", err)
	}
	if got := d.pages(search.Query{Yards: []string{"north"}, Limit: 10}); !slices.Equal(got, []string{"c1"}) {
		t.Errorf("everything: %v", got)
	}
	if got := d.pages(search.Query{Yards: []string{"north"}, Facets: []search.Facet{{"status", "new"}}, Limit: 10}); got != nil {
		t.Errorf("status new: %v", got)
	}
}

func TestACursorOfAnotherQueryIsRefused(t *testing.T) {
	d := open(t)
	for i := range 5 {
		d.write(car{ID: fmt.Sprint("c", i), Yard: "north", Make: "Ford", At: noon})
	}
	q := search.Query{Yards: []string{"north"}, Limit: 2}
	_, next, err := cars.Page(t.Context(), d.table, plain{}, acme, q)
	if err != nil || next == "" {
		t.Fatalf("next %q, %v", next, err)
	}
	q.Cursor, q.Facets = next, []search.Facet{{"make", "Ford"}}
	if _, _, err := cars.Page(t.Context(), d.table, plain{}, acme, q); !errs.Is(err, errs.Invalid) {
		t.Errorf("err = %v, want invalid", err)
	}
	q.Yards = nil
	if _, _, err := cars.Page(t.Context(), d.table, plain{}, acme, q); !errs.Is(err, errs.Invalid) {
		t.Errorf("for somebody without a yard: err = %v, want invalid, too", err)
	}
}

func TestAPageReadsLittleMoreThanItShows(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		d := open(t)
		var all []car
		for i := range n {
			all = append(all, car{ID: fmt.Sprintf("c%06d", i), Yard: fmt.Sprint("yard", i%20), Make: []string{"Ford", "Kia", "Kia", "Kia", "Lada", "Kia", "Kia"}[i%7], Status: "active", Text: "anna", At: noon.Add(time.Duration(i) * time.Second)})
		}
		if err := cars.Add(t.Context(), d.table, acme, all); err != nil {
			t.Fatal(err)
		}
		for _, c := range all {
			if err := d.table.Load(t.Context(), cars.Kind.Overwrite(cars.Key(acme, c.ID), c)); err != nil {
				t.Fatal(err)
			}
		}
		var yards []string
		for i := range 20 {
			yards = append(yards, fmt.Sprint("yard", i))
		}
		for name, q := range map[string]search.Query{
			"everything": {}, "one facet": {Facets: []search.Facet{{"make", "kia"}}},
			"a small facet and a great one": {Facets: []search.Facet{{"status", "active"}, {"make", "lada"}}}, "a facet and a word": {Text: "anna", Facets: []search.Facet{{"make", "lada"}}, Yards: yards[:10]},
			"one word": {Text: "anna"},
		} {
			if q.Limit = 50; q.Yards == nil {
				q.Yards = yards
			}
			var meter table.Meter
			records, _, err := cars.Page(table.WithMeter(t.Context(), &meter), d.table, plain{}, acme, q)
			if err != nil || len(records) != 50 {
				t.Fatalf("%s: %d records, %v", name, len(records), err)
			}
			if got := meter.Usage().Items; got > 4*50 {
				t.Errorf("%s of %d: read %d items for a page of 50", name, n, got)
			}
		}
	}
}

func TestWordsAreFoldedAndBounded(t *testing.T) {
	for text, want := range map[string]string{
		"Anna MÜLLER-Lüdenscheidt":      "anna muller ludenscheidt",
		"a bc  bc d":                    "bc",
		"anna@meyer.example":            "anna meyer example",
		"5TDXZ3DC2KS015402":             "5tdxz3dc2ks015402",
		"Straße":                        "straße",
		strings.Repeat("x", 100):        strings.Repeat("x", search.MaxWord),
		"東京":                            "東京",
		strings.Repeat("Ångström! ", 3): "angstrom",
	} {
		if got := strings.Join(search.Words(text), " "); got != want {
			t.Errorf("Words(%q) = %q, want %q", text, got, want)
		}
	}
	if got := len(search.Words(strings.Join(strings.Fields(fmt.Sprint(make([]int, 0), slices.Collect(numbers(100)))), " "))); got != search.MaxWords {
		t.Errorf("%d words, want at most %d", got, search.MaxWords)
	}
}

func numbers(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := 100; i < 100+n && yield(i); i++ {
		}
	}
}
