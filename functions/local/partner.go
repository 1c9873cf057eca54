package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// partnerAlone runs the partner simulator in a process of its own, by the wall clock.
func partnerAlone(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("local partner", flag.ContinueOnError)
	addr := f.String("partner-addr", "127.0.0.1:8081", "address of the simulator")
	data := f.String("data", ".winback", "data folder; the simulator's is partner in it")
	listings := f.String("listings", "", "listing feed (CSV, optionally gzip)")
	level := f.String("log", "warn", "least level of log lines on standard error")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	log, err := logger(*level)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*data, 0o700); err != nil {
		return err
	}
	simulator, err := autograbsim.Open(autograbsim.Options{
		Dir: filepath.Join(*data, "partner"), Now: time.Now, NewID: ident.NewSource(time.Now, rand.Reader), Log: log,
	})
	if err != nil {
		return err
	}
	defer simulator.Close()
	if *listings != "" {
		feed, err := os.Open(*listings)
		if err != nil {
			return err
		}
		defer feed.Close()
		loaded, err := simulator.LoadListings(ctx, feed, filepath.Base(*listings))
		if err != nil {
			return err
		}
		fmt.Printf("%d listings loaded\n", loaded.New)
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: simulator.Handler(), ReadHeaderTimeout: 10 * time.Second}
	fmt.Printf("The partner simulator is ready at http://%s\n", listener.Addr())
	failed := make(chan error, 2)
	go func() { failed <- simulator.Run(ctx) }()
	go func() { failed <- server.Serve(listener) }()
	select {
	case <-ctx.Done():
		return server.Close()
	case err := <-failed:
		return errors.Join(err, server.Close())
	}
}
