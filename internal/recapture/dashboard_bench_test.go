package recapture

import (
	"bytes"
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

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// pageOf is how many recaptures a page of these measurements has.
const pageOf = 50

// showroom is a dealer with twenty yards and a manager who sees all of them; the table is on disk, the handler the production one.
type showroom struct {
	testing.TB
	table *table.Table
	serve app.Handler
	cars  []Recapture
}

var showNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// openShowroom loads n recaptures straight into the table: of few and of many users, makes and customers, some of them
// sighted, errored and deleted.
func openShowroom(tb testing.TB, n int) *showroom {
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
	now := func() time.Time { return showNoon }
	minted := 0
	newID := func() string { minted++; return "id" + strconv.Itoa(minted) }
	s := &showroom{TB: tb, table: table.New(pebbletable.New(db, now), now, newID)}
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	s.must(err)
	deps := app.Deps{
		Table: s.table, Access: access.NewDirectory(s.table, now), Links: link.New(link.Fixed(ring), now), Now: now, NewID: newID,
		Log: slog.New(slog.DiscardHandler), Site: app.Site{BaseURL: "https://winback.example"},
	}
	s.serve = app.Handle(API, deps)
	co := ident.Trusted("harbour")
	var yards []string
	for y := range 20 {
		yards = append(yards, fmt.Sprintf("yard%02d", y))
	}
	role := access.RoleRecord{ID: "r1", Role: access.CustomerRecapture, Yards: yards, Members: []access.Member{{User: "boss"}}}
	s.must(s.table.Write(s.Context(),
		access.Users.Overwrite(access.UserKey(co, "boss"), access.User{ID: "boss", Subject: "boss", First: "Bo", Email: "bo@mail.example", Yards: yards}),
		access.Subjects.Overwrite(access.SubjectKey("boss"), access.Subject{Company: co.ID(), User: "boss"}),
		access.RoleRecords.Overwrite(access.RoleKey(co, role.ID), role)))
	s.cars = stock(co, n, yards)
	for part := range slices.Chunk(s.cars, 2000) {
		s.must(dashboard.Add(s.Context(), s.table, co, part))
		ops := make([]table.Op, len(part))
		for i, r := range part {
			ops[i] = recaptures.Overwrite(recaptureKey(co, r.ID), r)
		}
		s.must(s.table.Load(s.Context(), ops...))
	}
	s.ask("") // signs in, which is remembered
	return s
}

func stock(co ident.Company, n int, yards []string) []Recapture {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Recapture, 0, n)
	for i, car := range fleet.Generate(2027, n) {
		at := showNoon.Add(-time.Duration(i) * 10 * time.Minute)
		r := Recapture{
			Vehicle: car.Vehicle, Yard: yards[random.IntN(len(yards))], Connection: "c1", Batch: "b1", Origin: FromCSV, Status: Active, Progress: Watched,
			User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))), Reference: car.Reference, SubmittedAt: at, MonitorUntil: at.Add(MonitorFor),
			Customer: Customer{First: car.First, Last: car.Last, Email: car.Email, Mobile: car.Mobile},
		}
		r.ID, _ = IDOf(co, r.Vehicle)
		switch random.IntN(25) {
		case 0, 1, 2:
			r.Origin = FromLead
		case 3, 4:
			r.Origin = FromAppraisal
		case 5:
			r.Origin = FromAPI
		}
		switch random.IntN(50) {
		case 0:
			r.Status, r.Progress, r.Error = Errored, "", "not known to the partner"
		case 1:
			r.Status = Deleted
		case 2, 3, 4, 5, 6, 7:
			r.LastSighting = &Sighting{Listing: "l" + strconv.Itoa(i), At: at.Add(time.Hour), Price: money.Money{Amount: 900_000, Currency: "AUD"}, Site: "cars.example"}
			if random.IntN(3) == 0 {
				r.Status = NewSighting
			}
		}
		all = append(all, r)
	}
	return all
}

func (s *showroom) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// ask reads a page and returns how many it shows, the next one's cursor, what it took and how many items it read.
func (s *showroom) ask(query string) (shown int, next string, took time.Duration, items int) {
	s.Helper()
	r := httptest.NewRequest("GET", fmt.Sprintf("/v1/recaptures?limit=%d&%s", pageOf, query), nil)
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: showNoon, Claims: map[string]string{"sub": "boss", "token_use": "access", "scope": web.Scope}}
	payload, err := event.EncodeRequest(r, call)
	s.must(err)
	var meter table.Meter
	begun := time.Now()
	out, err := s.serve(table.WithMeter(s.Context(), &meter), payload)
	took = time.Since(begun)
	s.must(err)
	response, err := event.DecodeResponse(out)
	s.must(err)
	var page struct {
		Items []json.RawMessage
		Next  string
	}
	if response.Status() != 200 {
		s.Fatalf("%s: %d %s", query, response.Status(), response.Body())
	}
	s.must(json.Unmarshal(response.Body(), &page))
	return len(page.Items), page.Next, took, meter.Usage().Items
}

