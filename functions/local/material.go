package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// material is what a demo is played with.
type material struct {
	name       string // of the list
	list, feed []byte // to upload, and to be seen online by the simulated partner
	own        bool   // the list is the user's
	ownFeed    bool
}

// The generated material is the same each time.
const (
	demoSeed  = 2026
	demoShare = 0.03 // of the cars come up for sale again
)

// Bounds of files, in bytes.
const (
	maxList = 4_500_000 // of the interface
	maxFeed = 64 << 20  // of the simulator
)

// newMaterial reads what the user gave and generates the rest.
func newMaterial(file, listings string, cars int) (m material, err error) {
	m = material{name: "sample.csv", own: file != "", ownFeed: listings != ""}
	if cars < 1 || cars > fleet.MaxCars {
		return m, fmt.Errorf("-cars %d: want 1 to %d", cars, fleet.MaxCars)
	}
	sample := fleet.Generate(demoSeed, cars)
	if m.own {
		m.name = filepath.Base(file)
		m.list, err = readList(file)
	} else {
		m.list, err = written(func(w io.Writer) error { return fleet.WriteList(w, sample) })
	}
	if err != nil {
		return m, err
	}
	if m.ownFeed {
		m.feed, err = readFile("LISTINGS", listings, maxFeed)
	} else {
		m.feed, err = written(func(w io.Writer) error { return fleet.WriteListings(w, sample, demoShare, demoSeed) })
	}
	return m, err
}

func written(write func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b)
	return b.Bytes(), err
}

// readList reads a list of vehicles; one that is packed is unpacked. What cannot be CSV is told apart from it by how such
// files begin.
func readList(path string) ([]byte, error) {
	list, err := readFile("FILE", path, maxList)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(list, []byte("\x1f\x8b")) {
		plain, err := gzip.NewReader(bytes.NewReader(list))
		if err == nil {
			list, err = io.ReadAll(io.LimitReader(plain, maxList+1))
		}
		if err != nil {
			return nil, fmt.Errorf("FILE %s is packed and cannot be unpacked: %w", path, err)
		}
	}
	switch {
	case len(list) > maxList:
		return nil, tooLarge("FILE", path, maxList)
	case len(list) == 0:
		return nil, fmt.Errorf("FILE %s is empty", path)
	case bytes.HasPrefix(list, []byte("PK\x03\x04")), bytes.HasPrefix(list, []byte("\xd0\xcf\x11\xe0")):
		return nil, fmt.Errorf("FILE %s is a spreadsheet or an archive; save the list as CSV", path)
	}
	return list, nil
}

func readFile(variable, path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		here, _ := os.Getwd()
		return nil, fmt.Errorf("%s %s: there is no such file, seen from %s", variable, path, here)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", variable, err)
	case info.IsDir():
		return nil, fmt.Errorf("%s %s is a folder", variable, path)
	case info.Size() > most:
		return nil, tooLarge(variable, path, most)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return content, nil
}

func tooLarge(variable, path string, most int64) error {
	return fmt.Errorf("%s %s is larger than %d bytes; cut it in two", variable, path, most)
}
