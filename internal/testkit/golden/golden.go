// Package golden compares what a test made with a file that somebody has read and approved.
//
//	go test ./… -update
//
// writes the files anew; the difference is then reviewed like any other change.
package golden

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew instead of comparing")

// Updating reports whether the test run is to write its golden files anew.
func Updating() bool { return *update }

// Compare fails the test where the file does not hold exactly got, and shows the difference; with -update it writes it.
func Compare(tb testing.TB, path string, got []byte) {
	tb.Helper()
	if *update {
		Write(tb, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		tb.Errorf("%s does not exist; run the test with -update and read what it writes", path)
		return
	}
	if err != nil {
		tb.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		tb.Errorf("%s differs (- wanted, + got); run the test with -update if that is right:\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

// Write writes a golden file, and its folder where there is none.
func Write(tb testing.TB, path string, content []byte) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		tb.Fatal(err)
	}
}
