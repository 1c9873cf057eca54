package functions_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

// stage is a whole Winback in this process, gateway, authorizer and codec included, with three companies on one data
// folder, and everything it says is looked through for what belongs to somebody else.
//
// Its queues and schedules stand still except in run, so that a request changes what it changes itself and nothing else.
type stage struct {
	dir     string
	wall    ticking
	host    *localhost.Host
	handler http.Handler
	log     lockedLog
	partner *partnerOfAll
	hooks   *httptest.Server // of dealers' management systems
	dealers []*dealer        // the first is the victim, the second attacks, the third is what everybody might stumble over
	secrets []string         // tokens of users and of webhooks
	watch   leaks

	requests atomic.Int64
	mu       sync.Mutex
	counts   map[string]int // what was tried, by kind of attack
	messages map[string]int // by company
}

// ticking is a wall clock that stands still but for a microsecond at each look.
type ticking struct{ nanos atomic.Int64 }

func (c *ticking) Now() time.Time { return time.Unix(0, c.nanos.Add(1000)).UTC() }

// lockedLog is a log that may be read while it is written.
type lockedLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), counts: map[string]int{}, messages: map[string]int{}}
	s.wall.nanos.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano())
	s.partner = newPartnerOfAll(s.wall.Now)
	s.hooks = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.hooks.Close)
	s.partner.ping = func(url string) {
		s.ask(t, nil, "POST", hookPath(url), `{"event":"ping","region":"au"}`)
	}
	s.open(t)
	t.Cleanup(func() {
		if err := s.host.Close(); err != nil {
			t.Error(err)
		}
	})
	s.run(t, func() { s.seed(t) })
	s.learn(t)
	return s
}

// hooked lets webhooks go to the dealers' management systems, which are on this machine.
func (s *stage) hooked() webhook.Options {
	return webhook.Options{Local: []string{s.hooks.Listener.Addr().String()}}
}

