package notify_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/memtable"
)

var (
	noon      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour   = ident.Trusted("harbour")
	nordlicht = ident.Trusted("nordlicht")
)

// world is two companies with users, queues in memory and a folder for mails. Everything passes the functions as their
// hosts call them: bytes in, bytes out, with the grants that they declare.
type world struct {
	app.Deps
	t        *testing.T
	now      time.Time
	mails    *dirmail.Dir
	messages []queue.Outgoing
	log      *strings.Builder
}

// A driver may be put around the table's.
func newWorld(t *testing.T, around ...func(table.Driver) table.Driver) *world {
	t.Helper()
	w := &world{t: t, now: noon, log: new(strings.Builder)}
	now := func() time.Time { return w.now }
	next := 0
	newID := func() string { next++; return fmt.Sprintf("%026d", next) }
	mails, err := dirmail.Open(t.TempDir(), now, newID)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := link.NewKeyring(link.Key{ID: "k1", Secret: []byte(strings.Repeat("s", 32))})
	if err != nil {
		t.Fatal(err)
	}
	driver := table.Driver(memtable.Driver(t, now))
	for _, wrap := range around {
		driver = wrap(driver)
	}
	store := table.New(driver, now, newID)
	w.mails = mails
	w.Deps = app.Deps{
		Table: store, Queue: w, Mail: mails, Identity: sameSubject{}, Access: access.NewDirectory(store, now),
		Links: link.New(link.Fixed(ring), now), Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: now, NewID: newID,
		Site: app.Site{BaseURL: "https://api.winback.example", AppURL: "https://winback.example", From: "Winback <no-reply@winback.example>"},
	}
	w.found(harbour, "Harbour Motors", "AU", "Australia/Sydney", "en-AU", "anna", "ben")
	w.found(nordlicht, "Nordlicht Autohaus", "DE", "Europe/Berlin", "de-DE", "anke")
	return w
}

