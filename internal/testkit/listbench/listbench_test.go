package listbench_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// note is a record of a list that may be told to read more than it shows, and to show nothing of what it reads.
type note struct {
	N    int
	Yard string
}

func (n note) id() string { return fmt.Sprintf("n%05d", n.N) }

var notes = search.Index[note]{
	Name: "note", Kind: table.Kind[note]{Name: "note", Schema: 1},
	Key: func(co ident.Company, id string) table.Key { return table.In(co, "note", id).At() },
	Entry: func(n note) search.Entry {
		return search.Entry{
			ID: n.id(), Yards: []string{n.Yard}, At: listbench.Noon.Add(-time.Duration(n.N) * time.Minute),
			Facets: []search.Facet{{Name: "parity", Value: []string{"even", "odd"}[n.N%2]}},
		}
	},
}

var noteAPI = app.Function{
	Name: "note-api", Doc: "Notes.", Uses: app.Uses{Table: app.Read, Links: true},
	HTTP: func(api huma.API, d app.Deps) {
		type input struct {
			web.Paging
			Parity string `query:"parity"`
			Again  int    `query:"again" doc:"How often the first page is read besides."`
			Hide   bool   `query:"hide" doc:"Show nothing."`
		}
		web.Get(api, "/v1/notes", web.Can(access.LeadRead), web.Route{ID: "listNotes", Tag: "Notes"}, func(ctx context.Context, in *input) (*web.ListReply[note], error) {
			caller := access.From(ctx)
			q := search.Query{Yards: caller.Yards(access.LeadRead), Limit: in.Limit, Cursor: in.Cursor}
			if in.Parity != "" {
				q.Facets = []search.Facet{{Name: "parity", Value: in.Parity}}
			}
			for range in.Again {
				if _, err := notes.First(ctx, d.Table, caller.Company, search.Query{Yards: q.Yards, Limit: in.Limit}); err != nil {
					return nil, err
				}
			}
			records, next, err := notes.Page(ctx, d.Table, d.Links, caller.Company, q)
			if in.Hide {
				records = nil
			}
			return web.Page(table.Values(records), next), err
		})
	},
}

// pad fills a list with n notes, in all yards.
func pad(tb testing.TB, n int) *listbench.Dealer {
	tb.Helper()
	d := listbench.Open(tb, noteAPI, "/v1/notes", access.ManageLeads)
	var all []note
	for i := range n {
		all = append(all, note{i, listbench.Yards[i%len(listbench.Yards)]})
	}
	listbench.Fill(d, notes, all, note.id)
	return d
}

func TestAPageIsWhatTheHandlerAnswersAndWhatItRead(t *testing.T) {
	d := pad(t, 120)
	page := d.Ask("parity=odd")
	if len(page.Items) != listbench.PageOf || string(page.Items[0]) != `{"N":1,"Yard":"yard01"}` || page.Next == "" || page.Took <= 0 {
		t.Errorf("%d items, the first %s, next %q, in %v", len(page.Items), page.Items[0], page.Next, page.Took)
	}
	if read := page.Usage; read.Items < 2*listbench.PageOf || read.ReadUnits <= 0 || read.WriteUnits != 0 {
		t.Errorf("%+v for the postings and records of %d", read, listbench.PageOf)
	}
	if again := d.Ask("parity=odd"); again.Usage != page.Usage {
		t.Errorf("the same page costs %+v, then %+v", page.Usage, again.Usage)
	}
}

func TestPagesAreReadToTheLastAndFromTheFirstAgain(t *testing.T) {
	d := pad(t, 120)
	m := d.Measure(listbench.View{}, 4)
	if m.Shown != 120+listbench.PageOf || len(m.Took) != 4 || m.Empty != 0 {
		t.Errorf("%d notes on %d pages, %d of them empty", m.Shown, len(m.Took), m.Empty)
	}
	if m := d.Measure(listbench.View{Query: "hide=true"}, 3); m.Shown != 0 || m.Empty != 2 {
		t.Errorf("%d notes, %d empty pages that others follow", m.Shown, m.Empty)
	}
}

func TestBehindTheFirstPageOfAWordWithBlocksCostsAreCountedApart(t *testing.T) {
	d := pad(t, 75)
	first, second := d.Ask(""), d.Ask("cursor="+d.Ask("").Next)
	if second.Usage.Items >= first.Usage.Items {
		t.Fatalf("%d items, then %d", first.Usage.Items, second.Usage.Items)
	}
	if m := d.Measure(listbench.View{Blocks: true}, 2); m.Items != first.Usage.Items || m.Deep != second.Usage.Items {
		t.Errorf("%d and %d behind, want %d and %d", m.Items, m.Deep, first.Usage.Items, second.Usage.Items)
	}
	if m := d.Measure(listbench.View{}, 2); m.Items != first.Usage.Items || m.Deep != 0 {
		t.Errorf("%d and %d behind, want %d and none", m.Items, m.Deep, first.Usage.Items)
	}
}

