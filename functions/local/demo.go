package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// demoSeed makes the sample list the same each time.
const demoSeed = 2026

// demo plays the main job on a fresh data folder: a list of once-sold cars becomes a lead. It acts and learns only through
// the HTTPS interface; the rest of the process is the server.
func demo(ctx context.Context, args []string) error {
	var s settings
	f := s.flags("local demo")
	file := f.String("file", "", "your own list of vehicles (CSV); default: a generated one")
	cars := f.Int("cars", 500, "vehicles of the generated list")
	f.Lookup("data").DefValue, s.data = ".demo", ".demo"
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return err
	}
	list, feed, err := s.material(*file, *cars)
	if err != nil {
		return err
	}
	// The folder is the demo's own: a marker says so, and nothing without it is ever deleted.
	if err := fresh(s.data); err != nil {
		return err
	}
	s.listings, s.seed = "", "demo"
	server, err := start(ctx, s)
	if err != nil {
		return err
	}
	play := performance{
		anonymous: client{base: server.host.Deps().Site.BaseURL}, partner: client{base: server.partnerURL}, folder: s.data,
	}
	return errors.Join(play.run(ctx, list, feed), server.close())
}

// material is the list to upload and the feed that the simulated partner sees.
func (s settings) material(file string, cars int) (list, feed []byte, err error) {
	sample := fleet.Generate(demoSeed, cars)
	if file != "" {
		list, err = os.ReadFile(file)
	} else {
		var b bytes.Buffer
		err = fleet.WriteList(&b, sample)
		list = b.Bytes()
	}
	if err != nil {
		return nil, nil, err
	}
	if s.listings != "" {
		feed, err = os.ReadFile(s.listings)
		return list, feed, err
	}
	const share = 0.12
	var b bytes.Buffer
	err = fleet.WriteListings(&b, sample, share, demoSeed)
	return list, b.Bytes(), err
}

// performance is a demo under way.
type performance struct {
	anonymous, partner, manager client
	folder                      string
}

func (p performance) run(ctx context.Context, list, feed []byte) (err error) {
	fmt.Printf("Winback runs at %s, the partner simulator at %s.\n\n", p.anonymous.base, p.partner.base)
	if p.manager, err = p.anonymous.signIn(ctx, "manager@harbour.example"); err != nil {
		return err
	}
	fmt.Println("1. Mara of Harbour Motors uploads a list of cars that were sold once.")
	batch, err := p.upload(ctx, list)
	if err != nil {
		return err
	}
	fmt.Println("\n2. The cars are queued, submitted to the partner, and watched.")
	if err := p.watch(ctx, batch); err != nil {
		return err
	}
	fmt.Println("\n3. Some of them appear online; the partner pushes what it sees.")
	if err := p.sight(ctx, feed); err != nil {
		return err
	}
	fmt.Println("\n4. Mara is told, by mail and in the application.")
	if err := p.told(ctx); err != nil {
		return err
	}
	fmt.Println("\n5. The first sighting becomes a lead.")
	if err := p.makeLead(ctx); err != nil {
		return err
	}
	return p.summarise(ctx)
}

// bar is a progress bar of so many steps.
func bar(total int, text string) *progressbar.ProgressBar {
	return progressbar.NewOptions(max(total, 1),
		progressbar.OptionSetWriter(os.Stdout), progressbar.OptionSetDescription(fmt.Sprintf("   %-11s", text)),
		progressbar.OptionSetWidth(40), progressbar.OptionShowCount(), progressbar.OptionThrottle(30*time.Millisecond),
		progressbar.OptionOnCompletion(func() { fmt.Println() }), progressbar.OptionSetRenderBlankState(true))
}

// every is how often the demo asks how far things are.
const every = 50 * time.Millisecond

// until asks again and again until done, within a minute without news.
func until(ctx context.Context, ask func() (done bool, progress int, err error)) error {
	const patience = time.Minute
	timer := time.NewTicker(every)
	defer timer.Stop()
	last, since := -1, time.Now()
	for {
		done, progress, err := ask()
		if done || err != nil {
			return err
		}
		if progress != last {
			last, since = progress, time.Now()
		}
		if time.Since(since) > patience {
			return fmt.Errorf("nothing has happened for %v; see the log with -log info", patience)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
