package access

import (
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// CacheFor is how long a Directory answers from memory, on the application clock: the longest that a disabled user or a
// changed role goes unnoticed.
const CacheFor = 5 * time.Second

// maxCached bounds the cache; a full one drops what is stale, then anything.
const maxCached = 4096

// cache remembers callers by subject. The zero value with a clock is ready.
type cache struct {
	now func() time.Time

	mu      sync.RWMutex
	entries map[string]entry
	forgot  uint64 // counts calls of forget
}

type entry struct {
	caller Caller
	read   time.Time
}

// ticket is taken before the table is read.
type ticket struct {
	read   time.Time
	forgot uint64
}

func (c *cache) ticket() ticket {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return ticket{c.now(), c.forgot}
}

func (c *cache) get(subject string) (Caller, bool) {
	now := c.now()
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[subject]
	return e.caller, ok && now.Sub(e.read) < CacheFor
}

// put remembers what was read, unless something was forgotten since: then it may be what should be forgotten.
func (c *cache) put(subject string, caller Caller, t ticket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.forgot != c.forgot {
		return
	}
	if c.entries == nil {
		c.entries = make(map[string]entry)
	}
	if len(c.entries) >= maxCached {
		c.shrink(t.read)
	}
	c.entries[subject] = entry{caller, t.read}
}

func (c *cache) shrink(now time.Time) {
	for subject, e := range c.entries {
		if now.Sub(e.read) >= CacheFor {
			delete(c.entries, subject)
		}
	}
	for subject := range c.entries {
		if len(c.entries) < maxCached {
			return
		}
		delete(c.entries, subject)
	}
}

func (c *cache) forget(company ident.Company) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgot++
	for subject, e := range c.entries {
		if e.caller.Company == company {
			delete(c.entries, subject)
		}
	}
}
