package pebbledb_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func open(t *testing.T, o pebbledb.Options) *pebbledb.DB {
	t.Helper()
	db, err := pebbledb.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func closed(t *testing.T, db *pebbledb.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func set(t *testing.T, db *pebbledb.DB, key, value string) {
	t.Helper()
	if err := db.DB().Set([]byte(key), []byte(value), pebbledb.Durable()); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, db *pebbledb.DB, key string) string {
	t.Helper()
	value, closer, err := db.DB().Get([]byte(key))
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	defer closer.Close()
	return string(value)
}

func TestWhatWasCommittedIsThereAfterwards(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 {
		db := open(t, pebbledb.Options{Dir: dir})
		set(t, db, fmt.Sprint("key ", i), "value")
		closed(t, db)
	}
	db := open(t, pebbledb.Options{Dir: dir})
	defer closed(t, db)
	for i := range 3 {
		if got := get(t, db, fmt.Sprint("key ", i)); got != "value" {
			t.Errorf("key %d: %q", i, got)
		}
	}
}

// child makes a test binary that is started again play the other process.
const child = "WINBACK_TEST_CHILD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(child); dir != "" {
		other(dir)
		return
	}
	os.Exit(m.Run())
}

// other tries to open the folder, says what it got, and where it got the folder commits and dies without closing it.
func other(dir string) {
	db, err := pebbledb.Open(pebbledb.Options{Dir: dir})
	if err != nil {
		os.Stdout.WriteString(err.Error())
		return
	}
	if err := db.DB().Set([]byte("committed"), []byte("by the other"), pebbledb.Durable()); err != nil {
		os.Stdout.WriteString(err.Error())
		return
	}
	process, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = process.Kill()
	}
	os.Stdout.WriteString(err.Error())
	select {} // until the signal comes
}

func startOther(t *testing.T, dir string) (said string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), child+"="+dir)
	out, _ := cmd.Output() // one that was killed is no failure here
	return string(out)
}

func TestASecondProcessIsToldWhichFolderIsTaken(t *testing.T) {
	dir := t.TempDir()
	db := open(t, pebbledb.Options{Dir: dir})
	if said := startOther(t, dir); !strings.Contains(said, "another Winback is running on the data folder "+dir) {
		t.Errorf("the other process says %q", said)
	}
	closed(t, db)
}

func TestTheSameProcessCannotOpenAFolderTwice(t *testing.T) {
	dir := t.TempDir()
	db := open(t, pebbledb.Options{Dir: dir})
	defer closed(t, db)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, again := range []string{dir, dir + "/.", link} {
		if _, err := pebbledb.Open(pebbledb.Options{Dir: again}); !errs.Is(err, errs.Conflict) {
			t.Errorf("%s: %v, want a conflict", again, err)
		}
	}
}

func TestAKilledProcessLeavesAFolderThatOpensWithAllItCommitted(t *testing.T) {
	dir := t.TempDir()
	if said := startOther(t, dir); said != "" {
		t.Fatalf("the other process says %q", said)
	}
	db := open(t, pebbledb.Options{Dir: dir})
	defer closed(t, db)
	if got := get(t, db, "committed"); got != "by the other" {
		t.Errorf("got %q", got)
	}
}

func TestANewerFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	db := open(t, pebbledb.Options{Dir: dir})
	set(t, db, "\x00schema", "99")
	closed(t, db)
	_, err := pebbledb.Open(pebbledb.Options{Dir: dir})
	if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "newer Winback (layout 99") {
		t.Errorf("error %v", err)
	}
	// The refusal gave the folder back.
	_, err = pebbledb.Open(pebbledb.Options{Dir: dir})
	if strings.Contains(err.Error(), "another Winback") {
		t.Errorf("the folder stays locked: %v", err)
	}
}

func TestABackupIsADataFolderAndWritersGoOn(t *testing.T) {
	db := open(t, pebbledb.Options{Dir: t.TempDir()})
	defer closed(t, db)
	set(t, db, "before", "1")
	dir := filepath.Join(t.TempDir(), "backup")
	if err := db.Backup(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	set(t, db, "after", "2")

	copied := open(t, pebbledb.Options{Dir: dir})
	defer closed(t, copied)
	if got := get(t, copied, "before"); got != "1" {
		t.Errorf("the backup has %q", got)
	}
	if _, _, err := copied.DB().Get([]byte("after")); !errors.Is(err, pebble.ErrNotFound) {
		t.Errorf("what came after the backup: %v, want that it is not in it", err)
	}
	if err := db.Backup(t.Context(), dir); !errs.Is(err, errs.Conflict) {
		t.Errorf("a backup over another: %v, want a conflict", err)
	}
}

func TestADatabaseInMemoryLeavesNothingBehind(t *testing.T) {
	t.Chdir(t.TempDir())
	db := open(t, pebbledb.Options{Memory: true})
	set(t, db, "key", "value")
	if err := db.Backup(t.Context(), "backup"); !errs.Is(err, errs.Invalid) {
		t.Errorf("backup: %v, want invalid", err)
	}
	closed(t, db)
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestAFolderThatCannotBeMadeIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := pebbledb.Open(pebbledb.Options{Dir: file}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v", err)
	}
}

func TestTheStoreTalksAtDebug(t *testing.T) {
	for level, talks := range map[slog.Level]bool{slog.LevelDebug: true, slog.LevelInfo: false} {
		var out bytes.Buffer
		log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: level}))
		dir := t.TempDir()
		db := open(t, pebbledb.Options{Dir: dir})
		set(t, db, "key", "value")
		closed(t, db)
		closed(t, open(t, pebbledb.Options{Dir: dir, Log: log})) // reads the log of the first and says so
		if (out.Len() > 0) != talks {
			t.Errorf("at %v it says %q", level, out.String())
		}
	}
}

func TestSpacesDoNotOverlap(t *testing.T) {
	db := open(t, pebbledb.Options{Memory: true})
	defer closed(t, db)
	spaces := []pebbledb.Space{pebbledb.TableItems, pebbledb.TableDue, pebbledb.Queues}
	for _, space := range spaces {
		set(t, db, string(rune(space)), "first")
		set(t, db, string(rune(space))+"\xff\xff", "last")
	}
	for _, space := range spaces {
		from, to := space.Bounds()
		iter, err := db.DB().NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: to})
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for ok := iter.First(); ok; ok = iter.Next() {
			count++
		}
		if err := iter.Close(); err != nil || count != 2 {
			t.Errorf("space %c has %d keys, %v; want 2", space, count, err)
		}
	}
}
