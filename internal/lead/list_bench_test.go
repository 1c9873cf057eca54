package lead

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// pageOf is how many leads a page of these measurements has.
const pageOf = 50

// floor is a dealer with twenty yards and a manager who sees all of them; the table is on disk, the handler the production one.
type floor struct {
	testing.TB
	table *table.Table
	serve app.Handler
	all   []Lead
}

var floorNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// openFloor loads n leads straight into the table: of busy and idle users, over some years, most of them closed.
func openFloor(tb testing.TB, n int) *floor {
	tb.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	now := func() time.Time { return floorNoon }
	minted := 0
	newID := func() string { minted++; return "id" + strconv.Itoa(minted) }
	o := &floor{TB: tb, table: table.New(pebbletable.New(db, now), now, newID)}
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	o.must(err)
	deps := app.Deps{
		Table: o.table, Access: access.NewDirectory(o.table, now), Links: link.New(link.Fixed(ring), now), Identity: guests{}, Now: now, NewID: newID,
		Log: slog.New(slog.DiscardHandler), Site: app.Site{BaseURL: "https://winback.example"},
	}
	o.serve = app.Handle(API(nil), deps)
	co := ident.Trusted("harbour")
	o.must(company.Create(o.Context(), deps, company.Founding{
		ID: co, Company: company.Company{Name: "Harbour", Country: "AU", TimeZone: "Australia/Sydney", Language: "en", Features: company.Features{Prospects: true}},
		Admin: access.User{ID: "user00", First: "Bo", Email: "user00@mail.example"},
	}))
	var yards []string
	for y := range 20 {
		yards = append(yards, fmt.Sprintf("yard%02d", y))
	}
	role := access.RoleRecord{ID: "r1", Role: access.ManageLeads, Yards: yards, Members: []access.Member{{User: "user00", Manager: true}}}
	o.must(o.table.Write(o.Context(), access.RoleRecords.Overwrite(access.RoleKey(co, role.ID), role)))
	o.all = workload(n, yards)
	for part := range slices.Chunk(o.all, 2000) {
		o.must(board.Add(o.Context(), o.table, co, part))
		ops := make([]table.Op, len(part))
		for i, p := range part {
			ops[i] = leads.Overwrite(key(co, p.ID), p)
		}
		o.must(o.table.Load(o.Context(), ops...))
	}
	o.ask("") // signs in, which is remembered
	return o
}

type guests struct{ identity.Directory }

// workload is n leads, the newest first.
func workload(n int, yards []string) []Lead {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Lead, 0, n)
	sources := []string{"Website", "Carfinder", "Walk-in", "Phone", "Newspaper"}
	types := []string{"used", "used", "used", "new", "service", "test-drive"}
	for i, car := range fleet.Generate(2027, n) {
		l := Lead{
			ID: ID(fmt.Sprintf("p%06d", i)), Customer: customer.ID("c" + strconv.Itoa(i)), CustomerName: car.First + " " + car.Last, Vehicle: car.Vehicle,
			Yard: yards[random.IntN(len(yards))], User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))),
			Source: sources[min(int(random.ExpFloat64()*2), len(sources)-1)], Type: types[random.IntN(len(types))],
			Status: []Status{Lost, Lost, Lost, Lost, Won, Won}[random.IntN(6)], CreatedAt: floorNoon.Add(-time.Duration(i) * 7 * time.Minute),
		}
		if i < n/20 || random.IntN(200) == 0 {
			l.Status = []Status{New, Open, Open}[random.IntN(3)]
		}
		if random.IntN(300) == 0 {
			l.User = ""
		}
		all = append(all, l)
	}
	return all
}

func (o *floor) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// leadsPage is an answer of the list.
type leadsPage struct {
	Items []struct{ ID ID }
	Next  string
}

// ask reads a page and returns how many it shows, the next one's cursor, what it took and how many items it read.
func (o *floor) ask(query string) (shown int, next string, took time.Duration, items int) {
	o.Helper()
	var meter table.Meter
	begun := time.Now()
	page := o.pageWith(table.WithMeter(o.Context(), &meter), query)
	return len(page.Items), page.Next, time.Since(begun), meter.Usage().Items
}

func (o *floor) page(query string) leadsPage { return o.pageWith(o.Context(), query) }

func (o *floor) pageWith(ctx context.Context, query string) (page leadsPage) {
	o.Helper()
	r := httptest.NewRequest("GET", fmt.Sprintf("/v1/leads?limit=%d&%s", pageOf, query), nil)
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: floorNoon, Claims: map[string]string{"sub": "user00@mail.example", "token_use": "access", "scope": web.Scope}}
	payload, err := event.EncodeRequest(r, call)
	o.must(err)
	out, err := o.serve(ctx, payload)
	o.must(err)
	response, err := event.DecodeResponse(out)
	o.must(err)
	if response.Status() != 200 {
		o.Fatalf("%s: %d %s", query, response.Status(), response.Body())
	}
	o.must(json.Unmarshal(response.Body(), &page))
	return page
}

func (guests) Invite(_ context.Context, who identity.Person) (string, error) { return who.Email, nil }

// view is one way to filter the list.
type view struct {
	kind, name, query string
	blocks            bool // a word that is the beginning of many others, too: after its own records come blocks of theirs
}

