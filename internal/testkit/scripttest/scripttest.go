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
	"fmt"
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
	testscript.Run(t, params(dir, servers, World{}))
}

// World is what a script has to know about where it runs. The zero World is local mode.
type World struct {
	// Gateway says that API Gateway stands before the program: what it refuses itself has its own short body in place of a
	// problem document (see the command problem), and the condition [gateway] holds.
	Gateway bool
	// Propagation is how long a change of roles may take until every function knows it.
	Propagation time.Duration
}

// RunFiles runs the given scripts as subtests, in a world of their own.
func RunFiles(t *testing.T, files []string, servers Servers, world World) {
	t.Helper()
	p := params("", servers, world)
	p.Files = files
	testscript.Run(t, p)
}

func params(dir string, servers Servers, world World) testscript.Params {
	return testscript.Params{
		Dir: dir,
		Condition: func(name string) (bool, error) {
			if name == "gateway" {
				return world.Gateway, nil
			}
			return false, fmt.Errorf("there is no condition %s", name)
		},
		Cmds:                commands(),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			story := &story{
				tb: env.T().(testing.TB), folder: env.WorkDir + "/data", servers: servers, world: world,
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
	world   World
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
