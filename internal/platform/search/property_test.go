package search_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// dice draws what a property test is about.
type dice struct{ *rand.Rand }

func (d dice) of(from ...string) string { return from[d.IntN(len(from))] }

// some are up to n different ones of many, perhaps none.
func (d dice) some(n int, from ...string) []string {
	d.Shuffle(len(from), func(i, j int) { from[i], from[j] = from[j], from[i] })
	return from[:d.IntN(n+1)]
}

var (
	allYards    = []string{"north", "south", "west", "east"}
	allMakes    = []string{"Toyota", "Ford", "Tesla", "Kia", "Lada"}
	allStatuses = []string{"active", "new", "deleted"}
)

func (d dice) car(id int) car {
	return car{
		ID: fmt.Sprintf("c%04d", id), Yard: d.of("north", "north", "south", "west", "east"), Make: d.of(append(slices.Repeat([]string{"Toyota"}, 6), allMakes...)...),
		Status: d.of("active", "active", "active", "new", "deleted"),
		Text:   strings.Join([]string{d.of("anna", "ann", "bert", "zoë"), d.of("berg", "meyer", "berger"), fmt.Sprintf("vin%05d", d.IntN(90_000)), fmt.Sprintf("vin%05d", id)}, " "),
		At:     noon.Add(time.Duration(d.IntN(2000)) * time.Minute),
	}
}

// asked is a query with the loop over all records that it stands for.
type asked struct {
	search.Query
	makes, statuses []string
}

func (d dice) query() asked {
	a := asked{makes: d.some(3, slices.Clone(allMakes)...), statuses: d.some(2, slices.Clone(allStatuses)...)}
	a.Yards = slices.Clone(allYards)[:1+d.IntN(len(allYards))]
	for _, m := range a.makes {
		a.Facets = append(a.Facets, search.Facet{Name: "make", Value: strings.ToUpper(m)})
	}
	for _, s := range a.statuses {
		a.Facets = append(a.Facets, search.Facet{Name: "status", Value: s}, search.Facet{Name: "status", Value: s})
	}
	a.Text = strings.Join(d.some(2, "an", "ber", "zoe", "vin", "vin0", "meyer", "nobody", "vin4", "be"), " ")
	if d.IntN(3) == 0 {
		a.From = noon.Add(time.Duration(d.IntN(1500)) * time.Minute)
	}
	if d.IntN(3) == 0 {
		a.To = noon.Add(time.Duration(500+d.IntN(1500)) * time.Minute)
	}
	return a
}

func (a asked) keeps(c car) bool {
	within := func(values []string, v string) bool { return len(values) == 0 || slices.Contains(values, v) }
	words := strings.Fields(strings.ReplaceAll(c.Text, "ë", "e"))
	for prefix := range strings.FieldsSeq(a.Text) {
		if !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, prefix) }) {
			return false
		}
	}
	return slices.Contains(a.Yards, c.Yard) && within(a.makes, c.Make) && within(a.statuses, c.Status) &&
		(a.From.IsZero() || !c.At.Before(a.From)) && (a.To.IsZero() || c.At.Before(a.To))
}

// byBlocks reports whether newest first may hold for each block of words only: the longest word is the beginning of very
// many, and nothing else is asked for.
func (a asked) byBlocks() bool { return len(a.Facets) == 0 && strings.Contains(a.Text, "vin") }

// crash leaves behind what a write does that ends before its record: postings of a state that never was.
func (d *desk) crash(before, after car) {
	d.Helper()
	var from *car
	if before.ID != "" {
		from = &before
	}
	gone := errors.New("crash")
	if err := cars.Write(d.Context(), d.table, acme, from, &after, func(context.Context) error { return gone }); !errors.Is(err, gone) {
		d.Fatal(err)
	}
}

// leave leaves behind what a write does that ends after its record: the postings of the state before.
func (d *desk) leave(before, after car) {
	d.Helper()
	d.write(after)
	if err := cars.Add(d.Context(), d.table, acme, []car{before}); err != nil {
		d.Fatal(err)
	}
}

// stir changes records as features do, some of them only halfway; their activity only ever gets later.
func (d *desk) stir(dice dice, n int) (touched map[string]bool) {
	touched = map[string]bool{}
	for range n {
		id := dice.IntN(700)
		before := d.all[fmt.Sprintf("c%04d", id)]
		after := dice.car(id)
		if before.ID != "" && after.At.Before(before.At) {
			after.At = before.At
		}
		touched[after.ID] = true
		switch dice.IntN(4) {
		case 0:
			d.crash(before, after)
		case 1:
			if before.ID != "" {
				d.leave(before, after)
			}
		default:
			d.write(after)
		}
	}
	return touched
}

