package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/local/pebbledb"
)

// content lists what is below a folder, or says that there is none.
func content(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && path != folder {
			names = append(names, strings.TrimPrefix(path, folder+"/"))
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

// lay makes files below a folder.
func lay(t *testing.T, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("precious"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestADemoTakesAFolderThatIsItsOwnOrNobodys(t *testing.T) {
	for name, prepare := range map[string]func(folder string){
		"none":            func(string) {},
		"an empty one":    func(folder string) { os.Mkdir(folder, 0o700) },
		"an earlier demo": func(folder string) { lay(t, folder, marker, "store/1", "mail/new/1.eml") },
	} {
		folder := filepath.Join(t.TempDir(), "demo")
		prepare(folder)
		if err := fresh(folder); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := content(t, folder); !slices.Equal(got, []string{marker}) {
			t.Errorf("%s: then there is %q", name, got)
		}
	}
}

func TestADemoNeverDeletesWhatIsNotItsOwn(t *testing.T) {
	for name, prepare := range map[string]func(folder string){
		"a data folder":      func(folder string) { lay(t, folder, "store/1", "sign-in-key.pem") },
		"documents":          func(folder string) { lay(t, folder, "letter.txt") },
		"a file":             func(folder string) { lay(t, filepath.Dir(folder), "demo") },
		"a folder as marker": func(folder string) { lay(t, folder, marker+"/letter.txt") },
		"a link as marker": func(folder string) {
			lay(t, folder, "letter.txt")
			if err := os.Symlink("letter.txt", filepath.Join(folder, marker)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		folder := filepath.Join(t.TempDir(), "demo")
		prepare(folder)
		before := content(t, filepath.Dir(folder))
		if err := fresh(folder); err == nil {
			t.Errorf("%s: taken", name)
		}
		if after := content(t, filepath.Dir(folder)); !slices.Equal(before, after) {
			t.Errorf("%s: %q became %q", name, before, after)
		}
	}
}

func TestADemoDoesNotDeleteWhatAProcessHasOpen(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "demo")
	if err := fresh(folder); err != nil {
		t.Fatal(err)
	}
	db, err := pebbledb.Open(pebbledb.Options{Dir: folder})
	if err != nil {
		t.Fatal(err)
	}
	lay(t, folder, "mail/new/1.eml")
	if err := fresh(folder); err == nil || !strings.Contains(err.Error(), "another Winback is running") {
		t.Errorf("%v", err)
	}
	if !slices.Contains(content(t, folder), "mail/new/1.eml") {
		t.Error("a mail is gone")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := fresh(folder); err != nil {
		t.Error(err)
	}
}
