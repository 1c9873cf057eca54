package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/partner/autograbsim"
	"github.com/winback-auto/winback/internal/partner/dmssim"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// partnerAlone runs the partner simulator in a process of its own, by the wall clock.
func partnerAlone(ctx context.Context, c console, args []string) error {
	s := settings{logTo: c.log}
	f := flag.NewFlagSet("local partner", flag.ContinueOnError)
	all := s.flags("")
	for _, name := range []string{"partner-addr", "data", "listings", "log"} {
		one := all.Lookup(name)
		f.Var(one.Value, name, one.Usage)
	}
	if err := parse(c, f, args); err != nil {
		return err
	}
	log, err := s.logger()
	if err != nil {
		return err
	}
	listener, err := listen("partner-addr", s.partnerAddr)
	if err != nil {
		return err
	}
	defer listener.Close()
	simulator, err := openSimulator(ctx, s.listings, autograbsim.Options{
		Dir: partnerFolder(s.data), Now: time.Now, NewID: ident.NewSource(time.Now, rand.Reader), Log: log,
	})
	if err != nil {
		return err
	}
	server := newServer(dmssim.New(baseURL(listener)).Beside(simulator.Handler()), log)
	fmt.Fprintf(c.out, "The partner simulator is ready at %s\n", baseURL(listener))
	group, working := errgroup.WithContext(ctx)
	group.Go(func() error { return simulator.Run(working) })
	group.Go(func() error { return server.Serve(listener) })
	group.Go(func() error {
		<-working.Done()
		shutDown(server)
		return nil
	})
	err = group.Wait()
	if ctx.Err() != nil {
		err = nil // it was told to end
	}
	return errors.Join(err, simulator.Close())
}

// openSimulator opens the partner simulator and loads a listing feed, if there is one.
func openSimulator(ctx context.Context, listings string, o autograbsim.Options) (_ *autograbsim.Simulator, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	simulator, err := autograbsim.Open(o)
	if err != nil || listings == "" {
		return simulator, err
	}
	feed, err := os.Open(listings)
	if err == nil {
		defer feed.Close()
		_, err = simulator.LoadListings(ctx, feed, filepath.Base(listings))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("-listings %s: %w", listings, err), simulator.Close())
	}
	return simulator, nil
}