func TestAViewThatReadsTooMuchIsNamed(t *testing.T) {
	d := pad(t, 200)
	thrifty := listbench.View{Kind: "parity", Name: "odd", Query: "parity=odd"}
	reads := d.Measure(thrifty, 2).Items
	if err := d.Within(reads, 2, thrifty); err != nil {
		t.Errorf("reads what it may: %v", err)
	}
	if err := d.Within(reads-1, 2, thrifty); err == nil {
		t.Errorf("%d items are fewer than %d", reads, reads)
	}
	err := d.Within(4*listbench.PageOf, 2, thrifty, listbench.View{Kind: "again", Name: "and again", Query: "again=5"})
	if err == nil || !strings.Contains(err.Error(), "again=5") || strings.Contains(err.Error(), "parity=odd") {
		t.Errorf("got %v", err)
	}
}

func TestViewsThatShowNothingAreNoProof(t *testing.T) {
	d := pad(t, 200)
	empty := listbench.View{Name: "of neither", Query: "parity=neither"}
	if err := d.Within(4*listbench.PageOf, 2, empty); err == nil {
		t.Error("a list that finds nothing reads little, and passes")
	}
	if err := d.Within(4*listbench.PageOf, 2, empty, listbench.View{}); err != nil {
		t.Errorf("one of two shows something: %v", err)
	}
}

func TestPairsAreTheChoicesOfAnyTwoFilters(t *testing.T) {
	got := listbench.Pairs(
		listbench.Filter{Kind: "status", Choices: []string{"status=lost", "status=open"}},
		listbench.Filter{Kind: "user", Choices: []string{"user=bo"}},
		listbench.Filter{Kind: "q", Choices: []string{"q=toyota"}, Blocks: true},
	)
	want := []listbench.View{
		{Kind: "status+user", Name: "status=lost user=bo", Query: "status=lost&user=bo"},
		{Kind: "status+user", Name: "status=open user=bo", Query: "status=open&user=bo"},
		{Kind: "status+q", Name: "status=lost q=toyota", Query: "status=lost&q=toyota", Blocks: true},
		{Kind: "status+q", Name: "status=open q=toyota", Query: "status=open&q=toyota", Blocks: true},
		{Kind: "user+q", Name: "user=bo q=toyota", Query: "user=bo&q=toyota", Blocks: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheSlowestHundredthIsAPageThatWasRead(t *testing.T) {
	var m listbench.Measured
	if m.P99() != 0 {
		t.Errorf("no page takes %v ms", m.P99())
	}
	for n := range 200 {
		m.Took = append(m.Took, time.Duration(200-n)*time.Millisecond)
	}
	if m.P99() != 199 || m.Took[0] != 200*time.Millisecond {
		t.Errorf("%v ms, and the first page took %v", m.P99(), m.Took[0])
	}
	if m.Took = m.Took[:1]; m.P99() != 200 {
		t.Errorf("the only page takes %v ms", m.P99())
	}
}

func TestTheReportHasTheWorstOfAllViews(t *testing.T) {
	benchtime := flag.Lookup("test.benchtime").Value
	before := benchtime.String()
	if err := benchtime.Set("1x"); err != nil {
		t.Fatal(err)
	}
	defer benchtime.Set(before)
	var singles, pairs listbench.Measured
	result := testing.Benchmark(func(b *testing.B) {
		singles, pairs = pad(b, 200).Report(b, []listbench.View{{Query: "again=1"}, {}}, []listbench.View{{}, {Query: "again=2"}})
	})
	d := pad(t, 200)
	items := func(query string) int { return d.Measure(listbench.View{Query: query}, 1).Items }
	if singles.Items != items("again=1") || pairs.Items != items("again=2") || len(singles.Took) != 2 || singles.Shown != 2*listbench.PageOf {
		t.Errorf("one: %+v, two: %+v", singles, pairs)
	}
	want := []string{"one-items/page", "one-p99-ms", "two-items/page", "two-p99-ms"}
	if got := slices.Sorted(maps.Keys(result.Extra)); !slices.Equal(got, want) {
		t.Errorf("reports %q, want %q", got, want)
	}
}
