package localhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/local/durable"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// Clock is the application clock: the wall clock plus an offset that only grows and survives a restart. Everything that
// waits goes by it; only tokens go by the wall.
type Clock struct {
	wall func() time.Time
	path string // empty: not kept

	mu     sync.Mutex
	offset time.Duration
}

// clockFile is the name of the file that keeps the offset.
const clockFile = "clock.json"

type clockState struct {
	Offset time.Duration `json:"offset"`
}

// openClock reads the offset that the folder keeps.
func openClock(dir string, wall func() time.Time) (*Clock, error) {
	c := &Clock{wall: wall, path: filepath.Join(dir, clockFile)}
	kept, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	var state clockState
	if err := json.Unmarshal(kept, &state); err != nil || state.Offset < 0 {
		return nil, fmt.Errorf("%s is damaged; delete it and the application clock goes back to the wall clock", c.path)
	}
	c.offset = state.Offset
	return c, nil
}

// Now is the application's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall().Add(c.offset).UTC()
}

// set moves the clock forward to an instant, durably. An instant that has passed is left alone.
func (c *Clock) set(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	offset := to.Sub(c.wall())
	if offset <= c.offset {
		return nil
	}
	state, err := json.Marshal(clockState{offset})
	if err != nil {
		return err
	}
	if err := durable.Replace(c.path, state); err != nil {
		return err
	}
	c.offset = offset
	return nil
}

// errBackwards refuses to go back: what has happened would happen again.
func errBackwards() error {
	return errs.Violate(errs.Violation{Location: "body", Message: "the clock only goes forward; start with a fresh data folder to go back"})
}
