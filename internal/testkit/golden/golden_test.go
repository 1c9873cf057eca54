package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/testkit/golden"
)

// recorder is a test that remembers how it failed.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Errorf(format string, args ...any) { r.failure = fmt.Sprintf(format, args...) }

func (r *recorder) Helper() {}

func TestOnlyTheSameBytesPass(t *testing.T) {
	if golden.Updating() {
		t.Skip("this run writes golden files instead of comparing")
	}
	path := filepath.Join(t.TempDir(), "sub", "x.txt")
	compare := func(got string) string {
		r := &recorder{TB: t}
		golden.Compare(r, path, []byte(got))
		return r.failure
	}
	if got := compare("a"); !strings.Contains(got, "-update") {
		t.Errorf("a missing file: %q", got)
	}
	golden.Write(t, path, []byte("one\ntwo\n"))
	if got := compare("one\ntwo\n"); got != "" {
		t.Errorf("the same bytes: %q", got)
	}
	if got := compare("one\ntwo"); !strings.Contains(got, "differs") {
		t.Errorf("other bytes: %q", got)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != "one\ntwo\n" {
		t.Errorf("comparing changed the file to %q, %v", content, err)
	}
}
