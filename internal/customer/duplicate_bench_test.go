package customer

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
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

// book is a dealer's customers in a table on disk, behind the production handler.
type book struct {
	testing.TB
	serve app.Handler
	now   time.Time
}

type strangers struct{ identity.Directory }

// openBook loads n customers straight into the table. Two in three have a name of a few thousand that repeat, as they do in
// any dealer's books; one in a hundred is in it twice.
func openBook(tb testing.TB, n int) *book {
	tb.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Dir: tb.TempDir()})
	b := &book{TB: tb, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	b.must(err)
	tb.Cleanup(func() { b.must(db.Close()) })
	now := func() time.Time { return b.now }
	minted := 0
	newID := func() string { minted++; return "id" + strconv.Itoa(minted) }
	store := table.New(pebbletable.New(db, now), now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	b.must(err)
	deps := app.Deps{
		Table: store, Access: access.NewDirectory(store, now), Links: link.New(link.Fixed(ring), now), Identity: strangers{}, Now: now, NewID: newID,
		Log: slog.New(slog.DiscardHandler),
	}
	b.serve = app.Handle(API, deps)
	co := ident.Trusted("harbour")
	b.must(company.Create(b.Context(), deps, company.Founding{
		ID: co, Company: company.Company{Name: "Harbour", Country: "AU", TimeZone: "Australia/Sydney", Language: "en"},
		Admin: access.User{ID: "ada", First: "Ada", Email: "ada@harbour.example"},
	}))
	role := access.RoleRecord{ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "ada"}}}
	b.must(store.Write(b.Context(), access.RoleRecords.Overwrite(access.RoleKey(co, role.ID), role)))
	var all []Customer
	for i, car := range fleet.Generate(2027, n) {
		c := Customer{
			ID: ID(fmt.Sprintf("c%06d", i)), First: car.First, Last: car.Last, Email: fmt.Sprintf("box%d@mail.example", i), Mobile: fmt.Sprintf("04910%05d", i),
			CreatedAt: b.now.Add(-time.Duration(n-i) * time.Minute),
		}
		if i%3 == 0 {
			c.Last = fmt.Sprintf("%s-Family%d", car.Last, i)
		}
		if i%100 == 99 {
			twin := all[i-50]
			c.First, c.Last, c.Email, c.Mobile = twin.First, twin.Last, twin.Email, twin.Mobile
		}
		c.Dials = []string{"+61" + c.Mobile[1:]}
		all = append(all, c)
	}
	for part := range slices.Chunk(all, 2000) {
		b.must(list.Add(b.Context(), store, co, part))
		ops := make([]table.Op, len(part))
		for i, c := range part {
			ops[i] = customers.Overwrite(key(co, c.ID), c)
		}
		b.must(store.Load(b.Context(), ops...))
	}
	b.page("") // signs in, which is remembered
	return b
}

func (b *book) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// page reads a page of possible duplicates, and returns them with what it took and read.
func (b *book) page(cursor string) (twins []Twins, next string, took time.Duration, items int) {
	b.Helper()
	r := httptest.NewRequest("GET", "/v1/customers/duplicates?limit=50&cursor="+cursor, nil)
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: b.now, Claims: map[string]string{"sub": "ada@harbour.example", "token_use": "access", "scope": web.Scope}}
	if cursor == "" {
		r.URL.RawQuery = "limit=50"
	}
	payload, err := event.EncodeRequest(r, call)
	b.must(err)
	var meter table.Meter
	begun := time.Now()
	out, err := b.serve(table.WithMeter(b.Context(), &meter), payload)
	took = time.Since(begun)
	b.must(err)
	response, err := event.DecodeResponse(out)
	b.must(err)
	var page struct {
		Items []Twins
		Next  string
	}
	if response.Status() != 200 {
		b.Fatalf("%d %s", response.Status(), response.Body())
	}
	b.must(json.Unmarshal(response.Body(), &page))
	return page.Items, page.Next, took, meter.Usage().Items
}

func (b *book) pages(n int) (twins int, most int, took []time.Duration) {
	cursor := ""
	for range n {
		found, next, t, items := b.page(cursor)
		twins, most, took = twins+len(found), max(most, items), append(took, t)
		if cursor = next; next == "" {
			break
		}
	}
	slices.Sort(took)
	return twins, most, took
}

// However many customers there are, each asks for at most maxNamesakes with the same name and the few of one address or number,
// and reads a posting and a record of each.
func TestAPageOfPossibleDuplicatesIsBounded(t *testing.T) {
	for _, n := range []int{1_000, 10_000} {
		twins, most, _ := openBook(t, n).pages(10)
		if most > 50*2*(maxNamesakes+5) || twins == 0 {
			t.Errorf("of %d: %d possible duplicates, a page read %d items", n, twins, most)
		}
	}
}

// BenchmarkDuplicates reads pages of possible duplicates, each of which looks at 50 of as many customers as there are operations
// (make bench: 100000x).
func BenchmarkDuplicates(b *testing.B) {
	o := openBook(b, b.N)
	b.ResetTimer()
	_, most, took := o.pages(min(100, max(1, b.N/50)))
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(most), "items/page")
}

// Invite implements identity.Directory.
func (strangers) Invite(_ context.Context, who identity.Person) (string, error) {
	return who.Email, nil
}
