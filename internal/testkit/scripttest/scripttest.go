// Package scripttest tells stories to a running Winback and checks what it answers: scripts of HTTP requests, each a text
// archive that a person can read from top to bottom.
//
//	start
//	as manager@harbour.example
//	http POST /v1/recaptures/uploads cars.csv
//	status 202
//	save BATCH .batch
//	until 10s http GET /v1/recapture-batches/$BATCH json .done true
//
// The engine is testscript (go doc github.com/rogpeppe/go-internal/testscript), so comments, $VARIABLES, files behind the
// script, ! and conditions are its own. The commands added here are in the table of command.go. A script knows only what
// any client knows: the HTTPS interface, the local addresses under /_local, and the partner simulator. Scripts run side by
// side, each with a server and a data folder of its own; a script that fails shows the request, the answer and the line.
package scripttest

import (
	"net/http"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Server is the program under test. It keeps its data folder and its addresses from one Start to the next.
type Server interface {
	// Start starts it, for the first time or again, and returns when it is ready.
	Start() (Addresses, error)
	// Stop ends it in good order.
	Stop() error
	// Kill ends it at once, whatever it is doing; an error where it cannot.
	Kill() error
}

// Addresses are base URLs without a slash at the end.
type Addresses struct {
	Winback string
	Partner string // of the partner simulator
}

// Servers are the ways to run the program, by the name that the command start takes. The one named "" is what start
// without a name means. Each call makes a server on an empty folder; what it does not stop itself ends with tb.
type Servers map[string]func(tb testing.TB, folder string) Server

// answered bounds one request with its answer.
const answered = time.Minute

// Run runs every script of a folder as a subtest.
func Run(t *testing.T, dir string, servers Servers) {
	t.Helper()
	testscript.Run(t, params(dir, servers))
}

func params(dir string, servers Servers) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		Cmds:                commands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			story := &story{
				tb: env.T().(testing.TB), folder: env.WorkDir + "/data", servers: servers,
				client: &http.Client{Timeout: answered, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
				tokens: map[string]string{},
			}
			env.Values[storyKey{}] = story
			env.Defer(story.end)
			return nil
		},
	}
}

type storyKey struct{}

// story is a script under way.
type story struct {
	tb      testing.TB
	folder  string
	servers Servers
	client  *http.Client

	server  Server // nil before start
	running bool
	at      Addresses
	who     string            // who sends requests; empty: nobody
	tokens  map[string]string // by e-mail address
	last    *answer           // to the last request
}

// end stops what still runs.
func (s *story) end() {
	s.client.CloseIdleConnections()
	if !s.running {
		return
	}
	s.running = false
	if err := s.server.Stop(); err != nil {
		s.tb.Errorf("the server does not stop: %v", err)
	}
}
