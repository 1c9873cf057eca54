package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

// builder builds functions of the module in root.
type builder struct {
	root, out string
	arch      string
	cache     string   // of the go command; empty: its own
	log       *os.File // for a person who waits; nil: nobody does
}

// flags make the bytes follow from the sources: no paths, no state of the repository, no ids of the build. The tag leaves
// out the runtime of old Lambdas.
var flags = []string{"-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w -buildid="}

// build builds functions, several at once, and zips them.
func (b builder) build(ctx context.Context, names []string) ([]bundle, error) {
	built := make([]bundle, len(names))
	progress := b.progress(len(names))
	defer progress.end()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			if err := b.compile(ctx, name); err != nil {
				return err
			}
			if b.zips() {
				if err := pack(b.binary(name), b.zip(name)); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			var err error
			if built[i], err = b.measure(name); err == nil {
				progress.done(name)
			}
			return err
		})
	}
	return built, group.Wait()
}

// compile makes the binary of a function.
func (b builder) compile(ctx context.Context, name string) error {
	binary, err := filepath.Abs(b.binary(name))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(binary), 0o750); err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", slices.Concat([]string{"build"}, flags, []string{"-o", binary, "./functions/" + name})...)
	command.Dir = b.root
	command.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+b.arch, "CGO_ENABLED=0", "GOFLAGS=", "GOEXPERIMENT=", "GOARM64=", "GOAMD64=")
	if b.cache != "" {
		command.Env = append(command.Env, "GOCACHE="+b.cache)
	}
	if out, err := command.CombinedOutput(); err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%s does not build: %w\n%s", name, err, strings.TrimSpace(string(out))))
	}
	return nil
}

func (b builder) measure(name string) (bundle, error) {
	binary, err := os.Stat(b.binary(name))
	if err != nil {
		return bundle{}, err
	}
	if !b.zips() {
		return bundle{name: name, binary: binary.Size()}, nil
	}
	zip, err := os.Stat(b.zip(name))
	if err != nil {
		return bundle{}, err
	}
	return bundle{name, binary.Size(), zip.Size()}, nil
}

// progress tells a person at a terminal how far it is.
type progress struct {
	to         io.Writer
	mu         sync.Mutex
	built, all int
	began      time.Time
}

func (b builder) progress(all int) *progress {
	p := &progress{to: io.Discard, all: all, began: time.Now()}
	if b.log != nil && term.IsTerminal(int(b.log.Fd())) {
		p.to = b.log
	}
	fmt.Fprintf(p.to, "building %d functions for %s; the first one takes the longest …", all, b.arch)
	return p
}

func (p *progress) done(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.built++
	fmt.Fprintf(p.to, "\r\x1b[K%2d of %d, %3.0f s: %s", p.built, p.all, time.Since(p.began).Seconds(), name)
}

func (p *progress) end() { fmt.Fprintf(p.to, "\r\x1b[K") }