func TestAnyFiltersInAnyPagesGiveWhatALoopOverAllRecordsGives(t *testing.T) {
	for seed := range uint64(3) {
		dice := dice{rand.New(rand.NewPCG(seed, 7))}
		d := open(t)
		for range 900 {
			d.write(dice.car(dice.IntN(600)))
		}
		d.stir(dice, 200)
		for range 60 {
			a := dice.query()
			var got []string
			for pages := 0; ; pages++ {
				a.Limit = 1 + dice.IntN(120)
				records, next, err := cars.Page(t.Context(), d.table, plain{}, acme, a.Query)
				if err != nil || len(records) > a.Limit || pages > 10_000 {
					t.Fatalf("seed %d, %+v: page %d of %d, %v", seed, a, pages, len(records), err)
				}
				for _, r := range records {
					got = append(got, r.Value.ID)
				}
				if a.Cursor = next; next == "" {
					break
				}
			}
			want := d.want(a.keeps)
			if a.byBlocks() {
				slices.Sort(got)
				slices.Sort(want)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %+v: %d records, want %d:\n%v\n%v", seed, a, len(got), len(want), got, want)
			}
		}
	}
}

// Whoever leafs while others work misses nothing of what stays as it is, and sees nothing twice.
func TestWhatDoesNotChangeIsOnOnePageHoweverMuchElseDoes(t *testing.T) {
	checked := 0
	for seed := range uint64(3) {
		dice := dice{rand.New(rand.NewPCG(seed, 8))}
		d := open(t)
		for id := range 600 {
			d.write(dice.car(id))
		}
		for range 40 {
			a := dice.query()
			before := d.want(a.keeps)
			touched := map[string]bool{}
			var got []string
			for {
				a.Limit = 1 + dice.IntN(60)
				records, next, err := cars.Page(t.Context(), d.table, plain{}, acme, a.Query)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range records {
					if !a.keeps(r.Value) {
						t.Fatalf("seed %d, %+v: %+v", seed, a, r.Value)
					}
					if !a.byBlocks() && slices.Contains(got, r.Value.ID) {
						t.Fatalf("seed %d, %+v: %s twice", seed, a, r.Value.ID)
					}
					got = append(got, r.Value.ID)
				}
				if a.Cursor = next; next == "" {
					break
				}
				for id := range d.stir(dice, 5) {
					touched[id] = true
				}
			}
			still := func(ids []string) []string {
				ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return touched[id] })
				if a.byBlocks() {
					slices.Sort(ids)
				}
				return ids
			}
			if got, want := still(got), still(before); !slices.Equal(got, want) {
				t.Fatalf("seed %d, %+v: %d records, want %d:\n%v\n%v", seed, a, len(got), len(want), got, want)
			}
			checked += len(still(before))
		}
	}
	if checked < 1000 {
		t.Errorf("only %d records were looked at", checked)
	}
}

// twenty are the yards of a large dealer.
var twenty = func() (yards []string) {
	for i := range 20 {
		yards = append(yards, fmt.Sprintf("yard%02d", i))
	}
	return yards
}()

// lot is a list of n cars in twenty yards, with values that many have, few have, and only one yard has.
func lot(t *testing.T, n int) *desk {
	d := open(t)
	makes := make([]string, 0, 100)
	for i := range 100 {
		makes = append(makes, []string{"Kia", "Kia", "Ford", "Lada", fmt.Sprint("Make", i%40)}[i%5])
	}
	var all []car
	var records []table.Op
	for i := range n {
		c := car{
			ID: fmt.Sprintf("c%06d", i), Yard: twenty[i*7%20], Make: makes[i*31%100], Status: "active", At: noon.Add(time.Duration(i) * time.Second),
			Text: fmt.Sprintf("owner%d %s vin%06d", i%50, []string{"anna", "andrew", "anton", "bea"}[i/20%4], i*7919%n),
		}
		if i*100/n%10 == 3 {
			c.Make, c.Yard = "Tesla", twenty[3]
		}
		if i%25 == 0 {
			c.Status = "new"
		}
		all = append(all, c)
		records = append(records, cars.Kind.Overwrite(cars.Key(acme, c.ID), c))
	}
	if err := errors.Join(cars.Add(t.Context(), d.table, acme, all), d.table.Load(t.Context(), records...)); err != nil {
		t.Fatal(err)
	}
	return d
}