// open starts the host, for the first time or again.
func (s *stage) open(t *testing.T) {
	t.Helper()
	host, err := localhost.Open(localhost.Options{
		Dir: s.dir, BaseURL: "https://api.winback.example", AppURL: "https://winback.example", Functions: s.overheard(functions.All(s.partner.dial, s.partner.value, autograb.ParsePush, s.hooked())),
		Wall: s.wall.Now, Log: slog.New(slog.NewJSONHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.host, s.handler = host, host.Handler()
}

// run lets queues and schedules run while do is at work, until nothing is left to do.
func (s *stage) run(t *testing.T, do func()) {
	t.Helper()
	s.host.Start()
	s.host.Ready()
	do()
	s.advance(t, 5*time.Minute)
	s.reopen(t)
}

// advance moves the application clock, and does all that becomes due.
func (s *stage) advance(t *testing.T, by time.Duration) {
	t.Helper()
	s.want(t, 200, nil, "POST", "/_local/clock", fmt.Sprintf(`{"advance":%q}`, by))
	s.want(t, 200, nil, "POST", "/_local/drain", `{}`)
}

func (s *stage) reopen(t *testing.T) {
	t.Helper()
	if err := s.host.Close(); err != nil {
		t.Fatal(err)
	}
	s.open(t)
}

// items is all that is stored, read from the folder as `local inspect` does.
func (s *stage) items(t *testing.T) []table.Item {
	t.Helper()
	if err := s.host.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := pebbledb.Open(pebbledb.Options{Dir: s.dir})
	if err != nil {
		t.Fatal(err)
	}
	var all []table.Item
	err = pebbletable.New(db, s.wall.Now).Each(t.Context(), "", func(item table.Item) error {
		item.Body = bytes.Clone(item.Body)
		all = append(all, item)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s.open(t)
	return all
}

// overheard are the functions with somebody listening to every message that they send and receive.
func (s *stage) overheard(all []app.Function) []app.Function {
	for i, f := range all {
		if routes := f.HTTP; routes != nil {
			all[i].HTTP = func(api huma.API, d app.Deps) {
				d.Queue = tap{d.Queue, s}
				routes(api, d)
			}
		}
		if f.Consumes != nil {
			consumer := *f.Consumes
			consumer.Handle = func(ctx context.Context, d app.Deps, body []byte) error {
				s.overhear(body)
				d.Queue = tap{d.Queue, s}
				return f.Consumes.Handle(ctx, d, body)
			}
			all[i].Consumes = &consumer
		}
	}
	return all
}

// tap is a sender that the stage listens to.
type tap struct {
	queue.Sender
	stage *stage
}

func (q tap) Send(ctx context.Context, messages []queue.Outgoing) error {
	for _, m := range messages {
		q.stage.overhear(m.Body)
	}
	return q.Sender.Send(ctx, messages)
}

// overhear looks through a message: it names its company, and holds nothing but ids of that company.
func (s *stage) overhear(body []byte) {
	var envelope struct{ Company string }
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Company == "" {
		s.watch.report("a message without a company: %s", body)
	}
	s.mu.Lock()
	s.messages[envelope.Company]++
	s.mu.Unlock()
	s.watch.personal("a message", string(body))
	s.watch.foreign(envelope.Company, "a message of "+envelope.Company, string(body), "")
}

// sent is how many messages were sent or received so far.
func (s *stage) sent() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		n += m
	}
	return n
}

// tried counts an attack.
func (s *stage) tried(attack string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[attack]++
}

// reply is what came back, and whether the request has written anything.
type reply struct {
	status int
	header http.Header
	body   string
	wrote  bool
}

// ask sends a request as somebody, or as nobody. A header is written as Name: value. Whatever comes back holds nothing that
// belongs to another company, and is no failure of ours.
func (s *stage) ask(t *testing.T, who *person, method, path, body string, headers ...string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
		if !strings.HasPrefix(body, "{") {
			r.Header.Set("Content-Type", "text/csv")
		}
	}
	home := ""
	if who != nil {
		home = who.home.co.ID()
		r.Header.Set("Authorization", "Bearer "+who.token)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		r.Header.Set(name, value)
	}
	before := s.host.Deps().Table.Usage().WriteUnits
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, r)
	s.requests.Add(1)
	a := reply{recorder.Code, recorder.Header(), recorder.Body.String(), s.host.Deps().Table.Usage().WriteUnits != before}
	if strings.HasPrefix(path, "/_local/") {
		return a
	}
	if a.status >= 500 {
		t.Errorf("%s %s as %v: %d %s", method, path, who, a.status, a.body)
	}
	s.watch.foreign(home, fmt.Sprintf("the answer to %s %s as %v", method, path, who), a.all(), path+" "+body)
	return a
}

// want is ask for an answer with the status; any other ends the test.
func (s *stage) want(t *testing.T, status int, who *person, method, path, body string, headers ...string) reply {
	t.Helper()
	a := s.ask(t, who, method, path, body, headers...)
	if a.status != status {
		t.Fatalf("%s %s %s as %v: %d, want %d: %s", method, path, body, who, a.status, status, a.body)
	}
	return a
}

func (a reply) all() string {
	var b strings.Builder
	_ = a.header.Write(&b)
	return b.String() + a.body
}

func (a reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

func (a reply) id(t *testing.T) string {
	t.Helper()
	var made struct{ ID, Batch string }
	a.into(t, &made)
	if made.ID+made.Batch == "" {
		t.Fatalf("no id in %s", a.body)
	}
	return made.ID + made.Batch
}

// page is the ids of a list's items and its cursor.
func (a reply) page(t *testing.T) (ids []string, next string) {
	t.Helper()
	var page struct {
		Items []struct{ ID string }
		Next  string
	}
	a.into(t, &page)
	for _, item := range page.Items {
		ids = append(ids, item.ID)
	}
	return ids, page.Next
}