// found makes a company whose users all want mails.
func (w *world) found(c ident.Company, name, country, zone, language string, users ...string) {
	w.t.Helper()
	err := company.Create(w.t.Context(), w.Deps, company.Founding{
		ID: c, Company: company.Company{Name: name, Country: country, TimeZone: zone, Language: language}, Admin: user(c, "admin"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, id := range users {
		w.save(c, user(c, id))
	}
}

func user(c ident.Company, id string) access.User {
	return access.User{
		ID: access.UserID(id), Subject: "sub-" + id, First: strings.ToUpper(id[:1]) + id[1:], Last: "Lee",
		Email: id + "@" + c.ID() + ".example", Notify: access.Notify{Email: true, SMS: true, InApp: true},
	}
}

func (w *world) save(c ident.Company, u access.User) {
	w.t.Helper()
	err := w.Table.Write(w.t.Context(), access.Users.Overwrite(access.UserKey(c, u.ID), u),
		access.Subjects.Overwrite(access.SubjectKey(u.Subject), access.Subject{Company: c.ID(), User: u.ID}))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Access.Forget(c)
}

// tell commits a notice as a feature would.
func (w *world) tell(c ident.Company, n notify.Notice) error {
	places, notice := notify.Tell(c, n)
	if err := w.Table.Load(w.t.Context(), places...); err != nil {
		return err
	}
	return w.Commit(w.t.Context(), notice)
}

func (w *world) mustTell(c ident.Company, n notify.Notice) {
	w.t.Helper()
	if err := w.tell(c, n); err != nil {
		w.t.Fatal(err)
	}
}

// work lets the functions work off the queues, handing every message over twice.
func (w *world) work() {
	w.t.Helper()
	handlers := map[string]app.Handler{
		notify.Send.Name:   app.Handle(notify.Sender, w.Deps),
		notify.Digest.Name: app.Handle(notify.Digester, w.Deps),
		"mail-send":        app.Handle(notify.MailSend, w.Deps),
	}
	for len(w.messages) > 0 {
		m := w.messages[0]
		w.messages = w.messages[1:]
		for receives := range 2 {
			w.invoke(handlers[m.Topic], queue.Received{
				ID: m.ID, Topic: m.Topic, Body: m.Body, Receipt: "r", Receives: receives + 1, Sent: w.now, FirstSeen: w.now, Group: m.Group,
			})
		}
	}
}

func (w *world) invoke(handle app.Handler, m queue.Received) {
	w.t.Helper()
	if w.handedBack(handle, m) {
		w.t.Fatalf("%s was handed back:\n%s", m.Topic, w.log)
	}
}

// handedBack gives a message to a function and reports whether it is to come again.
func (w *world) handedBack(handle app.Handler, m queue.Received) bool {
	w.t.Helper()
	payload, err := event.EncodeBatch([]queue.Received{m})
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := handle(w.t.Context(), payload)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(event.DecodeFailures(answer, []queue.Received{m})) > 0
}

// deliver gives a message to a function once, and reports whether it is to come again.
func (w *world) deliver(f app.Function, m queue.Outgoing) bool {
	w.t.Helper()
	return w.handedBack(app.Handle(f, w.Deps), queue.Received{
		ID: m.ID, Topic: m.Topic, Body: m.Body, Receipt: "r", Receives: 1, Sent: w.now, FirstSeen: w.now, Group: m.Group,
	})
}

// stored is a notice as it stands in the table.
func (w *world) stored(c ident.Company, user access.UserID, id string) (n notify.Notice) {
	w.t.Helper()
	item, err := w.Table.Get(w.t.Context(), table.In(c, "notice", string(user)).At(id))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal(item.Body, &n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// overwrite puts another version of a notice into the table.
func (w *world) overwrite(c ident.Company, n notify.Notice) {
	w.t.Helper()
	kind := table.Kind[notify.Notice]{Name: "notice", Schema: 1, Limit: 32_000}
	record, err := kind.Get(w.t.Context(), w.Table, table.In(c, "notice", string(n.User)).At(n.ID))
	if err != nil {
		w.t.Fatal(err)
	}
	record.Value = n
	if err := w.Table.Write(w.t.Context(), kind.Update(record)); err != nil {
		w.t.Fatal(err)
	}
}

// sweep publishes what waits for its instant.
func (w *world) sweep() {
	w.t.Helper()
	if _, err := w.Outbox().Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// pass lets time go by, and works on what it brings.
func (w *world) pass(by time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(by)
	w.sweep()
	w.work()
}

// report hands over what the provider has to say, twice.
func (w *world) report() {
	w.t.Helper()
	handle := app.Handle(notify.MailEvent, w.Deps)
	reports, err := w.mails.Reports(w.t.Context(), 100)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range reports {
		for _, e := range append(r.Events, r.Events...) {
			if _, err := handle(w.t.Context(), e); err != nil {
				w.t.Fatal(err)
			}
		}
		if err := w.mails.Handed(r.ID); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) outbox() []dirmail.Mail {
	w.t.Helper()
	mails, err := w.mails.List(w.t.Context(), 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	return mails
}

// call sends a request of a user through the function, as API Gateway would.
func (w *world) call(user, method, path string) (status int, body string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "https://api.winback.example"+path, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	call := event.Call{RequestID: "request", SourceIP: "203.0.113.7", Time: w.now, Claims: map[string]string{
		"sub": "sub-" + user, "token_use": "access", "scope": "winback/api",
	}}
	if user == "" {
		call.Claims = nil
	}
	payload, err := event.EncodeRequest(r, call)
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := app.Handle(notify.API, w.Deps)(w.t.Context(), payload)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := event.DecodeResponse(answer)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.Status(), string(response.Body())
}

type listing struct {
	Items []notify.Notification
	Next  string
}

func (w *world) list(user, query string) listing {
	w.t.Helper()
	status, body := w.call(user, http.MethodGet, "/v1/notifications"+query)
	var l listing
	if err := json.Unmarshal([]byte(body), &l); err != nil || status != http.StatusOK {
		w.t.Fatalf("%d %s, %v", status, body, err)
	}
	return l
}

func (w *world) Send(_ context.Context, messages []queue.Outgoing) error {
	w.messages = append(w.messages, messages...)
	return nil
}

func (w *world) Delay(context.Context, string, string, time.Duration) error { return nil }

// sameSubject invites everybody under a subject made of the address.
type sameSubject struct{}

func (sameSubject) Invite(_ context.Context, p identity.Person) (string, error) {
	return "invited-" + p.Email, nil
}
func (sameSubject) Disable(context.Context, string) error { return nil }
func (sameSubject) Enable(context.Context, string) error  { return nil }

// sighting is a notice like those that recapture makes.
func sighting(user access.UserID, n int) notify.Notice {
	return notify.Notice{
		ID: ident.Of("sighting", fmt.Sprint(n), string(user)), User: user, Kind: notify.Sighting,
		Title: "Seen online: 2019 Toyota Corolla",
		Facts: []notify.Fact{
			{Label: notify.Vehicle, Value: "2019 Toyota Corolla"},
			{Label: notify.VIN, Value: "JTDBR32E720034567"},
			{Label: notify.Price, Value: "AUD 13,500"},
			{Label: notify.Seller, Value: "Private"},
			{Label: notify.Customer, Value: "Zoë O'Brien"},
		},
		About: notify.About{Type: "recapture", ID: fmt.Sprintf("rec-%d", n)},
		Link:  notify.Link{Path: fmt.Sprintf("/recaptures/rec-%d", n)},
		At:    noon.Add(time.Duration(n) * time.Minute),
	}
}