// The figure: at most four items read for each of the page, for one filter or word, however long the list is.
func TestAPageOfOneFilterOrWordReadsAtMostFourTimesWhatItShows(t *testing.T) {
	const limit = 50
	for _, n := range []int{1_000, 10_000} {
		d := lot(t, n)
		for name, q := range map[string]search.Query{
			"everything":                   {},
			"what nearly all have":         {Facets: []search.Facet{{"status", "active"}}},
			"what many have":               {Facets: []search.Facet{{"make", "kia"}}},
			"what few have":                {Facets: []search.Facet{{"make", "make4"}}},
			"what one yard has":            {Facets: []search.Facet{{"make", "tesla"}}},
			"what nobody has":              {Facets: []search.Facet{{"make", "dacia"}}},
			"a word of many":               {Text: "anna"},
			"a word of few":                {Text: "owner17"},
			"a word of one":                {Text: "vin000777"},
			"the beginning of three words": {Text: "an", Yards: twenty[:8]},
			"the beginning of very many":   {Text: "vin"},
			"a word of nobody":             {Text: "nobody"},
			"one yard":                     {Yards: twenty[:1]},
			"a word in one yard":           {Text: "andrew", Yards: twenty[4:5]},
			"a range of time":              {From: noon.Add(time.Minute), To: noon.Add(time.Duration(n-50) * time.Second)},
		} {
			if q.Limit = limit; q.Yards == nil {
				q.Yards = twenty
			}
			seen := map[string]bool{}
			for page := range 5 {
				var meter table.Meter
				records, next, err := cars.Page(table.WithMeter(t.Context(), &meter), d.table, plain{}, acme, q)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for _, r := range records {
					if seen[r.Value.ID] {
						t.Errorf("%s: %s twice", name, r.Value.ID)
					}
					seen[r.Value.ID] = true
				}
				if got := meter.Usage().Items; got > 4*limit {
					t.Errorf("%s of %d, page %d: read %d items for %d of %d", name, n, page, got, len(records), limit)
				}
				if q.Cursor = next; next == "" {
					break
				}
			}
			if strings.HasSuffix(name, "nobody") || strings.HasSuffix(name, "nobody has") {
				if len(seen) > 0 {
					t.Errorf("%s: %d records", name, len(seen))
				}
			} else if len(seen) == 0 {
				t.Errorf("%s of %d: no records", name, n)
			}
		}
	}
}

// Further values, filters and words cost more, but not with the list, and never more than the bound of a request.
func TestAPageOfSeveralFiltersAndValuesIsBounded(t *testing.T) {
	values := func(n int) (facets []search.Facet) {
		for i := range n {
			facets = append(facets, search.Facet{Name: "make", Value: fmt.Sprint("make", i*4+4)})
		}
		return facets
	}
	const (
		limit = 50
		most  = 2 * (search.MaxWalk + 20*6) // each posting may lead to a record
	)
	for _, n := range []int{1_000, 10_000} {
		d := lot(t, n)
		for name, c := range map[string]struct {
			q    search.Query
			most int
		}{
			"three values":                    {search.Query{Facets: values(3)}, 5 * limit},
			"ten values":                      {search.Query{Facets: values(10)}, 7 * limit},
			"a great value and two small":     {search.Query{Facets: append(values(2), search.Facet{Name: "make", Value: "kia"})}, 5 * limit},
			"a small filter and a great one":  {search.Query{Facets: []search.Facet{{"status", "active"}, {"make", "lada"}}}, 6 * limit},
			"two that hardly meet":            {search.Query{Facets: []search.Facet{{"status", "new"}, {"make", "tesla"}}}, most},
			"a filter of one yard and a word": {search.Query{Facets: []search.Facet{{"make", "tesla"}}, Text: "anna"}, most},
			"two words":                       {search.Query{Text: "owner17 anna"}, most},
			"two words of very many":          {search.Query{Text: "vin owner"}, most},
			"values and very many words":      {search.Query{Facets: values(10), Text: "vin"}, most + 10*2*20},
		} {
			q := c.q
			q.Limit, q.Yards = limit, twenty
			var meter table.Meter
			records, next, err := cars.Page(table.WithMeter(t.Context(), &meter), d.table, plain{}, acme, q)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := meter.Usage().Items; got > c.most {
				t.Errorf("%s of %d: read %d items, want at most %d", name, n, got, c.most)
			}
			if len(records) < limit && next == "" && n > 1_000 && strings.Contains(name, "values") {
				t.Errorf("%s of %d: the list ends after %d", name, n, len(records))
			}
		}
	}
}
