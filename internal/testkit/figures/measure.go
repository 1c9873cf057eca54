package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
)

// measure builds the test binaries of the subjects and runs them, round by round, so that raw and ours meet the same
// weather. What it prints meanwhile goes to standard error.
func measure(ctx context.Context, chosen []subject, rounds int) (map[string]samples, error) {
	folder, err := os.MkdirTemp("", "figures")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	m := machine{folder: folder, binaries: map[string]string{}, samples: map[string]samples{}}
	m.bar = progressbar.NewOptions(m.steps(chosen, rounds), progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(), progressbar.OptionSetElapsedTime(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish())
	defer m.bar.Finish()
	for _, s := range chosen {
		if err := m.build(ctx, s.pkg); err != nil {
			return nil, err
		}
	}
	for round := range rounds {
		for _, s := range chosen {
			if s.once && round > 0 {
				continue
			}
			if err := m.run(ctx, s); err != nil {
				return nil, err
			}
		}
	}
	return m.samples, nil
}

// machine runs subjects.
type machine struct {
	folder   string
	binaries map[string]string // by package
	samples  map[string]samples
	bar      *progressbar.ProgressBar
}

func (m machine) steps(chosen []subject, rounds int) int {
	packages, runs := map[string]bool{}, 0
	for _, s := range chosen {
		packages[s.pkg] = true
		if s.once {
			runs++
		} else {
			runs += rounds
		}
	}
	return len(packages) + runs
}

// build compiles a package's tests, once.
func (m machine) build(ctx context.Context, pkg string) error {
	if m.binaries[pkg] != "" {
		return nil
	}
	m.bar.Describe("build " + pkg)
	binary, err := filepath.Abs(filepath.Join(m.folder, strings.ReplaceAll(pkg, "/", "-")+".test"))
	if err != nil {
		return err
	}
	if output, err := exec.CommandContext(ctx, "go", "test", "-c", "-o", binary, "./"+pkg).CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not build: %w\n%s", pkg, err, output)
	}
	m.binaries[pkg] = binary
	return m.bar.Add(1)
}

// run runs a subject once, in its package's folder as go test would, and keeps what it measured. A benchmark that fails has
// measured nothing; a test that counts its failures has, and only says why.
func (m machine) run(ctx context.Context, s subject) error {
	m.bar.Describe(s.name)
	command := exec.CommandContext(ctx, m.binaries[s.pkg], s.args...)
	command.Dir = s.pkg
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	failure := command.Run()
	if m.samples[s.name] == nil {
		m.samples[s.name] = samples{}
	}
	if err := m.samples[s.name].read(output.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if failure != nil && s.counts {
		fmt.Fprintf(os.Stderr, "\n%s: %v\n%s", s.name, failure, output.Bytes())
	} else if failure != nil {
		return fmt.Errorf("%s: %w\n%s", s.name, failure, output.Bytes())
	}
	return m.bar.Add(1)
}
