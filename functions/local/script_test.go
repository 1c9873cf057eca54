package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/scripttest"
)

// TestScripts tells the stories of testdata/script to running servers.
func TestScripts(t *testing.T) {
	scripttest.Run(t, "testdata/script", scripttest.Servers{
		"":        inside,
		"process": outside,
	})
}

// TestRequirements tells what users were promised, requirement by requirement: the scripts bear their numbers.
func TestRequirements(t *testing.T) {
	scripttest.Run(t, "testdata/requirements", scripttest.Servers{"": inside})
}

func TestEveryRequirementOfRecaptureHasAScript(t *testing.T) { told(t, "R", 66) }

func TestEveryRequirementOfLeadsHasAScript(t *testing.T) { told(t, "L", 24) }

func TestEveryRequirementOfProspectsHasAScript(t *testing.T) { told(t, "P", 43) }

// The resolutions before C19 are about other features.
func TestEveryResolutionAboutProspectsHasAScript(t *testing.T) { told(t, "C", 24, upTo(18)...) }

// upTo are the numbers from 1 to n.
func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

// told demands that the scripts of a letter speak of each requirement up to the last, but for some.
func told(t *testing.T, letter string, last int, but ...int) {
	t.Helper()
	scripts, err := filepath.Glob("testdata/requirements/" + letter + "*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	told := map[int]string{}
	for _, path := range scripts {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, number := range regexp.MustCompile(`\b`+letter+`(\d+)\b`).FindAllSubmatch(text, -1) {
			n, _ := strconv.Atoi(string(number[1]))
			told[n] = path
		}
	}
	for n := 1; n <= last; n++ {
		if told[n] == "" && !slices.Contains(but, n) {
			t.Errorf("no script speaks of %s%d", letter, n)
		}
	}
}

// within is a server in this process, with its partner simulator.
type within struct {
	tb testing.TB
	settings
	server *server
}

// inside makes a server that is quick to start.
func inside(tb testing.TB, folder string) scripttest.Server {
	return &within{tb: tb, settings: settings{addr: "127.0.0.1:0", partnerAddr: "127.0.0.1:0", data: folder, seed: "demo", log: "error"}}
}

// Start starts it. The addresses of the first start are kept, because the partner knows them by then.
func (w *within) Start() (scripttest.Addresses, error) {
	server, err := start(w.tb.Context(), w.settings)
	for deadline := time.Now().Add(10 * time.Second); errors.Is(err, syscall.EADDRINUSE) && time.Now().Before(deadline); {
		// Something that runs beside this test has the port, and will not have it long.
		server, err = start(w.tb.Context(), w.settings)
	}
	if err != nil {
		return scripttest.Addresses{}, err
	}
	w.server = server
	at := scripttest.Addresses{Winback: server.host.Deps().Site.BaseURL, Partner: server.partnerURL}
	w.addr, w.partnerAddr = at.Winback[len("http://"):], at.Partner[len("http://"):]
	return at, nil
}

// Stop stops it as Ctrl-C does.
func (w *within) Stop() error { return w.server.close() }

// Kill cannot be: it would take the test along.
func (w *within) Kill() error {
	return errors.New("a server inside the test cannot be killed: start process")
}

// apart is a server in a process of its own, with its partner in another.
type apart struct {
	*installation
}

// outside makes a server that can be killed.
func outside(tb testing.TB, folder string) scripttest.Server {
	i := &installation{TB: tb, addr: free(tb), partnerAddr: free(tb), folder: folder}
	i.partner, i.local = client{base: "http://" + i.partnerAddr}, client{base: "http://" + i.addr}
	i.simulator = spawn(tb, "partner", "-partner-addr", i.partnerAddr, "-data", folder+"-partner")
	return &apart{installation: i}
}

// Start starts Winback; the partner runs all the while.
func (a *apart) Start() (scripttest.Addresses, error) {
	a.start()
	return scripttest.Addresses{Winback: a.local.base, Partner: a.partner.base}, nil
}

// Stop and Kill are the same to a process: nothing may depend on a farewell.
func (a *apart) Stop() error { return a.Kill() }

// Kill is kill -9.
func (a *apart) Kill() error {
	a.winback.kill()
	return nil
}
