package pebblequeue_test

import (
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue/queuetest"
)

// clock is an application clock that stands still until it is advanced.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func inMemory(t testing.TB, c *clock) *pebblequeue.Queue {
	t.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return pebblequeue.New(db, c.now)
}

func TestTheContractOfQueues(t *testing.T) {
	queuetest.Run(t, func(t *testing.T) queuetest.Fixture {
		c := newClock()
		q := inMemory(t, c)
		return queuetest.Fixture{Sender: q, Source: q, Topic: "recapture-submit", Other: "notify-send", Advance: c.advance}
	})
}
