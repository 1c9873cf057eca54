package recapture_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/recapture"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	harbour   = ident.Trusted("harbour")
	nordlicht = ident.Trusted("nordlicht")
)

// The users, by what they may: each is also the id and the sign-in.
const (
	ann   = "ann"   // harbour: recapture in sydney, may make leads and prospects
	ben   = "ben"   // harbour: recapture in sydney without that
	mel   = "mel"   // harbour: recapture in melbourne
	owner = "owner" // harbour: leads in sydney and melbourne
	kim   = "kim"   // nordlicht: recapture in kiel
)

// makes is the role of those who may make leads and prospects.
var makes = access.Attributes{CreateLeadOrProspect: true, LookUpVIN: true}

// world is two dealers with a fake partner, every function around recapture, and a queue that a test takes messages from.
type world struct {
	*testing.T
	app.Deps
	clock   *tabletest.Clock
	partner *partnerFake
	queue   *bag
	hook    string // where pushes to harbour go
	serve   map[string]app.Handler
	workers map[string]app.Function // by topic
	log     *bytes.Buffer
	meters  map[string]*table.Meter // by topic, and http
	paid    map[string]table.Usage

	mu    sync.Mutex
	fault tabletest.Fault // of the table; nil: none
}

// sealer hides nothing; the key is of no interest here.
type sealer struct{}

func (sealer) Seal(_ context.Context, _ ident.Company, _ string, plain []byte) (secret.Sealed, error) {
	return secret.Sealed(base64.StdEncoding.EncodeToString(plain)), nil
}

func (sealer) Open(_ context.Context, _ ident.Company, _ string, sealed secret.Sealed) ([]byte, error) {
	return base64.StdEncoding.DecodeString(string(sealed))
}

// doorman invites everybody.
type doorman struct{}

func (doorman) Invite(_ context.Context, who identity.Person) (string, error) { return who.Email, nil }
func (doorman) Disable(context.Context, string) error                         { return nil }
func (doorman) Enable(context.Context, string) error                          { return nil }

// open founds the dealers; both have a connection to the partner. A driver may be put around the table's.
func open(t *testing.T, around ...func(table.Driver) table.Driver) *world {
	t.Helper()
	w := &world{T: t, clock: tabletest.NewClock(), partner: newPartner(), log: new(bytes.Buffer), serve: map[string]app.Handler{}, workers: map[string]app.Function{}}
	w.meters = map[string]*table.Meter{"http": new(table.Meter), "reconcile": new(table.Meter)}
	w.paid = map[string]table.Usage{}
	w.queue = &bag{now: w.clock.Now}
	var minted atomic.Int64
	newID := func() string { return fmt.Sprintf("id%08d", minted.Add(1)) }
	driver := tabletest.Flaky(memtable.Driver(t, w.clock.Now), w.asked)
	for _, wrap := range around {
		driver = wrap(driver)
	}
	store := table.New(driver, w.clock.Now, newID)
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: bytes.Repeat([]byte{7}, link.MinSecret)})
	w.must(err)
	w.Deps = app.Deps{
		Table: store, Queue: w.queue, Access: access.NewDirectory(store, w.clock.Now), Links: link.New(link.Fixed(ring), w.clock.Now),
		Secrets: sealer{}, Identity: doorman{}, Now: w.clock.Now, NewID: newID, Log: slog.New(slog.NewTextHandler(&locked{to: w.log}, nil)),
		Site: app.Site{BaseURL: "https://winback.example"},
	}
	w.found(harbour, company.Company{Name: "Harbour Motors", Country: "AU", TimeZone: "Australia/Sydney", Language: "en-AU", Features: company.Features{Prospects: true}},
		company.Yard{ID: "sydney", Name: "Sydney", State: "NSW"}, company.Yard{ID: "melbourne", Name: "Melbourne", State: "VIC"}, company.Yard{ID: "perth", Name: "Perth", State: "WA"})
	w.found(nordlicht, company.Company{Name: "Nordlicht Autohaus", Country: "DE", TimeZone: "Europe/Berlin", Language: "de-DE"}, company.Yard{ID: "kiel", Name: "Kiel"})
	w.hook = w.connect(harbour, "c-harbour", "sydney", "melbourne")
	w.connect(nordlicht, "c-nordlicht", "kiel")
	w.role(harbour, access.CustomerRecapture, makes, []string{"sydney"}, ann)
	w.role(harbour, access.CustomerRecapture, access.Attributes{}, []string{"sydney"}, ben)
	w.role(harbour, access.CustomerRecapture, makes, []string{"melbourne"}, mel)
	w.role(harbour, access.ManageLeads, access.Attributes{}, []string{"sydney", "melbourne"}, owner)
	w.role(nordlicht, access.CustomerRecapture, makes, []string{"kiel"}, kim)
	dial := w.partner.dial
	for _, f := range []app.Function{
		recapture.API, recapture.Webhook(parsePush), lead.API(recapture.Watching), appraisal.API(recapture.WatchingInRole), prospect.API(lead.OfProspect, lead.CareTopic), customer.API, notify.API,
	} {
		for _, route := range app.Routes(f) {
			w.serve[prefix(route.Path)] = app.Handle(f, w.Deps)
		}
	}
	for _, f := range []app.Function{recapture.Submit(dial), recapture.Poll(dial), recapture.Verify(dial), recapture.Remove(dial), recapture.Compare(dial), recapture.End} {
		w.workers[f.Consumes.Topic] = f
		w.meters[f.Consumes.Topic] = new(table.Meter)
	}
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%v\n%s", err, w.log)
	}
}

