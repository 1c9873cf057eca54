package durable_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/local/durable"
)

func TestOneOfManyCreatorsWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var (
		wait    sync.WaitGroup
		mu      sync.Mutex
		winners []string
	)
	for i := range 16 {
		wait.Go(func() {
			content := fmt.Sprint("creator ", i)
			err := durable.Create(path, []byte(content))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				winners = append(winners, content)
			case !errors.Is(err, fs.ErrExist):
				t.Errorf("creator %d: %v", i, err)
			}
		})
	}
	wait.Wait()
	got, err := durable.ReadPrivate(path, 100)
	if len(winners) != 1 || err != nil || string(got) != winners[0] {
		t.Errorf("winners %v, content %q, %v", winners, got, err)
	}
	leftovers(t, filepath.Dir(path), 1)
}

func TestReplaceLeavesTheNewContentAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people")
	for _, content := range []string{"a long first version", "short", ""} {
		if err := durable.Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := durable.ReadPrivate(path, 100); err != nil || string(got) != content {
			t.Errorf("read %q, %v; want %q", got, err, content)
		}
	}
	leftovers(t, filepath.Dir(path), 1)
}

func TestAFailedWriteLeavesTheOldFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "taken")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if err := durable.Replace(filepath.Join(folder, "missing", "x"), nil); err == nil {
		t.Error("a file was written into a folder that does not exist")
	}
	leftovers(t, folder, 1)
}

func TestAFileThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := durable.Create(path, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o604, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := durable.ReadPrivate(path, 100); err == nil || !strings.Contains(err.Error(), "chmod 0600 "+path) {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
}

func TestOnlyAPlainFileOfBoundedSizeIsRead(t *testing.T) {
	folder := t.TempDir()
	if _, err := durable.ReadPrivate(folder, 100); err == nil {
		t.Error("a folder was read")
	}
	if _, err := durable.ReadPrivate(filepath.Join(folder, "none"), 100); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	path := filepath.Join(folder, "long")
	if err := durable.Create(path, make([]byte, 101)); err != nil {
		t.Fatal(err)
	}
	if _, err := durable.ReadPrivate(path, 100); err == nil {
		t.Error("a file over the limit was read")
	}
}

// leftovers fails where the folder holds more than the files that belong there.
func leftovers(t *testing.T, folder string, want int) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != want {
		t.Errorf("%d entries in the folder, want %d: %v %v", len(entries), want, entries, err)
	}
}
