package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// dummy answers what the scripts of these tests ask.
type dummy struct {
	mortal bool
	broken bool // has a dead letter
	starts int
	server *httptest.Server

	mu    sync.Mutex
	asked int
}

func (d *dummy) Start() (Addresses, error) {
	d.starts++
	mux := http.NewServeMux()
	mux.HandleFunc("/", d.echo)
	mux.HandleFunc("GET /poll", d.poll)
	mux.HandleFunc("GET /plain", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "just text") })
	mux.HandleFunc("/refused", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(422)
		fmt.Fprint(w, `{"type":"/problems/invalid","title":"T","status":422,"detail":"D","instance":"r1","errors":[{"location":"body.a","message":"is bad"},{"location":"body.b","message":"is bad"}]}`)
	})
	mux.HandleFunc("POST /_local/token", d.token)
	mux.HandleFunc("POST /_local/drain", func(w http.ResponseWriter, _ *http.Request) {
		dead := map[string]int{}
		if d.broken {
			dead["jobs"] = 1
		}
		reply(w, map[string]any{"drained": true, "dead": dead})
	})
	mux.HandleFunc("POST /_local/clock", func(w http.ResponseWriter, _ *http.Request) { reply(w, map[string]string{"now": "later"}) })
	mux.HandleFunc("GET /_local/outbox", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"items": []map[string]string{
			{"to": "Ann <ann@mail.example>", "subject": "Seen online", "text": "AUD 5"}, {"to": "bob@mail.example", "subject": "Older"},
		}})
	})
	d.server = httptest.NewServer(mux)
	return Addresses{Winback: d.server.URL, Partner: d.server.URL + "/partner"}, nil
}

func (d *dummy) Stop() error {
	d.server.Close()
	return nil
}

func (d *dummy) Kill() error {
	if !d.mortal {
		return errors.New("is immortal")
	}
	return d.Stop()
}

func reply(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// echo answers with what it was sent.
func (d *dummy) echo(w http.ResponseWriter, r *http.Request) {
	var content io.Reader = r.Body
	if file, _, err := r.FormFile("file"); err == nil {
		content = file
	}
	body, err := io.ReadAll(content)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply(w, map[string]any{
		"method": r.Method, "path": r.URL.RequestURI(), "token": r.Header.Get("Authorization"), "type": r.Header.Get("Content-Type"),
		"x": r.Header.Get("X"), "body": string(body), "bytes": len(body), "starts": d.starts,
	})
}

// poll says done when it is asked for the third time.
func (d *dummy) poll(w http.ResponseWriter, _ *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	reply(w, map[string]any{"done": d.asked >= 3})
}

func (d *dummy) token(w http.ResponseWriter, r *http.Request) {
	var body struct{ Email, TTL string }
	if json.NewDecoder(r.Body).Decode(&body) != nil || !strings.Contains(body.Email, "@") {
		http.Error(w, "who?", http.StatusNotFound)
		return
	}
	reply(w, map[string]string{"token": body.Email + body.TTL})
}

func servers() Servers {
	return Servers{
		"":       func(testing.TB, string) Server { return &dummy{} },
		"mortal": func(testing.TB, string) Server { return &dummy{mortal: true} },
		"broken": func(testing.TB, string) Server { return &dummy{broken: true} },
	}
}

// recorder is the test of a script that is to fail.
type recorder struct {
	*testing.T
	failed bool
	log    strings.Builder
}

func (r *recorder) Run(_ string, do func(testscript.T)) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do(r)
	}()
	<-done
}

func (r *recorder) Parallel()         {}
func (r *recorder) Verbose() bool     { return false }
func (r *recorder) Log(args ...any)   { fmt.Fprintln(&r.log, args...) }
func (r *recorder) FailNow()          { r.failed = true; runtime.Goexit() }
func (r *recorder) Fatal(args ...any) { r.Log(args...); r.FailNow() }

// tell runs a script and returns whether it failed, and what it said.
func tell(t *testing.T, script string) (failed bool, said string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txtar"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &recorder{T: t}
	testscript.RunT(r, params(dir, servers(), World{}))
	return r.failed, r.log.String()
}
