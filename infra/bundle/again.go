package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// again builds the same functions from a copy of the sources, with an empty cache, and compares zips and binaries.
func (b builder) again(ctx context.Context, built []bundle) error {
	elsewhere, err := os.MkdirTemp("", "winback-build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(elsewhere) }()
	second := b
	second.root, second.out, second.cache = filepath.Join(elsewhere, "sources"), filepath.Join(elsewhere, "dist"), filepath.Join(elsewhere, "cache")
	if err := copySources(b.root, second.root); err != nil {
		return err
	}
	names := make([]string, len(built))
	for i, one := range built {
		names[i] = one.name
	}
	if _, err := second.build(ctx, names); err != nil {
		return err
	}
	var different []string
	for _, name := range names {
		pairs := [][2]string{{b.binary(name), second.binary(name)}}
		if b.zips() {
			pairs = append(pairs, [2]string{b.zip(name), second.zip(name)})
		}
		for _, pair := range pairs {
			same, err := equal(pair[0], pair[1])
			if err != nil {
				return err
			}
			if !same {
				different = append(different, pair[0])
			}
		}
	}
	if len(different) > 0 {
		return fmt.Errorf("two builds of the same sources differ: %s", strings.Join(different, ", "))
	}
	return nil
}

// copySources copies what a build reads: the module without what was built, and without what begins with a dot.
func copySources(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if relative == "dist" || relative == "events" || relative != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, relative), 0o750)
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path) //nolint:gosec // of our own sources
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, relative), raw, 0o600)
	})
}

// equal compares two files.
func equal(first, second string) (bool, error) {
	a, err := os.Open(first) //nolint:gosec // a file that was just built
	if err != nil {
		return false, err
	}
	defer a.Close()
	b, err := os.Open(second) //nolint:gosec // as above
	if err != nil {
		return false, err
	}
	defer b.Close()
	left, right := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errA := io.ReadFull(a, left)
		m, errB := io.ReadFull(b, right)
		if !bytes.Equal(left[:n], right[:m]) {
			return false, nil
		}
		switch {
		case errA == nil && errB == nil:
		case ended(errA) && ended(errB):
			return true, nil
		case !ended(errA) && errA != nil:
			return false, errA
		default:
			return false, errB
		}
	}
}

func ended(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
