package customer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour   = ident.Trusted("harbour")
	nordlicht = ident.Trusted("nordlicht")
)

// world is two companies with a user each who may work with customers, called through the function as a host calls it.
type world struct {
	app.Deps
	now    time.Time
	handle app.Handler
	driver table.Driver
	log    *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: noon, log: new(bytes.Buffer)}
	now := func() time.Time { return w.now }
	var next atomic.Int64
	newID := func() string { return "id" + strconv.FormatInt(next.Add(1), 10) }
	w.driver = memtable.Driver(t, now)
	store := table.New(w.driver, now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k", Secret: bytes.Repeat([]byte("s"), link.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	w.Deps = app.Deps{
		Table: store, Access: access.NewDirectory(store, now), Identity: noProvider{}, Links: link.New(link.Fixed(ring), now),
		Queue: forgetful{}, Now: now, NewID: newID, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	w.handle = app.Handle(customer.API, w.Deps)
	for c, profile := range map[ident.Company]company.Company{
		harbour:   {Name: "Harbour Motors", Country: "AU", TimeZone: "Australia/Sydney", Language: "en-AU"},
		nordlicht: {Name: "Nordlicht Autohaus", Country: "DE", TimeZone: "Europe/Berlin", Language: "de-DE"},
	} {
		user := access.User{ID: "user", First: "Ada", Email: c.ID() + "@x.example"}
		if err := company.Create(t.Context(), w.Deps, company.Founding{ID: c, Company: profile, Admin: user}); err != nil {
			t.Fatal(err)
		}
		role := access.RoleRecord{Role: access.ManageLeads, Members: []access.Member{{User: "user"}}}
		if _, err := company.AddRole(t.Context(), w.Deps, c, role); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// forgetful is a queue that nobody reads.
type forgetful struct{}

// Send implements queue.Sender.
func (forgetful) Send(context.Context, []queue.Outgoing) error { return nil }

// Delay implements queue.Sender.
func (forgetful) Delay(context.Context, string, string, time.Duration) error { return nil }

// noProvider makes of each address its own sign-in.
type noProvider struct{ identity.Directory }

func (noProvider) Invite(_ context.Context, who identity.Person) (string, error) {
	return who.Email, nil
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

func (a answer) id(t *testing.T) string {
	t.Helper()
	id, _ := a.json(t)["id"].(string)
	if id == "" {
		t.Fatalf("no id in %d %s", a.status, a.body)
	}
	return id
}

// call sends a request as the company's user. A header is written as Name: value.
func (w *world) call(t *testing.T, c ident.Company, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	claims := map[string]string{"sub": c.ID() + "@x.example", "token_use": "access", "scope": web.Scope}
	payload, err := event.EncodeRequest(r, event.Call{RequestID: "r1", RouteKey: "$default", Time: w.now, Claims: claims})
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.handle(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	response, err := event.DecodeResponse(out)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.Status(), response.Header(), string(response.Body())}
}

// must calls as Harbour Motors and expects a status.
func (w *world) must(t *testing.T, want int, method, path, body string, headers ...string) answer {
	t.Helper()
	a := w.call(t, harbour, method, path, body, headers...)
	if a.status != want {
		t.Fatalf("%s %s %s: %d, want %d: %s", method, path, body, a.status, want, a.body)
	}
	return a
}
