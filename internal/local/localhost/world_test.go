package localhost_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

var (
	noon    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	harbour = ident.Trusted("harbour")
	jobs    = queue.Topic[job]{Name: "job-do"}
	orders  = table.Kind[order]{Name: "order", Schema: 1}
)

// job is what the worker of these tests does.
type job struct {
	Name string `json:"name"`
}

// order is the body of POST /v1/orders: jobs to be done, now or at an instant.
type order struct {
	Jobs []string  `json:"jobs"`
	At   time.Time `json:"at,omitempty"`
}

// wall is the wall clock, which stands still unless it is moved.
type wall struct {
	mu  sync.Mutex
	now time.Time
}

func (w *wall) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wall) add(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// diary is what the functions of a world have seen, with the application's time.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

// read returns what was noted since it was read last.
func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	lines := d.lines
	d.lines = nil
	return lines
}

// world is a data folder with a host that runs a handful of functions on it.
type world struct {
	*testing.T
	*localhost.Host
	wall  *wall
	diary *diary
	log   *logbook
	dir   string

	job       func(ctx context.Context, name string) error          // what the worker does; nil: nothing
	reported  func(e event.Bridge) error                            // what the listener does; nil: nothing
	get       func(ctx context.Context) error                       // what GET /v1/orders/{id} does; nil: nothing
	schedules map[string]string                                     // expressions by function
	tick      func(ctx context.Context, d app.Deps, n string) error // what a schedule does; nil: nothing
	companion localhost.Companion
}

// newWorld makes a world without a running host, so that a test can say first what its functions do.
func newWorld(t *testing.T) *world {
	return &world{T: t, wall: &wall{now: noon}, diary: new(diary), log: new(logbook), dir: t.TempDir(), schedules: map[string]string{}}
}

// open starts the host of the world, for the first time or again.
func (w *world) open() *world {
	w.Helper()
	w.mount()
	w.Start()
	w.Ready()
	return w
}

// mount opens the host and leaves it at rest.
func (w *world) mount() {
	w.Helper()
	host, err := localhost.Open(localhost.Options{
		Dir: w.dir, BaseURL: "http://winback.test", Functions: w.functions(), Wall: w.wall.Now, Log: slog.New(slog.NewJSONHandler(w.log, nil)),
	})
	if err != nil {
		w.Fatal(err)
	}
	if w.companion != nil {
		host.Accompany(w.companion)
	}
	w.Host = host
	w.Cleanup(func() {
		if err := host.Close(); err != nil {
			w.Error(err)
		}
	})
}

func (w *world) functions() []app.Function {
	all := []app.Function{
		{Name: "order-api", Doc: "Orders.", HTTP: w.routes, Uses: app.Uses{Table: app.ReadWrite, Sends: app.Topics(jobs), Mail: true}},
		{
			Name: "job-worker", Doc: "Does jobs.",
			Consumes: app.Consume(jobs, func(ctx context.Context, d app.Deps, _ ident.Company, j job) error {
				w.diary.note("%s %s", d.Now().Format(time.TimeOnly), j.Name)
				if w.job == nil {
					return nil
				}
				return w.job(ctx, j.Name)
			}, app.Batch(10)),
		},
		{
			Name: "mail-event", Doc: "Hears of mails.",
			On: &app.Subscription{Source: "aws.ses", DetailTypes: []string{"Email Sent", "Email Delivered", "Email Bounced"}, Handle: func(_ context.Context, _ app.Deps, e event.Bridge) error {
				w.diary.note("%s", e.DetailType)
				if w.reported == nil {
					return nil
				}
				return w.reported(e)
			}},
		},
		{
			Name: "mail-received", Doc: "Reads mails that come in.", Uses: app.Uses{Inbox: true},
			On: &app.Subscription{Source: blob.Source, DetailTypes: []string{blob.Created}, Handle: func(ctx context.Context, d app.Deps, e event.Bridge) error {
				n, err := blob.Noticed(e)
				if err != nil {
					return err
				}
				raw, err := d.Inbox.Read(ctx, n.Object.Key, 1<<20)
				w.diary.note("%d bytes, %d at most: %.14s", len(raw), n.Object.Size, raw)
				return err
			}},
		},
		app.Sweep,
	}
	for name, expression := range w.schedules {
		all = append(all, app.Function{Name: name, Doc: "Ticks.", Every: app.Every(expression, func(ctx context.Context, d app.Deps) error {
			w.diary.note("%s %s", d.Now().Format(time.DateTime), name)
			if w.tick == nil {
				return nil
			}
			return w.tick(ctx, d, name)
		})})
	}
	return all
}

type orderInput struct{ Body order }

type orderID struct {
	ID string `path:"id"`
}

type seen struct {
	Call   event.Call `json:"call"`
	Caller string     `json:"caller"`
}

type letter struct {
	Body struct {
		To string `json:"to"`
	}
}

