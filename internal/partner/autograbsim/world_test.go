package autograbsim_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

// world is a simulator with a clock of its own and somebody who listens to its pushes.
type world struct {
	t      *testing.T
	sim    *autograbsim.Simulator
	server *httptest.Server
	dir    string

	mu     sync.Mutex
	now    time.Time
	ids    int
	pushed []pushed
	answer func(pushed) int // the listener's status; nil: 204
	hook   *httptest.Server
}

type pushed struct {
	path string
	body string
}

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// newWorld opens a simulator in dir, in memory where dir is empty.
func newWorld(t *testing.T, dir string) *world {
	t.Helper()
	w := &world{t: t, dir: dir, now: start}
	w.hook = httptest.NewServer(http.HandlerFunc(w.listen))
	t.Cleanup(w.hook.Close)
	w.open()
	t.Cleanup(w.close)
	return w
}

func (w *world) open() {
	w.t.Helper()
	sim, err := autograbsim.Open(autograbsim.Options{Dir: w.dir, Now: w.clock, NewID: w.newID})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sim, w.server = sim, httptest.NewServer(sim.Handler())
}

func (w *world) close() {
	w.server.Close()
	if err := w.sim.Close(); err != nil {
		w.t.Error(err)
	}
}

// reopen is what a restart does.
func (w *world) reopen() {
	w.t.Helper()
	w.close()
	w.open()
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("id-%d", w.ids)
}

func (w *world) listen(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	p := pushed{r.URL.Path, string(body)}
	w.pushed = append(w.pushed, p)
	status := http.StatusNoContent
	if w.answer != nil {
		status = w.answer(p)
	}
	rw.WriteHeader(status)
}

// pushes returns what came since the last call.
func (w *world) pushes() []pushed {
	w.mu.Lock()
	defer w.mu.Unlock()
	since := w.pushed
	w.pushed = nil
	return since
}

func (w *world) advance(by time.Duration) {
	w.mu.Lock()
	w.now = w.now.Add(by)
	w.mu.Unlock()
}

// work lets by pass and everything happen that is due then.
func (w *world) work(by time.Duration) {
	w.t.Helper()
	w.advance(by)
	if err := w.sim.Work(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// settle works until nothing is pending, however late it is due.
func (w *world) settle() {
	w.t.Helper()
	for {
		w.work(0)
		next, ok := w.sim.Next(w.t.Context())
		if !ok {
			return
		}
		w.advance(next.Sub(w.clock()))
	}
}

const apiKey = "sec_harbour"

// ask calls a path with a key and returns status and body.
func (w *world) ask(key, method, path, body string) (int, string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("ApiKey", key)
	request.Header.Set("Content-Type", "application/json")
	response, err := w.server.Client().Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// must is ask for calls that succeed; it decodes the answer.
func (w *world) must(method, path, body string) map[string]any {
	w.t.Helper()
	status, text := w.ask(apiKey, method, path, body)
	if status < 200 || status > 299 {
		w.t.Fatalf("%s %s = %d %s", method, path, status, text)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		w.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
	return answer
}

func (w *world) register(key, path string) string {
	w.t.Helper()
	body := fmt.Sprintf(`{"name":"hook","region":"au","format":"json","endpoint":%q,"events":["ping","recapture_new","recapture_price_change","recapture_delist"]}`, w.hook.URL+path)
	status, text := w.ask(key, "POST", "/v2/webhooks?region=au", body)
	if status != http.StatusCreated {
		w.t.Fatalf("register = %d %s", status, text)
	}
	var hook struct{ ID string }
	if err := json.Unmarshal([]byte(text), &hook); err != nil {
		w.t.Fatal(err)
	}
	return hook.ID
}

// upload queues customers, given as JSON objects, and returns the list's id.
func (w *world) upload(customers ...string) string {
	w.t.Helper()
	return w.must("POST", "/v2/recapture/upload?region=au",
		`{"name":"list","enable_rego_lookups":true,"customers":[`+strings.Join(customers, ",")+`]}`)["id"].(string)
}

func (w *world) load(feed string) autograbsim.Loaded {
	w.t.Helper()
	loaded, err := w.sim.LoadListings(w.t.Context(), strings.NewReader(feed), "")
	if err != nil {
		w.t.Fatal(err)
	}
	return loaded
}

// figure reads a number of GET /_sim/calls.
func (w *world) figure(name string) int {
	w.t.Helper()
	value, ok := w.must("GET", "/_sim/calls", "")[name].(float64)
	if !ok {
		w.t.Fatalf("/_sim/calls has no figure %q", name)
	}
	return int(value)
}
