package access

import (
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

func TestTheCacheStaysWithinItsBound(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)
	c := cache{now: func() time.Time { return now }}
	fill := func(from, n int) {
		for i := range n {
			c.put(strconv.Itoa(from+i), NewCaller(ident.Trusted("harbour"), "u", ""), c.ticket())
		}
	}
	fill(0, maxCached+100)
	if len(c.entries) != maxCached {
		t.Fatalf("%d entries, want %d", len(c.entries), maxCached)
	}
	now = now.Add(CacheFor)
	fill(maxCached+100, 1)
	if len(c.entries) != 1 {
		t.Errorf("%d entries, want only the fresh one", len(c.entries))
	}
}

func TestWhatWasReadBeforeAChangeIsNotRememberedAfterIt(t *testing.T) {
	harbour := ident.Trusted("harbour")
	c := cache{now: time.Now}
	ticket := c.ticket()
	c.forget(harbour)
	c.put("s1", NewCaller(harbour, "u1", ""), ticket)
	if _, ok := c.get("s1"); ok {
		t.Error("a read that began before the change is answered after it")
	}
}
