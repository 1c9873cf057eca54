package rehearse

import (
	"sync"
	"time"
)

// bucket lets so many requests through a second, and so many at one instant.
type bucket struct {
	limit Throttle
	mu    sync.Mutex
	left  float64
	at    time.Time
}

func newBucket(limit Throttle, now time.Time) *bucket {
	return &bucket{limit: limit, left: float64(limit.Burst), at: now}
}

// take reports whether there is room for one more.
func (b *bucket) take(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(float64(b.limit.Burst), b.left+passed.Seconds()*float64(b.limit.Rate))
		b.at = now
	}
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
