package prospect

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

// pageOf is how many prospects a page of these measurements has.
const pageOf = 50

// office is a dealer with twenty yards and a manager who sees all of them; the table is on disk, the handler the production one.
type office struct {
	testing.TB
	table *table.Table
	serve app.Handler
	all   []Prospect
}

var officeNoon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// openOffice loads n prospects straight into the table: of busy and idle users, due over some years, most of them completed.
func openOffice(tb testing.TB, n int) *office {
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
	now := func() time.Time { return officeNoon }
	minted := 0
	newID := func() string { minted++; return "id" + strconv.Itoa(minted) }
	o := &office{TB: tb, table: table.New(pebbletable.New(db, now), now, newID)}
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
	role := access.RoleRecord{ID: "r1", Role: access.ManageProspects, Yards: yards, Members: []access.Member{{User: "user00", Manager: true}}}
	o.must(o.table.Write(o.Context(), access.RoleRecords.Overwrite(access.RoleKey(co, role.ID), role)))
	o.all = workload(n, yards)
	for part := range slices.Chunk(o.all, 2000) {
		o.must(board.Add(o.Context(), o.table, co, part))
		ops := make([]table.Op, len(part))
		for i, p := range part {
			ops[i] = prospects.Overwrite(key(co, p.ID), p)
		}
		o.must(o.table.Load(o.Context(), ops...))
	}
	o.ask("") // signs in, which is remembered
	return o
}

type guests struct{ identity.Directory }

// workload is n prospects, the latest due first.
func workload(n int, yards []string) []Prospect {
	random := rand.New(rand.NewPCG(9, 9))
	all := make([]Prospect, 0, n)
	words := []string{"End Of Finance Follow Up", "12 Month Follow Up", "Service Follow Up", "Won Lead Follow Up", "Lost Lead Follow Up"}
	kinds := []string{"Phone Out", "Phone Out", "Phone Out", "Email Out", "SMS Out", "Visit"}
	for i, car := range fleet.Generate(2027, n) {
		p := Prospect{
			ID: ID(fmt.Sprintf("p%06d", i)), Customer: customer.ID("c" + strconv.Itoa(i)), CustomerName: car.First + " " + car.Last, Vehicle: car.Vehicle,
			Yard: yards[random.IntN(len(yards))], User: access.UserID(fmt.Sprintf("user%02d", int(random.ExpFloat64()*4))),
			Activity: []string{CRMFollowUp, CRMFollowUp, CRMFollowUp, ProspectActivity, "Marketing"}[random.IntN(5)],
			Action:   words[min(int(random.ExpFloat64()*2), len(words)-1)], Type: kinds[random.IntN(len(kinds))],
			Due: officeNoon.AddDate(0, 1, 0).Add(-time.Duration(i) * 10 * time.Minute),
		}
		p.Completed = p.Due.Before(officeNoon) && random.IntN(20) > 0
		all = append(all, p)
	}
	return all
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// ask reads a page and returns how many it shows, the next one's cursor, what it took and how many items it read.
func (o *office) ask(query string) (shown int, next string, took time.Duration, items int) {
	o.Helper()
	r := httptest.NewRequest("GET", fmt.Sprintf("/v1/prospects?limit=%d&%s", pageOf, query), nil)
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: officeNoon, Claims: map[string]string{"sub": "user00@mail.example", "token_use": "access", "scope": web.Scope}}
	payload, err := event.EncodeRequest(r, call)
	o.must(err)
	var meter table.Meter
	begun := time.Now()
	out, err := o.serve(table.WithMeter(o.Context(), &meter), payload)
	took = time.Since(begun)
	o.must(err)
	response, err := event.DecodeResponse(out)
	o.must(err)
	var page struct {
		Items []json.RawMessage
		Next  string
	}
	if response.Status() != 200 {
		o.Fatalf("%s: %d %s", query, response.Status(), response.Body())
	}
	o.must(json.Unmarshal(response.Body(), &page))
	return len(page.Items), page.Next, took, meter.Usage().Items
}

func (guests) Invite(_ context.Context, who identity.Person) (string, error) { return who.Email, nil }

// view is one way to filter the list.
type view struct {
	kind, name, query string
	blocks            bool // a word that is the beginning of many others, too: after its own records come blocks of theirs
}

// always is the range in which everything is due.
const always = "from=2000-01-01T00:00:00Z"

