// Package dealership gives a test two dealers with yards and staff, and calls functions as any of them: real requests
// through the codec of the gateway, the authorizer and validation, down to the embedded table.
//
// Harbour Motors (AU) has the yards sydney and melbourne and works with prospects; Nordlicht Autohaus (DE) has kiel and
// does not. Who works there, and in which roles, is in Staff.
package dealership

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

// The companies.
var (
	Harbour   = ident.Trusted("harbour")
	Nordlicht = ident.Trusted("nordlicht")
)

// The users; each is also the user's id and sign-in.
const (
	Manager   = "manager"   // Harbour: manager of leads and prospects in both yards
	Sydney    = "sydneyman" // Harbour: leads and prospects in sydney
	Second    = "second"    // Harbour: as Sydney
	Melbourne = "melbman"   // Harbour: leads and prospects in melbourne
	Watcher   = "watcher"   // Harbour: customer recapture in sydney, may make leads and prospects
	Kiel      = "kieler"    // Nordlicht: manager of leads and prospects in kiel
)

// Noon is when a test begins: a Sunday, 23:00 in Sydney.
var Noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// World is the two dealers and the functions that serve them.
type World struct {
	app.Deps
	Time   time.Time              // what Now says
	Refuse func([]table.Op) error // asked before every write but postings; nil: everything is written
	Sent   *Queue                 // messages that functions have sent
	Crash  *tabletest.Crash       // befalls whatever function writes, until the next is called; nil: none does
	serve  map[string]app.Handler // by function
	log    *bytes.Buffer
}

// New founds the dealers.
func New(t *testing.T) *World {
	t.Helper()
	w := &World{Time: Noon, Sent: new(Queue), serve: map[string]app.Handler{}, log: new(bytes.Buffer)}
	now := func() time.Time { return w.Time }
	var minted atomic.Int64
	newID := func() string { return fmt.Sprintf("id%06d", minted.Add(1)) }
	mortal := func(op string) (bool, error) { return w.Crash.Fault(op) }
	store := table.New(driver{tabletest.Flaky(memtable.Driver(t, now), mortal), w}, now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	if err != nil {
		t.Fatal(err)
	}
	w.Deps = app.Deps{
		Table: store, Access: access.NewDirectory(store, now), Links: link.New(link.Fixed(ring), now), Identity: doorman{},
		Queue: w.Sent, Now: now, NewID: newID, Site: app.Site{BaseURL: "https://winback.example", From: "Winback <no-reply@winback.example>"}, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
	w.found(t, Harbour, company.Company{Name: "Harbour Motors", Country: "AU", TimeZone: "Australia/Sydney", Language: "en-AU", Features: company.Features{Prospects: true}},
		company.Yard{ID: "sydney", Name: "Sydney", State: "NSW"}, company.Yard{ID: "melbourne", Name: "Melbourne", State: "VIC"})
	w.found(t, Nordlicht, company.Company{Name: "Nordlicht Autohaus", Country: "DE", TimeZone: "Europe/Berlin", Language: "de-DE"},
		company.Yard{ID: "kiel", Name: "Kiel"})
	for _, role := range []access.Role{access.ManageLeads, access.ManageProspects} {
		w.Fill(t, Harbour, role, []string{"sydney", "melbourne"}, access.Member{User: Manager, Manager: true})
		w.Fill(t, Harbour, role, []string{"sydney"}, access.Member{User: Sydney}, access.Member{User: Second})
		w.Fill(t, Harbour, role, []string{"melbourne"}, access.Member{User: Melbourne})
		w.Fill(t, Nordlicht, role, []string{"kiel"}, access.Member{User: Kiel, Manager: true})
	}
	w.Fill(t, Harbour, access.CustomerRecapture, []string{"sydney"}, access.Member{User: Watcher})
	return w
}

func (w *World) found(t *testing.T, id ident.Company, profile company.Company, yards ...company.Yard) {
	t.Helper()
	if err := company.Create(t.Context(), w.Deps, company.Founding{ID: id, Company: profile, Admin: access.User{First: "Ada", Email: "ada@" + id.ID() + ".example"}}); err != nil {
		t.Fatal(err)
	}
	for _, yard := range yards {
		if _, err := company.AddYard(t.Context(), w.Deps, id, yard); err != nil {
			t.Fatal(err)
		}
	}
}

// Fill gives users a role in yards; users that are new sign in under their ids.
func (w *World) Fill(t *testing.T, id ident.Company, role access.Role, yards []string, members ...access.Member) {
	t.Helper()
	record := access.RoleRecord{ID: access.RoleID(w.NewID()), Role: role, Yards: yards, Members: members, Attributes: access.Attributes{CreateLeadOrProspect: true}}
	ops := []table.Op{access.RoleRecords.Overwrite(access.RoleKey(id, record.ID), record)}
	for _, m := range members {
		user := access.User{ID: m.User, Subject: string(m.User), First: string(m.User), Email: string(m.User) + "@mail.example", Yards: yards}
		ops = append(ops,
			access.Users.Overwrite(access.UserKey(id, m.User), user),
			access.Subjects.Overwrite(access.SubjectKey(user.Subject), access.Subject{Company: id.ID(), User: m.User}))
	}
	if err := w.Table.Write(t.Context(), ops...); err != nil {
		t.Fatal(err)
	}
	w.Access.Forget(id)
}

// Rename gives a user a name.
func (w *World) Rename(t *testing.T, id ident.Company, user access.UserID, first, last string) {
	t.Helper()
	record, err := w.Access.User(t.Context(), id, user)
	if err != nil {
		t.Fatal(err)
	}
	record.First, record.Last = first, last
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(id, user), record)); err != nil {
		t.Fatal(err)
	}
	w.Access.Forget(id)
}