// view is one way to filter the dashboard.
type view struct {
	kind, name, query string
	blocks            bool // a word that is the beginning of many others, too: after its own records come blocks of theirs
}

// views are each filter with a value that many have and one that few have, and words likewise.
func (s *showroom) views() []view {
	rare := s.cars[len(s.cars)/2]
	day := func(ago time.Duration) string { return showNoon.Add(-ago).Format(time.RFC3339) }
	return []view{
		{kind: "", name: "no filter", query: ""},
		{kind: "make", name: "a common make", query: "make=toyota"},
		{kind: "make", name: "another make", query: "make=" + url.QueryEscape(rare.Vehicle.Make)},
		{kind: "make", name: "no such make", query: "make=lada"},
		{kind: "model", name: "a model", query: "model=" + url.QueryEscape(rare.Vehicle.Model)},
		{kind: "origin", name: "most", query: "origin=csv"},
		{kind: "origin", name: "few", query: "origin=api"},
		{kind: "user", name: "a busy user", query: "user=user00"},
		{kind: "user", name: "a rare user", query: "user=user20"},
		{kind: "status", name: "active", query: "status=active"},
		{kind: "status", name: "new sightings", query: "status=new_sighting"},
		{kind: "status", name: "errored", query: "status=errored"},
		{kind: "sighted", name: "since a week", query: "sightedFrom=" + day(7*24*time.Hour)},
		{kind: "sighted", name: "before a while", query: "sightedTo=" + day(time.Duration(len(s.cars)/2)*10*time.Minute)},
		{kind: "q", name: "a word of many", query: "q=toyota"},
		{kind: "q", name: "a family name", query: "q=" + url.QueryEscape(rare.Customer.Last), blocks: true},
		{kind: "q", name: "a VIN", query: "q=" + rare.Vehicle.VIN},
		{kind: "q", name: "the beginning of many VINs", query: "q=" + rare.Vehicle.VIN[:3]},
		{kind: "q", name: "a word of nobody", query: "q=nobodyatall"},
	}
}

// measured is what pages of a view cost, the first ones and those that follow.
type measured struct {
	view
	took  []time.Duration
	items int // the most of a page
	empty int // pages that show nothing though others follow
	deep  int // the most of those behind the first, where words come in blocks
}

func (s *showroom) measure(v view, pages int) measured {
	m := measured{view: v}
	cursor := ""
	for page := range pages {
		query := v.query
		if cursor != "" {
			query += "&cursor=" + cursor
		}
		shown, next, took, items := s.ask(query)
		m.took = append(m.took, took)
		if shown == 0 && next != "" {
			m.empty++
		}
		if page == 0 || !v.blocks {
			m.items = max(m.items, items)
		} else {
			m.deep = max(m.deep, items)
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
func TestAPageOfTheDashboardReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		s := openShowroom(t, n)
		for _, v := range s.views() {
			if m := s.measure(v, 5); m.items > 4*pageOf {
				t.Errorf("%s of %d (%s): read %d items for a page of %d", v.name, n, v.query, m.items, pageOf)
			}
		}
	}
}

// BenchmarkDashboard reads pages of 50 of a dashboard with as many recaptures as there are operations, in 20 yards: with each
// filter, with words, and with any two of them (make bench: 100000x). Of all pages it reports the slowest hundredth and the
// most items read.
func BenchmarkDashboard(b *testing.B) {
	s := openShowroom(b, b.N)
	views := s.views()
	pages := min(100, max(1, b.N/20))
	var singles, pairs []time.Duration
	items, pairItems, deep := 0, 0, 0
	var worst measured
	b.ResetTimer()
	for i, v := range views {
		m := s.measure(v, pages)
		b.Logf("%-28s %6.1f ms p99 %5d items", v.kind+" "+v.name, percentile(99, slices.Clone(m.took)), m.items)
		singles, items = append(singles, m.took...), max(items, m.items)
		deep = max(deep, m.deep)
		for _, other := range views[i+1:] {
			if v.kind == "" || v.kind == other.kind {
				continue
			}
			m := s.measure(view{kind: v.kind + "+" + other.kind, name: v.name + ", " + other.name, query: v.query + "&" + other.query}, max(1, pages/5))
			pairs, pairItems = append(pairs, m.took...), max(pairItems, m.items)
			deep = max(deep, m.deep)
			if worst.took == nil || percentile(99, slices.Clone(m.took)) > percentile(99, slices.Clone(worst.took)) {
				worst = m
			}
		}
	}
	b.StopTimer()
	b.Logf("slowest two: %s: %s, %.1f ms p99, %d items, %d empty pages", worst.kind, worst.name, percentile(99, worst.took), worst.items, worst.empty)
	b.ReportMetric(percentile(99, singles), "one-p99-ms")
	b.ReportMetric(percentile(99, pairs), "two-p99-ms")
	b.ReportMetric(float64(items), "one-items/page")
	b.ReportMetric(float64(pairItems), "two-items/page")
	b.ReportMetric(float64(deep), "deep-items/page")
}
