package company_test

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
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour   = ident.Trusted("harbour")
	nordlicht = ident.Trusted("nordlicht")
)

// world is two companies with an administrator each, called through the function as a host calls it.
type world struct {
	app.Deps
	now     time.Time
	people  *people
	partner *account
	handle  app.Handler
	log     *bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{now: noon, people: &people{subjects: map[string]string{}, disabled: map[string]bool{}}, partner: &account{}, log: new(bytes.Buffer)}
	now := func() time.Time { return w.now }
	var next atomic.Int64
	newID := func() string { return "id" + strconv.FormatInt(next.Add(1), 10) }
	store := memtable.New(t, now, newID)
	w.Deps = app.Deps{
		Table: store, Access: access.NewDirectory(store, now), Identity: w.people, Secrets: sealer{}, Now: now, NewID: newID,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Site: app.Site{BaseURL: "https://winback.example"},
	}
	w.handle = app.Handle(company.API(w.partner.dial), w.Deps)
	w.found(t, harbour, company.Company{Name: "Harbour Motors", Country: "AU", TimeZone: "Australia/Sydney", Language: "en-AU"}, "admin@harbour.example")
	w.found(t, nordlicht, company.Company{Name: "Nordlicht Autohaus", Country: "DE", TimeZone: "Europe/Berlin", Language: "de-DE"}, "admin@nordlicht.example")
	return w
}

func (w *world) found(t *testing.T, id ident.Company, c company.Company, email string) {
	t.Helper()
	if err := company.Create(t.Context(), w.Deps, company.Founding{ID: id, Company: c, Admin: access.User{First: "Ada", Email: email}}); err != nil {
		t.Fatal(err)
	}
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

// call sends a request as the user with the e-mail address. A header is written as Name: value.
func (w *world) call(t *testing.T, email, method, path, body string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	claims := map[string]string{"sub": w.people.subjects[email], "token_use": "access", "scope": web.Scope}
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

// admin calls as the administrator of Harbour Motors and expects a status.
func (w *world) admin(t *testing.T, want int, method, path, body string, headers ...string) answer {
	t.Helper()
	a := w.call(t, "admin@harbour.example", method, path, body, headers...)
	if a.status != want {
		t.Fatalf("%s %s %s: %d, want %d: %s", method, path, body, a.status, want, a.body)
	}
	return a
}

// people is an identity provider.
type people struct {
	subjects map[string]string // by e-mail
	disabled map[string]bool   // by subject
	err      error
}

func (p *people) Invite(_ context.Context, who identity.Person) (string, error) {
	if p.subjects[who.Email] == "" {
		p.subjects[who.Email] = "sub-" + who.Email
	}
	return p.subjects[who.Email], p.err
}

func (p *people) Disable(_ context.Context, subject string) error {
	p.disabled[subject] = true
	return p.err
}

func (p *people) Enable(_ context.Context, subject string) error {
	p.disabled[subject] = false
	return p.err
}

// sealer binds what it seals to company and purpose, and hides nothing else.
type sealer struct{}

func (sealer) Seal(_ context.Context, c ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	return secret.Sealed(c.ID() + "|" + purpose + "|" + string(plain)), nil
}

func (sealer) Open(_ context.Context, c ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), c.ID()+"|"+purpose+"|")
	if !ok {
		return nil, errs.E(errs.Forbidden, "does not open")
	}
	return []byte(plain), nil
}

// account is the partner: it knows the keys that begin with good, keeps registrations, and answers as the test says.
type account struct {
	partner.Watcher // what a connection never calls
	countries       []string
	hooks           map[string]string // address by id
	made            int
	answer          func(call string) error // before the effect; nil: none
	lost            func(call string) error // after the effect
	pinged          func(url string)
}

func (a *account) dial(dealer partner.Account) partner.Watcher {
	a.countries = append(a.countries, dealer.Country)
	return &session{account: a, key: dealer.Key}
}

type session struct {
	*account
	key string
}

func (s *session) do(call string, effect func() error) error {
	if !strings.HasPrefix(s.key, "good") {
		return errs.E(errs.Forbidden, "AutoGrab does not accept the API key")
	}
	if s.answer != nil {
		if err := s.answer(call); err != nil {
			return err
		}
	}
	if err := effect(); err != nil {
		return err
	}
	if s.lost != nil {
		return s.lost(call)
	}
	return nil
}

func (s *session) Register(_ context.Context, _, url string) (hook string, err error) {
	err = s.do("register", func() error {
		s.made++
		hook = "hook" + strconv.Itoa(s.made)
		if s.hooks == nil {
			s.hooks = map[string]string{}
		}
		s.hooks[hook] = url
		return nil
	})
	if err != nil {
		return "", err
	}
	return hook, nil
}

func (s *session) Unregister(_ context.Context, hook string) error {
	return s.do("unregister", func() error {
		delete(s.hooks, hook)
		return nil
	})
}

func (s *session) Ping(_ context.Context, hook string) error {
	return s.do("ping", func() error {
		url, ok := s.hooks[hook]
		if !ok {
			return errs.E(errs.NotFound, "AutoGrab does not know it")
		}
		if s.pinged != nil {
			s.pinged(url)
		}
		return nil
	})
}

// tokens are those in the addresses that the partner has now.
func (a *account) tokens() []string {
	var tokens []string
	for _, url := range a.hooks {
		tokens = append(tokens, strings.TrimPrefix(url, "https://winback.example"+company.HookPath))
	}
	return tokens
}

// hookKey is where a token would be found if it were stored as it is.
func hookKey(token string) table.Key { return table.Global(table.Hooks, token).At() }
