package tabletest

import (
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Crash kills a process at one of its writes, once. The process is dead until Restart: its calls fail and do nothing.
// Its methods may be called from many goroutines, and of no crash at all (nil).
type Crash struct {
	at      int  // which write
	applied bool // was it still carried out?

	mu     sync.Mutex
	writes int
	struck bool
	dead   bool
	over   bool
}

// Crashes are all crashes that can befall a story: at its first write, before and after that was carried out, at its second,
// and so on. The loop's body tells the whole story, each time in a new world, and checks how it ends; the last time nothing
// befalls it. The loop stops at the first crash after which the story ends badly, and names it.
//
// A story of fewer than least writes fails the test, for it is not the one that was meant: without a write no crash would ever
// be tried.
func Crashes(t testing.TB, least int) iter.Seq[*Crash] {
	return func(yield func(*Crash) bool) {
		t.Helper()
		for at := 1; ; at++ {
			struck := false
			for _, applied := range []bool{false, true} {
				c := &Crash{at: at, applied: applied}
				if !c.befalls(t, yield) {
					return
				}
				struck = struck || c.struck
			}
			switch {
			case !struck && at <= least:
				t.Errorf("the story has only %d writes, want at least %d", at-1, least)
				return
			case !struck:
				t.Logf("%d writes", at-1)
				return
			case at > maxStory:
				t.Errorf("the story does not end: it has more than %d writes", maxStory)
				return
			}
		}
	}
}

// maxStory bounds a story that crashes are tried in, in writes.
const maxStory = 1000

// befalls tells one story, and reports whether to go on with the next.
func (c *Crash) befalls(t testing.TB, yield func(*Crash) bool) (next bool) {
	t.Helper()
	failed := t.Failed()
	defer func() { // even where the story ends the test
		t.Helper()
		if !failed && t.Failed() {
			t.Logf("after a crash at %s", c)
			next = false
		}
	}()
	return yield(c)
}

// Fault is what happens to a call because of the crash; see Flaky. Whatever is no read counts as a write.
func (c *Crash) Fault(op string) (apply bool, err error) {
	if c == nil {
		return true, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over:
		return true, nil
	case c.dead:
		return false, errs.E(errs.Unavailable, "the process is dead")
	case op == "Get" || op == "BatchGet" || op == "Query":
		return true, nil
	}
	if c.writes++; c.writes != c.at {
		return true, nil
	}
	c.struck, c.dead = true, true
	return c.applied, errs.E(errs.Unavailable, "the process is killed at %s", c)
}

// Dead reports whether the process is dead.
func (c *Crash) Dead() bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// Restart starts the process again, if it is dead.
func (c *Crash) Restart() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = false
}

// Over ends the story: from now on every call succeeds, and none counts.
func (c *Crash) Over() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead, c.over = false, true
}

// String says where the process is killed.
func (c *Crash) String() string {
	return fmt.Sprintf("write %d, carried out %t", c.at, c.applied)
}
