package localhost

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
)

// glance is how often the host looks for what has become due, in real time.
const glance = 20 * time.Millisecond

// backoff is how long the sweeper, the bus and the companion rest after a failure, on the application clock.
const backoff = time.Second

// schedule is a function that ticks.
type schedule struct {
	*function
	cadence cadence
	next    time.Time // tick
}

func byTick(a, b *schedule) int { return a.next.Compare(b.next) }

// tick does what is due until the context ends.
func (h *Host) tick(ctx context.Context) {
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		h.attend(ctx)
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// arm makes every schedule tick at once: what was missed while the process was down is made up for, and a tick too many
// changes nothing.
func (h *Host) arm() {
	h.turn.Lock()
	defer h.turn.Unlock()
	for _, s := range h.schedules {
		s.next = h.Clock.Now()
	}
}

// attend takes a turn: it does all that is due by now, and wakes the pollers to do the rest.
func (h *Host) attend(ctx context.Context) {
	h.turn.Lock()
	defer h.turn.Unlock()
	now := h.Clock.Now()
	for _, s := range slices.SortedStableFunc(slices.Values(h.schedules), byTick) {
		if ctx.Err() != nil {
			return
		}
		if at := s.next; !at.After(now) {
			s.next = s.cadence.Next(now)
			_ = h.fire(ctx, s.function, at) // the function has logged it, and the next tick makes up for it
		}
	}
	h.sweep(ctx, now)
	h.report(ctx, now)
	h.wake(ctx)
}

// fire invokes a schedule's function with the tick's event.
func (h *Host) fire(ctx context.Context, f *function, at time.Time) error {
	payload, err := event.EncodeBridge(event.Tick(h.deps.NewID(), at))
	if err != nil {
		return err
	}
	_, err = h.invoke(ctx, f, payload)
	return err
}

// sweep lets the sweeper publish what is due, without waiting for its next tick.
func (h *Host) sweep(ctx context.Context, now time.Time) {
	sweeper := h.function(app.Sweep.Name)
	if sweeper == nil || ctx.Err() != nil || now.Before(h.sweepAfter) {
		return
	}
	next, ok, err := h.due.next(ctx)
	if err == nil && ok && !next.After(now) {
		err = h.fire(ctx, sweeper, now)
	} else if err != nil && ctx.Err() == nil {
		h.log.ErrorContext(ctx, "the due index cannot be read", "error", err)
	}
	if err != nil {
		h.sweepAfter = now.Add(backoff)
	}
}

// nextTick is the earliest tick of a schedule that is worth a stop; false where there is none. The sweeper's are not: it is
// called for whatever is due (see sweep), and a year has half a million of its ticks.
func (h *Host) nextTick() (next time.Time, found bool) {
	h.turn.Lock()
	defer h.turn.Unlock()
	for _, s := range h.schedules {
		if s.Name != app.Sweep.Name && (!found || s.next.Before(next)) {
			next, found = s.next, true
		}
	}
	return next, found
}
