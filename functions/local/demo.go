package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/winback-auto/winback/internal/local/pebbledb"
)

// demo plays the main job on a fresh data folder: a list of once-sold cars becomes a lead. It acts and learns only through
// the HTTPS interface; the rest of the process is the server.
func demo(ctx context.Context, c console, args []string) error {
	s := settings{logTo: c.log}
	f := s.flags("local demo")
	file := f.String("file", "", "your own list of vehicles: a `file` of CSV; default: a generated one")
	cars := f.Int("cars", 2000, "`number` of vehicles of the generated list")
	f.Lookup("data").DefValue, s.data = ".demo", ".demo"
	f.Lookup("log").DefValue, s.log = "error", "error" // a line of the log would tear the bars
	if err := parse(c, f, args); err != nil {
		return err
	}
	m, err := newMaterial(*file, s.listings, *cars)
	if err != nil {
		return err
	}
	if err := fresh(s.data); err != nil {
		return err
	}
	s.listings, s.seed = "", "demo" // the listings appear when the cars are watched
	server, err := start(ctx, s)
	if err != nil {
		return err
	}
	play := performance{
		screen: newScreen(c.out), anonymous: client{base: server.host.Deps().Site.BaseURL}, partner: client{base: server.partnerURL}, folder: s.data,
	}
	return errors.Join(play.run(ctx, m), server.close())
}

// performance is a demo under way.
type performance struct {
	screen
	anonymous, partner, manager client
	folder                      string
}

func (p performance) run(ctx context.Context, m material) (err error) {
	p.say("Winback runs at %s, the partner simulator at %s.\n", p.anonymous.base, p.partner.base)
	if p.manager, err = p.anonymous.signIn(ctx, "manager@harbour.example"); err != nil {
		return err
	}
	p.say("\n1. Mara of Harbour Motors uploads a list of cars that were sold once.\n")
	batch, err := p.upload(ctx, m)
	if err != nil {
		return err
	}
	p.say("\n2. The cars are queued, submitted to the partner, and watched.\n")
	if err := p.watch(ctx, batch); err != nil {
		return err
	}
	p.say("\n3. Some of them appear online; the partner pushes what it sees.\n")
	if err := p.sight(ctx, m); err != nil {
		return err
	}
	p.say("\n4. Mara is told, by mail and in the application.\n")
	if err := p.told(ctx); err != nil {
		return err
	}
	p.say("\n5. The first sighting becomes a lead.\n")
	if err := p.makeLead(ctx); err != nil {
		return err
	}
	return p.summarise(ctx)
}

// marker says that a folder is a demo's and may be deleted by the next one.
const marker = "demo-data"

// fresh makes an empty folder, in place of the one that an earlier demo left. Nothing else is ever deleted: neither a folder
// without the marker, unless it is empty, nor one that a process has open.
func fresh(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("-data %s: %w", folder, err)
	case len(entries) > 0:
		if info, err := os.Lstat(filepath.Join(folder, marker)); err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("%s was not made by a demo, so it is left alone; name another folder with -data", folder)
		}
		if err := unused(folder); err != nil {
			return err
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, marker), nil, 0o600)
}

// unused fails where a process has the folder open.
func unused(folder string) error {
	db, err := pebbledb.Open(pebbledb.Options{Dir: folder})
	if err != nil {
		return err
	}
	return db.Close()
}
