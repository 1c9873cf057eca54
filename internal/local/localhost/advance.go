package localhost

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// MaxAdvance is how far the clock may be moved at once.
const MaxAdvance = 400 * 24 * time.Hour

// longestStop is how long, in real time, Advance waits until what is due at one instant is done.
const longestStop = time.Minute

// Advance moves the application clock to an instant, and stops on the way at every schedule, delay and due instant, in
// order, until what it causes is done. Going back is Invalid. After any other error the clock stands where it got to.
func (h *Host) Advance(ctx context.Context, to time.Time) (err error) {
	if !h.gate.enter() {
		return errClosing()
	}
	defer h.gate.leave()
	ctx, cancel := h.untilClose(ctx)
	defer cancel()
	h.advancing.Lock()
	defer h.advancing.Unlock()
	switch now := h.Clock.Now(); {
	case to.Before(now):
		return errs.Violate(errs.Violation{Location: "body", Message: "the clock only goes forward; start with a fresh data folder to go back"})
	case to.After(now.Add(MaxAdvance)):
		return errs.Violate(errs.Violation{Location: "body", Message: "the clock goes forward 400 days at once, at most"})
	}
	if err := h.Clock.keep(to); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Clock.keep(h.Clock.Now())) }()
	for {
		if err := h.finish(ctx); err != nil {
			return err
		}
		at, ok, err := h.next(ctx)
		if err != nil {
			return err
		}
		if tick, ticks := h.nextTick(); ticks && (!ok || tick.Before(at)) {
			at, ok = tick, true
		}
		last := !ok || !at.Before(to)
		if last {
			at = to
		}
		h.Clock.move(at)
		if h.companion != nil {
			if err := h.work(ctx); err != nil {
				return err
			}
		}
		h.attend(ctx)
		if last {
			return h.finish(ctx)
		}
	}
}

// finish waits until all is done that is due now.
func (h *Host) finish(ctx context.Context) error {
	stop, cancel := context.WithTimeout(ctx, longestStop)
	defer cancel()
	err := h.settle(stop, 0)
	if err != nil && stop.Err() != nil && ctx.Err() == nil {
		return errs.E(errs.Unavailable, "what is due at %s is not done after %v; the log says why", h.Clock.Now().Format(time.RFC3339), longestStop)
	}
	return err
}