// views are each filter with a value that many have and one that few have, and words likewise; everybody's in every state, or
// as the list opens.
func (o *office) views() []view {
	rare := o.all[len(o.all)/2]
	day := func(at time.Time) string { return at.Format(time.RFC3339) }
	return []view{
		{kind: "open", name: "as it opens", query: ""},
		{kind: "open", name: "everybody's as it opens", query: "user=all"},
		{kind: "", name: "no filter", query: always + "&user=all&state=all"},
		{kind: "state", name: "pending", query: always + "&user=all"},
		{kind: "state", name: "completed", query: always + "&user=all&state=completed"},
		{kind: "user", name: "one's own", query: always + "&state=all"},
		{kind: "user", name: "an idle user's", query: always + "&state=all&user=user20"},
		{kind: "activity", name: "most", query: always + "&user=all&state=all&activity=CRM+Follow+Up"},
		{kind: "activity", name: "no such", query: always + "&user=all&state=all&activity=Dance"},
		{kind: "action", name: "many", query: always + "&user=all&state=all&action=End+Of+Finance+Follow+Up"},
		{kind: "action", name: "few", query: always + "&user=all&state=all&action=Lost+Lead+Follow+Up"},
		{kind: "type", name: "most", query: always + "&user=all&state=all&type=Phone+Out"},
		{kind: "type", name: "few", query: always + "&user=all&state=all&type=Visit"},
		{kind: "due", name: "this week", query: "user=all&state=all&from=" + day(officeNoon.AddDate(0, 0, -6)) + "&to=" + day(officeNoon.AddDate(0, 0, 1))},
		{kind: "due", name: "long ago", query: "user=all&state=all&to=" + day(rare.Due)},
		{kind: "q", name: "a word of many", query: always + "&user=all&state=all&q=toyota"},
		{kind: "q", name: "a family name", query: always + "&user=all&state=all&q=" + url.QueryEscape(lastWord(rare.CustomerName)), blocks: true},
		{kind: "q", name: "a VIN", query: always + "&user=all&state=all&q=" + rare.Vehicle.VIN},
		{kind: "q", name: "the beginning of many VINs", query: always + "&user=all&state=all&q=" + rare.Vehicle.VIN[:3]},
		{kind: "q", name: "a word of nobody", query: always + "&user=all&state=all&q=nobodyatall"},
	}
}

// pairs are the views of two filters, in the words of users.
func (o *office) pairs() (pairs []view) {
	one := map[string][]string{
		"state":    {"state=pending", "state=completed"},
		"user":     {"user=user00", "user=user20"},
		"activity": {"activity=CRM+Follow+Up", "activity=Marketing"},
		"action":   {"action=End+Of+Finance+Follow+Up", "action=Lost+Lead+Follow+Up"},
		"type":     {"type=Phone+Out", "type=Visit"},
		"q":        {"q=toyota", "q=" + o.all[len(o.all)/2].Vehicle.VIN, "q=" + url.QueryEscape(lastWord(o.all[len(o.all)/2].CustomerName))},
	}
	kinds := []string{"state", "user", "activity", "action", "type", "q"}
	for i, a := range kinds {
		for _, b := range kinds[i+1:] {
			for _, x := range one[a] {
				for _, y := range one[b] {
					query := always + "&" + x + "&" + y
					if a != "user" && b != "user" {
						query += "&user=all"
					}
					if a != "state" {
						query += "&state=all"
					}
					pairs = append(pairs, view{kind: a + "+" + b, name: x + " " + y, query: query, blocks: b == "q"})
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

func (o *office) measure(v view, pages int) measured {
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

// The figure: four items read for each of the page at most, for one filter or word, in twenty yards; likewise the list as it
// opens, which has three.
func TestAPageOfProspectsReadsAtMostFourTimesItself(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		o := openOffice(t, n)
		for _, v := range o.views() {
			if m := o.measure(v, 5); m.items > 4*pageOf {
				t.Errorf("%s of %d (%s): read %d items for a page of %d", v.name, n, v.query, m.items, pageOf)
			}
		}
	}
}

// BenchmarkProspects reads pages of 50 of as many prospects as there are operations, in 20 yards: with each filter, with
// words, and with any two of them (make bench: 100000x). Of all pages it reports the slowest hundredth and the most items read.
func BenchmarkProspects(b *testing.B) {
	o := openOffice(b, b.N)
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
