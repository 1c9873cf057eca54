package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// small are the settings of a server that is gone with its test.
func small(t *testing.T) settings {
	return settings{addr: "127.0.0.1:0", partnerAddr: "127.0.0.1:0", data: filepath.Join(t.TempDir(), "data"), seed: "demo", log: "error"}
}

// up starts a server; its log is empty at the end.
func up(t *testing.T, s settings) (*server, client) {
	t.Helper()
	log := new(lockedBuffer)
	s.logTo = log
	w, err := start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.close(); err != nil {
			t.Error(err)
		}
		if log.String() != "" {
			t.Errorf("the log says\n%s", log)
		}
	})
	return w, client{base: w.host.Deps().Site.BaseURL}
}

func TestTheDemoDataLetEveryoneSignIn(t *testing.T) {
	w, anonymous := up(t, small(t))
	for _, email := range []string{
		"admin@harbour.example", "manager@harbour.example", "sales1@harbour.example", "sales2@harbour.example",
		"admin@nordlicht.example", "manager@nordlicht.example", "sales1@nordlicht.example",
	} {
		user, err := anonymous.signIn(t.Context(), email)
		if err != nil {
			t.Fatal(err)
		}
		var me struct{ Email string }
		if err := user.get(t.Context(), "/v1/me", &me); err != nil || me.Email != email {
			t.Errorf("%s is %+v, %v", email, me, err)
		}
	}
	var out bytes.Buffer
	w.greet(&out)
	for _, want := range []string{"Winback is ready.\n", anonymous.base + "/docs\n", anonymous.base + "/_local/outbox\n", w.partnerURL + " (simulator)\n", w.data + "\n", "manager@harbour.example", "Ctrl-C"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the greeting lacks %q:\n%s", want, out.String())
		}
	}
}

func TestWithoutASeedThereIsNobody(t *testing.T) {
	s := small(t)
	s.seed = "none"
	w, anonymous := up(t, s)
	if _, err := anonymous.signIn(t.Context(), "manager@harbour.example"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("the manager signs in: %v", err)
	}
	var out bytes.Buffer
	if w.greet(&out); strings.Contains(out.String(), "harbour.example") {
		t.Errorf("the greeting names users:\n%s", out.String())
	}
}

