package localhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// at is a wall clock that a test sets.
type at struct{ time.Time }

func (a *at) now() time.Time { return a.Time }

func TestTheClockNeverGoesBack(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	wall := &at{noon}
	c, err := openClock(t.TempDir(), wall.now)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want time.Time) {
		t.Helper()
		if got := c.Now(); !got.Equal(want) {
			t.Errorf("the clock says %v, want %v", got, want)
		}
	}
	expect(noon)
	wall.Time = noon.Add(-time.Hour) // the machine's clock was set right
	expect(noon)
	c.move(noon.Add(time.Minute))
	expect(noon.Add(time.Minute))
	c.move(noon) // has passed
	expect(noon.Add(time.Minute))
	wall.Time = noon.Add(time.Hour)
	if got := c.Now(); !got.After(noon.Add(time.Hour)) {
		t.Errorf("the clock says %v after an hour", got)
	}
}

func TestTheOffsetOutlivesTheProcess(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	dir, wall := t.TempDir(), &at{noon}
	c, err := openClock(dir, wall.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.keep(noon.Add(24 * time.Hour)); err != nil {
		t.Fatal(err)
	}
	c.move(noon.Add(time.Hour)) // and here the process dies on its way
	wall.Time = noon.Add(time.Minute)
	again, err := openClock(dir, wall.now)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := again.Now(), noon.Add(24*time.Hour+time.Minute); !got.Equal(want) {
		t.Errorf("the clock goes on at %v, want %v", got, want)
	}
}

func TestADamagedOffsetIsNotGuessed(t *testing.T) {
	for _, content := range []string{"", "{", `{"offset":-1}`, `{"offset":"1h"}`} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, clockFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := openClock(dir, time.Now); err == nil || !strings.Contains(err.Error(), "is damaged; delete it") {
			t.Errorf("%q: %v", content, err)
		}
	}
}
