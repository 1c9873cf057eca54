package localhost

import (
	"context"
	"time"
)

// Companion is something beside the host that lives by its clock, such as the partner simulator.
type Companion interface {
	// Work does all that is due by now.
	Work(ctx context.Context) error
	// Next is when there is something to do again, now or earlier included.
	Next(ctx context.Context) (time.Time, bool)
	// Changed returns a channel that receives or is closed when Next may have changed.
	Changed() <-chan struct{}
}

// accompany lets the companion work when it has something to do, until the context ends. It has a thread of its own: its
// pushes come in through the gateway while the queues go on.
func (h *Host) accompany(ctx context.Context) {
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		if err := h.work(ctx); err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "the companion failed", "error", err)
			pause(ctx, backoff)
		}
		select {
		case <-timer.C:
		case <-h.Clock.changed():
		case <-h.companion.Changed():
		case <-ctx.Done():
			return
		}
	}
}

// work lets the companion do what is due by now.
func (h *Host) work(ctx context.Context) error {
	if at, ok := h.companion.Next(ctx); !ok || at.After(h.Clock.Now()) {
		return nil
	}
	defer h.activity.begin()()
	return h.companion.Work(ctx)
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
