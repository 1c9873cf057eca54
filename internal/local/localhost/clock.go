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
)

// Clock is the application clock: the wall clock plus an offset that only grows and survives a restart. It never goes
// back, even where the wall clock does. Everything that waits goes by it; only tokens go by the wall.
type Clock struct {
	wall func() time.Time
	path string // of the file that keeps the offset

	mu     sync.Mutex
	offset time.Duration
	latest time.Time     // told so far
	moved  chan struct{} // closed at the next move; nil while nobody waits
}

// clockFile is the name of the file that keeps the offset.
const clockFile = "clock.json"

type clockState struct {
	Offset time.Duration `json:"offset"` // nanoseconds
}

// openClock reads the offset that the folder keeps.
func openClock(dir string, wall func() time.Time) (*Clock, error) {
	c := &Clock{wall: wall, path: filepath.Join(dir, clockFile)}
	kept, err := os.ReadFile(c.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the application clock: %w", err)
	}
	var state clockState
	if err := json.Unmarshal(kept, &state); err != nil || state.Offset < 0 {
		return nil, fmt.Errorf("%s is damaged; delete it and the application clock goes back to the wall clock", c.path)
	}
	c.offset = state.Offset
	return c, nil
}

// Now is the application's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// now strips the monotonic reading, which stands still while a laptop sleeps. The caller holds the lock.
func (c *Clock) now() time.Time {
	if now := c.wall().Round(0).Add(c.offset).UTC(); now.After(c.latest) {
		c.latest = now
	}
	return c.latest
}

// offsetAt is the offset at which the clock says to, but never less than it is. The caller holds the lock.
func (c *Clock) offsetAt(to time.Time) time.Duration { return max(c.offset, to.Sub(c.wall().Round(0))) }

// move sets the clock forward to an instant. One that has passed is left alone.
func (c *Clock) move(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = c.offsetAt(to)
	if c.moved != nil {
		close(c.moved)
		c.moved = nil
	}
}

// keep makes durable that the clock goes on from an instant, or from now if that is later. A process that is killed on its
// way there finds itself at its end: what waits for an instant is then late, which it has to bear anyway, while a clock that
// went back would let things happen before their cause.
func (c *Clock) keep(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	state, err := json.Marshal(clockState{c.offsetAt(to)})
	if err != nil {
		return err
	}
	if err := durable.Replace(c.path, state); err != nil {
		return fmt.Errorf("the application clock: %w", err)
	}
	return nil
}

// changed returns a channel that is closed when the clock is moved.
func (c *Clock) changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(chan struct{})
	}
	return c.moved
}
