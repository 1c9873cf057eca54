package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
)

// settings are the flags of a server.
type settings struct {
	addr, partnerAddr, partnerURL string
	appURL                        string
	data, seed, listings          string
	hooks                         string
	log                           string
	logTo                         io.Writer // nil: standard error
}

func (s *settings) flags(command string) *flag.FlagSet {
	f := flag.NewFlagSet(command, flag.ContinueOnError)
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` of the HTTPS interface")
	f.StringVar(&s.partnerAddr, "partner-addr", "127.0.0.1:8081", "`address` of the partner simulator")
	f.StringVar(&s.partnerURL, "partner", "", "base `URL` of a partner that runs elsewhere; then no simulator is started")
	f.StringVar(&s.data, "data", ".winback", "data `folder`: the database, the outgoing mail, the keys")
	f.StringVar(&s.seed, "seed", "demo", "what a fresh data folder is filled with: demo or none")
	f.StringVar(&s.appURL, "app", "", "base `URL` of a front end; mails then have a button into it")
	f.StringVar(&s.listings, "listings", "", "listing feed for the partner simulator: a `file`, CSV or JSON, optionally gzip")
	f.StringVar(&s.hooks, "hooks", "", "`addresses` (host:port, commas between them) that webhooks may go to on this machine, besides the simulator")
	f.StringVar(&s.log, "log", "warn", "least `level` of log lines on standard error: debug, info, warn or error")
	return f
}

// check finds what the flags alone show to be wrong.
func (s *settings) check() error {
	if s.seed != "demo" && s.seed != "none" {
		return fmt.Errorf("-seed %s: there is demo and none", s.seed)
	}
	if s.partnerURL == "" {
		return nil
	}
	s.partnerURL = strings.TrimSuffix(s.partnerURL, "/")
	if u, err := url.Parse(s.partnerURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("-partner %s: want a base URL such as http://127.0.0.1:8081", s.partnerURL)
	}
	if s.listings != "" {
		return fmt.Errorf("-listings is for the simulator of this process; give it to the partner at %s", s.partnerURL)
	}
	return nil
}

// logger writes lines of JSON, from a level on.
func (s *settings) logger() (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(s.log)); err != nil {
		return nil, fmt.Errorf("-log %s: there is debug, info, warn and error", s.log)
	}
	to := s.logTo
	if to == nil {
		to = os.Stderr
	}
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: least})), nil
}