// views are each filter with a value that many have and one that few have, and words likewise.
func (o *floor) views() []view {
	rare := o.all[len(o.all)/2]
	day := func(at time.Time) string { return at.Format(time.RFC3339) }
	return []view{
		{kind: "", name: "no filter", query: ""},
		{kind: "status", name: "lost", query: "status=lost"},
		{kind: "status", name: "new", query: "status=new"},
		{kind: "user", name: "one's own", query: "user=user00"},
		{kind: "user", name: "an idle user's", query: "user=user20"},
		{kind: "user", name: "nobody's", query: "user=none"},
		{kind: "yard", name: "one", query: "yard=yard03"},
		{kind: "source", name: "most", query: "source=Website"},
		{kind: "source", name: "few", query: "source=Newspaper"},
		{kind: "source", name: "no such", query: "source=Radio"},
		{kind: "type", name: "most", query: "type=used"},
		{kind: "type", name: "few", query: "type=test-drive"},
		{kind: "from", name: "this week", query: "from=" + day(floorNoon.AddDate(0, 0, -6))},
		{kind: "to", name: "long ago", query: "to=" + day(rare.CreatedAt)},
		{kind: "q", name: "a word of many", query: "q=toyota"},
		{kind: "q", name: "a family name", query: "q=" + url.QueryEscape(lastWord(rare.CustomerName)), blocks: true},
		{kind: "q", name: "a VIN", query: "q=" + rare.Vehicle.VIN},
		{kind: "q", name: "the beginning of many VINs", query: "q=" + rare.Vehicle.VIN[:3]},
		{kind: "q", name: "a word of nobody", query: "q=nobodyatall"},
	}
}

// pairs are the views of two filters.
func (o *floor) pairs() (pairs []view) {
	rare := o.all[len(o.all)/2]
	one := map[string][]string{
		"status": {"status=lost", "status=open"},
		"user":   {"user=user00", "user=user20", "user=none"},
		"yard":   {"yard=yard03"},
		"source": {"source=Website", "source=Newspaper"},
		"type":   {"type=used", "type=test-drive"},
		"from":   {"from=" + floorNoon.AddDate(0, 0, -30).Format(time.RFC3339)},
		"to":     {"to=" + floorNoon.AddDate(0, 0, -10).Format(time.RFC3339)},
		"q":      {"q=toyota", "q=" + rare.Vehicle.VIN, "q=" + url.QueryEscape(lastWord(rare.CustomerName))},
	}
	kinds := []string{"status", "user", "yard", "source", "type", "from", "to", "q"}
	for i, a := range kinds {
		for _, b := range kinds[i+1:] {
			for _, x := range one[a] {
				for _, y := range one[b] {
					pairs = append(pairs, view{kind: a + "+" + b, name: x + " " + y, query: x + "&" + y, blocks: b == "q"})
				}
			}
		}
	}
	return pairs
}

func lastWord(name string) string {
	words := []byte(name)
	return string(words[bytes.LastIndexByte(words, ' ')+1:])
}

// measured is what pages of a view cost.
type measured struct {
	view
	took  []time.Duration
	items int // the most of a page
	empty int // pages that show nothing though others follow
}

func (o *floor) measure(v view, pages int) measured {
	m := measured{view: v}
	cursor := ""
	for page := range pages {
		query := v.query
		if cursor != "" {
			query += "&cursor=" + cursor
		}
		shown, next, took, items := o.ask(query)
		m.took = append(m.took, took)
		if shown == 0 && next != "" {
			m.empty++
		}
		if page == 0 || !v.blocks {
			m.items = max(m.items, items)
		}
		cursor = next
	}
	return m
}

// percentile is the p-th of durations, in milliseconds.
func percentile(p int, all []time.Duration) float64 {
	slices.Sort(all)
	return float64(all[min(len(all)-1, len(all)*p/100)].Microseconds()) / 1000
}

// The figure: four items read for each of the page at most, for one filter or word, in twenty yards.
func TestAPageOfLeadsReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		o := openFloor(t, n)
		for _, v := range o.views() {
			if m := o.measure(v, 5); m.items > 4*pageOf {
				t.Errorf("%s of %d (%s): read %d items for a page of %d", v.name, n, v.query, m.items, pageOf)
			}
		}
	}
}

// BenchmarkLeads reads pages of 50 of as many leads as there are operations, in 20 yards: with each filter, with
// words, and with any two of them (make bench: 100000x). Of all pages it reports the slowest hundredth and the most items read.
func BenchmarkLeads(b *testing.B) {
	o := openFloor(b, b.N)
	pages := min(100, max(1, b.N/20))
	var singles, doubles []time.Duration
	items, doubleItems := 0, 0
	var worst measured
	b.ResetTimer()
	for _, v := range o.views() {
		m := o.measure(v, pages)
		b.Logf("%-9s %-28s %6.1f ms p99 %5d items", v.kind, v.name, percentile(99, slices.Clone(m.took)), m.items)
		singles, items = append(singles, m.took...), max(items, m.items)
	}
	for _, v := range o.pairs() {
		m := o.measure(v, max(1, pages/5))
		doubles, doubleItems = append(doubles, m.took...), max(doubleItems, m.items)
		if worst.took == nil || percentile(99, slices.Clone(m.took)) > percentile(99, slices.Clone(worst.took)) {
			worst = m
		}
	}
	b.StopTimer()
	b.Logf("slowest two: %s: %s, %.1f ms p99, %d items, %d empty pages", worst.kind, worst.name, percentile(99, worst.took), worst.items, worst.empty)
	b.ReportMetric(percentile(99, singles), "one-p99-ms")
	b.ReportMetric(percentile(99, doubles), "two-p99-ms")
	b.ReportMetric(float64(items), "one-items/page")
	b.ReportMetric(float64(doubleItems), "two-items/page")
}
