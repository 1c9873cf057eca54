package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
	_ "time/tzdata" // local days of companies need no zone files on the machine

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/local/localhost"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/partner/autograbsim"
)

// settings are the flags of a server.
type settings struct {
	addr, partnerAddr, partnerURL string
	data, seed, listings, log     string
}

func (s *settings) flags(command string) *flag.FlagSet {
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "address of the HTTPS interface")
	f.StringVar(&s.partnerAddr, "partner-addr", "127.0.0.1:8081", "address of the partner simulator")
	f.StringVar(&s.partnerURL, "partner", "", "base URL of a partner that runs elsewhere; then no simulator is started")
	f.StringVar(&s.data, "data", ".winback", "data folder: the database, the outgoing mail, the keys")
	f.StringVar(&s.seed, "seed", "demo", "what a fresh data folder is filled with: demo or none")
	f.StringVar(&s.listings, "listings", "", "listing feed for the partner simulator (CSV, optionally gzip)")
	f.StringVar(&s.log, "log", "warn", "least level of log lines on standard error: debug, info, warn or error")
	return f
}

// serve runs everything until the context ends.
func serve(ctx context.Context, args []string) error {
	var s settings
	if err := s.flags("local").Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	server, err := start(ctx, s)
	if err != nil {
		return err
	}
	server.greet(os.Stdout)
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
	simulator *autograbsim.Simulator
	waiting   []net.Listener
	listeners []*http.Server
	failed    chan error
}

// start opens the data folder, begins to listen, fills a fresh folder and lets everything run.
func start(ctx context.Context, s settings) (_ *server, err error) {
	log, err := logger(s.log)
	if err != nil {
		return nil, err
	}
	if s.seed != "demo" && s.seed != "none" {
		return nil, fmt.Errorf("-seed %s: there is demo and none", s.seed)
	}
	w := &server{settings: s, failed: make(chan error, 2)}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	front, err := net.Listen("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	w.waiting = append(w.waiting, front)
	var back net.Listener
	if w.partnerURL == "" {
		if back, err = net.Listen("tcp", s.partnerAddr); err != nil {
			return nil, err
		}
		w.waiting = append(w.waiting, back)
		w.partnerURL = "http://" + back.Addr().String()
	}
	dial := autograb.Dial(autograb.Options{BaseURL: w.partnerURL})
	w.host, err = localhost.Open(localhost.Options{
		Dir: s.data, BaseURL: "http://" + front.Addr().String(), Functions: functions.All(dial, autograb.ParsePush), Wall: time.Now, Log: log,
	})
	if err != nil {
		return nil, err
	}
	if back != nil {
		if err = w.openSimulator(ctx, log); err != nil {
			return nil, err
		}
		w.listen(back, w.simulator.Handler())
		w.host.Accompany(w.simulator)
	}
	w.listen(front, w.host.Handler())
	w.host.Start()
	if s.seed == "demo" {
		err = seed(ctx, w.host.Deps(), dial)
	}
	return w, err
}

// openSimulator makes the partner simulator of this process, which lives by the application clock.
func (w *server) openSimulator(ctx context.Context, log *slog.Logger) (err error) {
	deps := w.host.Deps()
	w.simulator, err = autograbsim.Open(autograbsim.Options{Dir: filepath.Join(w.data, "partner"), Now: deps.Now, NewID: deps.NewID, Log: log})
	if err != nil || w.listings == "" {
		return err
	}
	feed, err := os.Open(w.listings)
	if err != nil {
		return err
	}
	defer feed.Close()
	_, err = w.simulator.LoadListings(ctx, feed, filepath.Base(w.listings))
	return err
}

// listen serves a handler until close.
func (w *server) listen(on net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	w.listeners = append(w.listeners, server)
	go func() {
		if err := server.Serve(on); !errors.Is(err, http.ErrServerClosed) {
			w.failed <- err
		}
	}()
}

// patience is how long close waits for requests under way.
const patience = 5 * time.Second

func (w *server) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var all error
	for _, server := range w.listeners {
		all = errors.Join(all, server.Shutdown(ctx))
	}
	for _, listener := range w.waiting {
		listener.Close() // those that were served are closed already
	}
	if w.host != nil {
		all = errors.Join(all, w.host.Close())
	}
	if w.simulator != nil {
		all = errors.Join(all, w.simulator.Close())
	}
	return all
}

// greet says where everything is.
func (w *server) greet(out io.Writer) {
	base := w.host.Deps().Site.BaseURL
	fmt.Fprintf(out, `Winback is ready.

  interface   %[1]s        reference: %[1]s/docs
  partner     %[2]s        (%[3]s)
  data        %[4]s
  outbox      %[1]s/_local/outbox

Get a token:  curl -s %[1]s/_local/token -d '{"email": "manager@harbour.example"}'
Stop with Ctrl-C; nothing is lost.
`, base, w.partnerURL, map[bool]string{true: "simulator", false: "not ours"}[w.simulator != nil], w.data)
}

func logger(level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("-log %s: there is debug, info, warn and error", level)
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: least})), nil
}