func (w *world) routes(api huma.API, d app.Deps) {
	web.Post(api, "/v1/orders", web.Can(access.LeadWrite), web.Route{ID: "order", Tag: "Orders", MaxBody: 5 << 20}, func(ctx context.Context, in *orderInput) (*web.Empty, error) {
		op := orders.Create(table.In(harbour, "order", d.NewID()).At(), in.Body)
		for _, name := range in.Body.Jobs {
			op = op.Emit(jobs.At(in.Body.At, harbour, job{name}))
		}
		return &web.Empty{}, d.Commit(ctx, op)
	})
	web.Get(api, "/v1/orders/{id}", web.Can(access.LeadRead), web.Route{ID: "getOrder", Tag: "Orders"}, func(ctx context.Context, in *orderID) (*web.Reply[seen], error) {
		w.diary.note("order %s", in.ID)
		if w.get != nil {
			if err := w.get(ctx); err != nil {
				return nil, err
			}
		}
		return web.OK(seen{event.CallOf(ctx), string(access.From(ctx).User)}), nil
	})
	web.Post(api, "/v1/letters", web.Public("a test"), web.Route{ID: "letter", Tag: "Orders"}, func(ctx context.Context, in *letter) (*web.Empty, error) {
		_, err := d.Mail.Send(ctx, mail.Message{
			SendID: d.NewID(), Company: harbour.ID(), Kind: "letter", From: d.Site.From, To: in.Body.To, Subject: "Hello", Text: "Hello.", HTML: "<p>Hello.</p>",
		})
		return &web.Empty{}, err
	})
}

const email = "ann@harbour.example"

// user writes a user who may order, and returns a token.
func (w *world) user() string {
	w.Helper()
	d := w.Deps()
	subject, err := d.Identity.Invite(w.Context(), identity.Person{Email: email})
	if err != nil {
		w.Fatal(err)
	}
	err = d.Table.Write(w.Context(),
		access.Users.Overwrite(access.UserKey(harbour, "u1"), access.User{ID: "u1", Subject: subject, First: "Ann", Email: email}),
		access.Subjects.Overwrite(access.SubjectKey(subject), access.Subject{Company: harbour.ID(), User: "u1"}),
		access.RoleRecords.Overwrite(access.RoleKey(harbour, "r1"), access.RoleRecord{
			ID: "r1", Role: access.ManageLeads, Members: []access.Member{{User: "u1"}}, Yards: []string{"sydney"},
		}))
	if err != nil {
		w.Fatal(err)
	}
	return w.token()
}

// token signs the user in.
func (w *world) token() string {
	w.Helper()
	var answer struct{ Token string }
	w.want(200, "POST", "/_local/token", `{"email":"`+email+`"}`).into(w.T, &answer)
	return answer.Token
}

// order sends jobs through the interface.
func (w *world) order(o order) {
	w.Helper()
	body, err := json.Marshal(o)
	if err != nil {
		w.Fatal(err)
	}
	w.want(204, "POST", "/v1/orders", string(body), "Authorization: Bearer "+w.user())
}

// now orders jobs to be done at once.
func (w *world) now(names ...string) {
	w.Helper()
	w.order(order{Jobs: names})
}

// drain waits until nothing is left to do now.
func (w *world) drain() localhost.Drained {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), 20*time.Second)
	defer cancel()
	drained, err := w.Drain(ctx)
	if err != nil || !drained.Drained {
		w.Fatalf("%+v, %v\n%s", drained, err, w.log)
	}
	return drained
}

// advance moves the application clock.
func (w *world) advance(by time.Duration) {
	w.Helper()
	if err := w.Advance(w.Context(), w.Clock.Now().Add(by)); err != nil {
		w.Fatalf("%v\n%s", err, w.log)
	}
}

// noted is what the diary has to say now.
func (w *world) noted(want ...string) {
	w.Helper()
	if got := w.diary.read(); !slices.Equal(got, want) {
		w.Errorf("the functions saw\n%q, want\n%q", got, want)
	}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// ask sends a request to the gateway. A header is written as Name: value.
func (w *world) ask(method, target string, body io.Reader, headers ...string) answer {
	w.Helper()
	r := httptest.NewRequestWithContext(w.Context(), method, target, body)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Add(name, value)
	}
	recorder := httptest.NewRecorder()
	w.Handler().ServeHTTP(recorder, r)
	return answer{recorder.Code, recorder.Header(), recorder.Body.String()}
}

// want is ask for an answer with the status; any other ends the test.
func (w *world) want(status int, method, target, body string, headers ...string) answer {
	w.Helper()
	a := w.ask(method, target, strings.NewReader(body), headers...)
	if a.status != status {
		w.Fatalf("%s %s %s: %d, want %d: %s\n%s", method, target, body, a.status, status, a.body, w.log)
	}
	return a
}

// logbook is a log that may be read while it is written.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// count is how many lines of the log contain all texts.
func (l *logbook) count(texts ...string) (n int) {
	for line := range strings.Lines(l.String()) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			n++
		}
	}
	return n
}
