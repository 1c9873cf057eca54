package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // local days of companies need no zone files on the machine

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/partner/dmssim"
	"github.com/winback-auto/winback/internal/platform/webhook"
)

// serve runs everything until the context ends.
func serve(ctx context.Context, c console, args []string) error {
	s := settings{logTo: c.log}
	if err := parse(c, s.flags("local"), args); err != nil {
		return err
	}
	server, err := start(ctx, s)
	if err != nil {
		return err
	}
	server.greet(c.out)
	select {
	case <-ctx.Done():
		return server.close()
	case err := <-server.failed:
		return errors.Join(err, server.close())
	}
}

// server is a running Winback.
type server struct {
	settings
	host      *localhost.Host
	simulator *autograbsim.Simulator // nil: the partner runs elsewhere
	listeners []net.Listener
	servers   []*http.Server
	failed    chan error
}

// start opens the data folder, begins to listen, lets everything run and fills a fresh folder.
func start(ctx context.Context, s settings) (_ *server, err error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	log, err := s.logger()
	if err != nil {
		return nil, err
	}
	w := &server{settings: s, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	front, err := listen("addr", s.addr)
	if err != nil {
		return nil, err
	}
	w.listeners = append(w.listeners, front)
	var back net.Listener
	if w.partnerURL == "" {
		if back, err = listen("partner-addr", s.partnerAddr); err != nil {
			return nil, err
		}
		w.listeners = append(w.listeners, back)
		w.partnerURL = baseURL(back)
	}
	partner := autograb.Options{BaseURL: w.partnerURL}
	dial := autograb.Dial(partner)
	hooks := webhook.Options{Local: strings.Fields(strings.ReplaceAll(s.hooks, ",", " "))}
	if back != nil { // the DMS simulator is there
		hooks.Local = append(hooks.Local, back.Addr().String())
	}
	w.host, err = localhost.Open(localhost.Options{
		Dir: s.data, BaseURL: baseURL(front), AppURL: strings.TrimSuffix(s.appURL, "/"),
		Functions: functions.All(dial, autograb.DialValuer(partner), autograb.ParsePush, hooks), Wall: time.Now, Log: log,
	})
	if err != nil {
		return nil, err
	}
	deps := w.host.Deps()
	if back != nil {
		// The simulator lives by the application clock, so moving it moves the partner, too.
		w.simulator, err = openSimulator(ctx, s.listings, autograbsim.Options{Dir: partnerFolder(s.data), Now: deps.Now, NewID: deps.NewID, Log: log})
		if err != nil {
			return nil, err
		}
		w.serve(back, newServer(dmssim.New(w.partnerURL).Beside(w.simulator.Handler()), log))
		w.host.Accompany(w.simulator)
	}
	w.serve(front, newServer(w.host.Handler(), log))
	w.host.Start()
	if s.seed == "demo" {
		if err := fill(ctx, s.data, deps, dial); err != nil {
			return nil, err
		}
	}
	w.host.Ready()
	return w, nil
}

// serve answers until close.
func (w *server) serve(on net.Listener, server *http.Server) {
	w.servers = append(w.servers, server)
	go func() {
		if err := server.Serve(on); !errors.Is(err, http.ErrServerClosed) {
			w.failed <- err
		}
	}()
}

// close finishes what was begun: the host first, which may need the partner for that.
func (w *server) close() (all error) {
	if w.host != nil {
		all = w.host.Close()
	}
	for _, server := range w.servers {
		shutDown(server)
	}
	for _, listener := range w.listeners {
		listener.Close() // those that were served are closed already
	}
	if w.simulator != nil {
		all = errors.Join(all, w.simulator.Close())
	}
	return all
}

// partnerFolder is the simulator's part of a data folder.
func partnerFolder(data string) string { return filepath.Join(data, "partner") }

// greet says where everything is.
func (w *server) greet(out io.Writer) {
	base := w.host.Deps().Site.BaseURL
	partner := "runs elsewhere"
	if w.simulator != nil {
		partner = "simulator"
	}
	fmt.Fprintf(out, "Winback is ready.\n\n")
	for _, line := range [][2]string{
		{"interface", base}, {"reference", base + "/docs"}, {"outbox", base + "/_local/outbox"}, {"inbox", base + "/_local/inbox"}, {"partner", w.partnerURL + " (" + partner + ")"}, {"data", w.data},
	} {
		fmt.Fprintf(out, "  %-11s%s\n", line[0], line[1])
	}
	if filled(w.data) {
		fmt.Fprintf(out, `
  users      admin, manager, sales1, sales2 @harbour.example
             admin, manager, sales1 @nordlicht.example

For example

  TOKEN=$(curl -s %[1]s/_local/token \
    -d '{"email": "manager@harbour.example"}' | cut -d'"' -f4)
  curl -s %[1]s/v1/recaptures/summary -H "Authorization: Bearer $TOKEN"
`, base)
	}
	fmt.Fprintf(out, "\nStop with Ctrl-C; nothing is lost.\n")
}