// asked is the fault of the table at the moment.
func (w *world) asked(op string) (bool, error) {
	w.mu.Lock()
	fault := w.fault
	w.mu.Unlock()
	if fault == nil {
		return true, nil
	}
	return fault(op)
}

// faulty makes the table fail from now on; nil ends it.
func (w *world) faulty(fault tabletest.Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = fault
}

func (w *world) found(id ident.Company, profile company.Company, yards ...company.Yard) {
	w.Helper()
	w.must(company.Create(w.Context(), w.Deps, company.Founding{ID: id, Company: profile, Admin: access.User{First: "Ada", Email: "ada@" + id.ID() + ".example"}}))
	for _, yard := range yards {
		_, err := company.AddYard(w.Context(), w.Deps, id, yard)
		w.must(err)
	}
}

// connect sets a connection up and returns the path of its pushes.
func (w *world) connect(id ident.Company, name company.ConnectionID, yards ...string) string {
	w.Helper()
	connection := company.Connection{ID: name, Name: string(name), API: company.AutoGrab, Yards: yards}
	_, err := company.Connect(w.Context(), w.Deps, w.partner.dial, id, connection, "sec_0123456789abcdef")
	w.must(err)
	hooks := w.partner.hooks
	return strings.TrimPrefix(hooks[len(hooks)-1], w.Site.BaseURL)
}

// role gives users a role in yards; users sign in under their ids.
func (w *world) role(id ident.Company, role access.Role, attributes access.Attributes, yards []string, users ...access.UserID) {
	w.Helper()
	record := access.RoleRecord{ID: access.RoleID(w.NewID()), Role: role, Yards: yards, Attributes: attributes}
	var ops []table.Op
	for _, user := range users {
		record.Members = append(record.Members, access.Member{User: user})
		ops = append(ops,
			access.Users.Overwrite(access.UserKey(id, user), access.User{ID: user, Subject: string(user), First: string(user), Email: string(user) + "@mail.example", Yards: yards}),
			access.Subjects.Overwrite(access.SubjectKey(string(user)), access.Subject{Company: id.ID(), User: user}))
	}
	w.must(w.Table.Write(w.Context(), append(ops, access.RoleRecords.Overwrite(access.RoleKey(id, record.ID), record))...))
	w.Access.Forget(id)
}

func prefix(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Join(strings.SplitN(path, "/", 4)[:3], "/")
}

// answer is what came back over HTTP.
type answer struct {
	status int
	body   string
	link   string // to what follows
}

// call sends a request as a user, nobody for pushes. A header is written as Name: value.
func (w *world) call(user, method, path, body string, headers ...string) answer {
	w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	call := event.Call{RequestID: "r1", RouteKey: "$default", Time: w.Now()}
	if user != "" {
		call.Claims = map[string]string{"sub": user, "token_use": "access", "scope": web.Scope}
	}
	payload, err := event.EncodeRequest(r, call)
	w.must(err)
	out, err := w.serve[prefix(path)](table.WithMeter(w.Context(), w.meters["http"]), payload)
	w.must(err)
	response, err := event.DecodeResponse(out)
	w.must(err)
	return answer{response.Status(), string(response.Body()), response.Header().Get("Link")}
}

// want is call for an answer with the status, read into a T.
func want[T any](w *world, status int, user, method, path, body string, headers ...string) (v T) {
	w.Helper()
	a := w.call(user, method, path, body, headers...)
	if a.status != status {
		w.Fatalf("%s: %s %s %s: %d, want %d: %s\n%s", user, method, path, body, a.status, status, a.body, w.log)
	}
	if a.body != "" {
		if err := json.Unmarshal([]byte(a.body), &v); err != nil {
			w.Fatalf("%v in %s", err, a.body)
		}
	}
	return v
}

// pass lets time go by.
func (w *world) pass(by time.Duration) { w.clock.Advance(by) }

// locked is a log that many may write.
type locked struct {
	mu sync.Mutex
	to *bytes.Buffer
}

func (l *locked) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(line)
}