// Serve adds a function to those that Call reaches, by the first two parts of its routes' paths.
func (w *World) Serve(f app.Function) *World {
	handle := app.Handle(f, w.Deps)
	for _, route := range app.Routes(f) {
		w.serve[prefix(route.Path)] = handle
	}
	return w
}

func prefix(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Join(strings.SplitN(path, "/", 4)[:3], "/")
}

// Answer is what came back.
type Answer struct {
	Status int
	Body   string
	ETag   string
}

// Call sends a request as a user. A header is written as Name: value.
func (w *World) Call(t *testing.T, user, method, path, body string, headers ...string) Answer {
	t.Helper()
	w.Crash.Restart()
	handle := w.serve[prefix(path)]
	if handle == nil {
		t.Fatalf("nothing serves %s", path)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	payload, err := event.EncodeRequest(r, event.Call{
		RequestID: "r1", RouteKey: "$default", Time: w.Time,
		Claims: map[string]string{"sub": user, "token_use": "access", "scope": web.Scope},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := handle(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	response, err := event.DecodeResponse(out)
	if err != nil {
		t.Fatal(err)
	}
	return Answer{response.Status(), string(response.Body()), response.Header().Get("ETag")}
}

// Want is Call for an answer with the status; any other ends the test.
func (w *World) Want(t *testing.T, status int, user, method, path, body string, headers ...string) Answer {
	t.Helper()
	a := w.Call(t, user, method, path, body, headers...)
	if a.Status != status {
		t.Fatalf("%s: %s %s %s: %d, want %d: %s\n%s", user, method, path, body, a.Status, status, a.Body, w.log)
	}
	return a
}

// Into reads the body as JSON.
func (a Answer) Into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.Body), v); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
}

// ID is the id of the record in the body.
func (a Answer) ID(t *testing.T) string {
	t.Helper()
	var record struct{ ID string }
	a.Into(t, &record)
	if record.ID == "" {
		t.Fatalf("no id in %s", a.Body)
	}
	return record.ID
}

// List is a page: the ids of its items and the cursor of the next.
func (a Answer) List(t *testing.T) (ids []string, next string) {
	t.Helper()
	var page struct {
		Items []struct{ ID string }
		Next  string
	}
	a.Into(t, &page)
	ids = []string{}
	for _, item := range page.Items {
		ids = append(ids, item.ID)
	}
	return ids, page.Next
}

// Wrong lists the locations of the problem in the body.
func (a Answer) Wrong(t *testing.T) []string {
	t.Helper()
	var problem struct{ Errors []struct{ Location string } }
	a.Into(t, &problem)
	var locations []string
	for _, e := range problem.Errors {
		locations = append(locations, e.Location)
	}
	return locations
}

// Queue keeps the messages that it is sent. It is safe for concurrent use.
type Queue struct {
	mu  sync.Mutex
	all []queue.Outgoing
}

// Send keeps messages.
func (q *Queue) Send(_ context.Context, messages []queue.Outgoing) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, messages...)
	return nil
}

// Delay is nothing that a function may ask of a queue.
func (q *Queue) Delay(context.Context, string, string, time.Duration) error {
	return errors.New("dealership: a message handed back")
}

// Take takes the messages of a topic out, oldest first.
func (q *Queue) Take(topic string) (bodies [][]byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = slices.DeleteFunc(q.all, func(m queue.Outgoing) bool {
		if m.Topic == topic {
			bodies = append(bodies, m.Body)
		}
		return m.Topic == topic
	})
	return bodies
}

// Unanswered is for Refuse: processes that die between what a request does and its answer, so that nothing is kept under the
// request's idempotency key.
func Unanswered(ops []table.Op) error {
	if ops[0].Item.Kind == "idempotent answer" && ops[0].If.Test == table.Always {
		return errors.New("the process is killed")
	}
	return nil
}

// Insist does something as a caller does who gets no answer from the dead: once more where the process died of it. Any other
// failure, and a second one, ends the test.
func (w *World) Insist(t *testing.T, do func() error) {
	t.Helper()
	w.Crash.Restart()
	err := do()
	if w.Crash.Dead() {
		w.Crash.Restart()
		err = do()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Work lets a function consume what was sent to its topic, and fails where it does not take a message. One that it dies of
// comes again.
func (w *World) Work(t *testing.T, f app.Function) {
	t.Helper()
	for _, body := range w.Sent.Take(f.Consumes.Topic) {
		w.Insist(t, func() error {
			if err := f.Consumes.Handle(t.Context(), app.Grant(w.Deps, f), body); err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			return nil
		})
	}
}

// driver asks the world before it writes.
type driver struct {
	table.Driver
	world *World
}

func (d driver) Write(ctx context.Context, ops []table.Op) error {
	if d.world.Refuse != nil {
		if err := d.world.Refuse(ops); err != nil {
			return err
		}
	}
	return d.Driver.Write(ctx, ops)
}

// doorman invites everybody under the e-mail address as subject.
type doorman struct{}

func (doorman) Invite(_ context.Context, who identity.Person) (string, error) { return who.Email, nil }
func (doorman) Disable(context.Context, string) error                         { return nil }
func (doorman) Enable(context.Context, string) error                          { return nil }
