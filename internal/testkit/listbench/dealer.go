// Package listbench measures the lists that users turn the pages of: at a dealer with twenty yards whose table is on disk, by
// a manager who sees all of them, through the codec of the gateway, the authorizer and the handler that is deployed.
//
// A benchmark says what stands in its list (Fill) and what is asked for (View); it gets what pages take and how many items
// they read (Measured), in the metrics that package figures puts into its table (Report). Within is the gate on items for
// ordinary tests: items do not depend on the machine.
package listbench

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// The dealer and the user who asks.
var (
	Harbour = ident.Trusted("harbour")
	Yards   = yards()
)

// Manager has the role in all yards that Open names.
const Manager access.UserID = "user00"

const mailbox = "user00@mail.example" // the manager's, and so what she signs in as

// Noon is when everything is measured.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func yards() (all []string) {
	for y := range 20 {
		all = append(all, fmt.Sprintf("yard%02d", y))
	}
	return all
}

// Dealer is one dealer with a list, in a table of its own on disk; both end with the test.
type Dealer struct {
	testing.TB
	Deps  app.Deps
	path  string
	serve app.Handler
}

// Open founds the dealer and serves a function, whose list is at a path. The manager gets a role that may read it.
func Open(tb testing.TB, f app.Function, path string, role access.Role) *Dealer {
	tb.Helper()
	d := &Dealer{TB: tb, path: path}
	db, err := pebbledb.Open(pebbledb.Options{Dir: tb.TempDir()})
	d.Must(err)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	now := func() time.Time { return Noon }
	minted := 0
	newID := func() string { minted++; return "id" + strconv.Itoa(minted) }
	store := table.New(pebbletable.New(db, now), now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	d.Must(err)
	d.Deps = app.Deps{
		Table: store, Access: access.NewDirectory(store, now), Links: link.New(link.Fixed(ring), now), Identity: guests{}, Now: now, NewID: newID,
		Log: slog.New(slog.NewTextHandler(tb.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Site: app.Site{BaseURL: "https://winback.example"},
	}
	d.serve = app.Handle(f, d.Deps)
	d.Must(company.Create(tb.Context(), d.Deps, company.Founding{
		ID:      Harbour,
		Company: company.Company{Name: "Harbour", Country: "AU", TimeZone: "Australia/Sydney", Language: "en", Features: company.Features{Prospects: true}},
		Admin:   access.User{ID: Manager, First: "Bo", Email: mailbox},
	}))
	filled := access.RoleRecord{ID: "r1", Role: role, Yards: Yards, Members: []access.Member{{User: Manager, Manager: true}}}
	d.Must(store.Write(tb.Context(), access.RoleRecords.Overwrite(access.RoleKey(Harbour, filled.ID), filled)))
	return d
}

// Must ends the test at an error.
func (d *Dealer) Must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

// Fill puts records and what lists find them by straight into the table, and signs the manager in, which is remembered: what
// is asked from now on is charged for its pages only.
func Fill[T any](d *Dealer, list search.Index[T], all []T, id func(T) string) {
	d.Helper()
	for part := range slices.Chunk(all, 2000) {
		d.Must(list.Add(d.Context(), d.Deps.Table, Harbour, part))
		ops := make([]table.Op, len(part))
		for i, record := range part {
			ops[i] = list.Kind.Overwrite(list.Key(Harbour, id(record)), record)
		}
		d.Must(d.Deps.Table.Load(d.Context(), ops...))
	}
	d.Ask("")
}

// guests signs everybody in as the e-mail address.
type guests struct{ identity.Directory }

func (guests) Invite(_ context.Context, who identity.Person) (string, error) { return who.Email, nil }