func TestAListingFeedIsLoadedOnce(t *testing.T) {
	s := small(t)
	s.seed, s.listings = "none", filepath.Join(t.TempDir(), "feed.csv.gz")
	var feed bytes.Buffer
	plain := "VIN,Price,Make\nWVWZZZAWZLY012345,20000,VW\n,1,VW\n"
	zip := gzip.NewWriter(&feed)
	zip.Write([]byte(plain))
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.listings, feed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // at the second start its rows are known
		w, err := start(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		var loaded struct{ Rows, Skipped, Known int }
		err = client{base: w.partnerURL}.call(t.Context(), http.MethodPost, "/_sim/listings?name=feed.csv.gz", "text/csv", strings.NewReader(plain), &loaded)
		if err != nil || loaded.Rows != 2 || loaded.Known != 1 || loaded.Skipped != 1 {
			t.Errorf("%+v, %v, want one row that is known", loaded, err)
		}
		if err := w.close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAPartnerElsewhereIsUsed(t *testing.T) {
	elsewhere, _ := up(t, small(t))
	s := small(t)
	s.partnerURL = elsewhere.partnerURL + "/"
	w, anonymous := up(t, s)
	manager, err := anonymous.signIn(t.Context(), "admin@harbour.example")
	if err != nil {
		t.Fatal(err)
	}
	var connections struct{ Items []struct{ ID string } }
	if err := manager.get(t.Context(), "/v1/connections", &connections); err != nil || len(connections.Items) != 1 {
		t.Fatalf("%+v, %v", connections, err)
	}
	// A ping goes there, and comes back from there.
	if err := manager.post(t.Context(), "/v1/connections/"+connections.Items[0].ID+"/test", nil, nil); err != nil {
		t.Error(err)
	}
	var out bytes.Buffer
	if w.greet(&out); w.simulator != nil || !strings.Contains(out.String(), elsewhere.partnerURL+" (runs elsewhere)") {
		t.Errorf("the greeting:\n%s", out.String())
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	running, _ := up(t, small(t))
	taken := strings.TrimPrefix(running.host.Deps().Site.BaseURL, "http://")
	broken := filepath.Join(t.TempDir(), "feed.csv.gz")
	if err := os.WriteFile(broken, []byte("\x1f\x8b and no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		command, flags string
		want           string
	}{
		"an unknown command":         {"", "sevre", `"sevre" is neither a command nor a flag`},
		"an unknown flag":            {"", "-adr x", "flag provided but not defined: -adr; local -h lists the flags"},
		"an unknown seed":            {"", "-seed huge", "-seed huge: there is demo and none"},
		"an unknown level":           {"", "-log loud", "-log loud: there is debug"},
		"an address that is taken":   {"", "-addr " + taken, "somebody listens on " + taken + " already, perhaps another Winback; stop it, or choose another address with -addr (make: ADDR=…)"},
		"the partner's is taken":     {"", "-partner-addr " + taken, "choose another address with -partner-addr (make: PARTNER_ADDR=…)"},
		"an address that is none":    {"", "-addr nonsense", "-addr: listen tcp: address nonsense"},
		"a folder that is in use":    {"", "-data " + running.data, "another Winback is running on the data folder " + running.data},
		"a partner that is none":     {"", "-partner here", "-partner here: want a base URL"},
		"listings for somebody else": {"", "-partner http://127.0.0.1:1 -listings " + broken, "give it to the partner at http://127.0.0.1:1"},
		"no such feed":               {"", "-listings no-such.csv", "-listings no-such.csv: open no-such.csv: no such file"},
		"a broken feed":              {"", "-listings " + broken, "not valid gzip"},
		"the partner's broken feed":  {"partner", "-listings " + broken, "not valid gzip"},
		"nothing to inspect":         {"inspect", "", "is no data folder of Winback"},
	} {
		// Of a flag that is given twice the second one counts, so these are for what the case leaves open.
		args := []string{"-data", filepath.Join(t.TempDir(), "data")}
		if test.command != "inspect" {
			args = append(args, "-partner-addr", "127.0.0.1:0")
		}
		if test.command == "" {
			args = append(args, "-addr", "127.0.0.1:0")
		} else {
			args = append([]string{test.command}, args...)
		}
		var out, log bytes.Buffer
		err := run(t.Context(), console{&out, &log}, append(args, strings.Fields(test.flags)...))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want it to say %q", name, err, test.want)
		}
	}
}

func TestAnAddressForAllIsReachedAsLocalhost(t *testing.T) {
	s := small(t)
	s.addr, s.seed = ":0", "none"
	_, anonymous := up(t, s)
	if !strings.HasPrefix(anonymous.base, "http://localhost:") {
		t.Fatal(anonymous.base)
	}
	if err := anonymous.get(t.Context(), "/_local/health", nil); err != nil {
		t.Error(err)
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	for _, command := range []string{"", "serve", "demo", "partner", "inspect", "document"} {
		var out, log bytes.Buffer
		args := append(strings.Fields(command), "-h")
		if err := run(t.Context(), console{&out, &log}, args); err != nil || !strings.HasPrefix(out.String(), "Flags of local") || log.Len() > 0 {
			t.Errorf("%q: %v\n%s%s", command, err, out.String(), log.String())
		}
	}
}

func TestAnInterruptionBeforeAllIsReadyIsNoFailure(t *testing.T) {
	s := small(t)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	var out, log bytes.Buffer
	if err := run(ctx, console{&out, &log}, []string{"-addr", s.addr, "-partner-addr", s.partnerAddr, "-data", s.data}); err != nil || strings.Contains(log.String(), "ERROR") {
		t.Errorf("%v\n%s", err, log.String())
	}
	// What was interrupted goes on.
	up(t, s)
}

func TestASignalEndsTheProcessInGoodOrder(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		for name, args := range map[string][]string{
			"everything":  {"-addr", free(t), "-partner-addr", free(t), "-data", filepath.Join(t.TempDir(), "data"), "-log", "warn"},
			"the partner": {"partner", "-partner-addr", free(t), "-data", filepath.Join(t.TempDir(), "data"), "-log", "warn"},
		} {
			p := spawn(t, args...)
			if err := p.command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			select {
			case <-p.ended:
			case <-time.After(20 * time.Second):
				t.Fatalf("%s does not end:\n%s", name, p.log)
			}
			if code := p.command.ProcessState.ExitCode(); code != 0 {
				t.Errorf("%s after %v: exit code %d", name, signal, code)
			}
			if strings.Contains(p.log.String(), `"level"`) || strings.Contains(p.log.String(), "winback:") {
				t.Errorf("%s after %v complains:\n%s", name, signal, p.log)
			}
		}
	}
}

func TestTheDatabaseCanBeLookedInto(t *testing.T) {
	s := small(t)
	w, err := start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), console{new(bytes.Buffer), nil}, []string{"inspect", "-data", s.data}); !errs.Is(err, errs.Conflict) {
		t.Errorf("while it is served: %v", err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), console{&out, nil}, []string{"inspect", "-data", s.data, "-partition", "harbour-motors#lead"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) < 16 || !strings.HasPrefix(lines[0], "harbour-motors#lead") || !strings.Contains(lines[0], " v1 | {") {
		t.Errorf("%d lines, the first is %s", len(lines), lines[0])
	}
}

func TestTheInterfaceDescribesItself(t *testing.T) {
	for want, args := range map[string][]string{`"openapi":`: {"document"}, "<!doctype html>": {"document", "-html"}} {
		var out bytes.Buffer
		if err := run(t.Context(), console{&out, nil}, args); err != nil || !strings.Contains(strings.ToLower(out.String()), want) {
			t.Errorf("%q: %v, %.100s", args, err, out.String())
		}
	}
}
