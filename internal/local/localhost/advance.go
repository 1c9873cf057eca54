package localhost

import (
	"context"
	"time"
)

// Drained says what is left when nothing is left to do now.
type Drained struct {
	Drained   bool           `json:"drained"`
	Scheduled int            `json:"scheduled"` // messages that wait for their time
	Dead      map[string]int `json:"dead"`      // dead letters by topic
}

// soon is how far ahead, on the application clock, Drain waits for what is about to become due.
const soon = 2 * time.Second

// patience is how often Drain and Advance look again, in real time.
const patience = 2 * time.Millisecond

// Drain waits until no message is ready or in flight and nothing is due or about to be. It ends early, not drained, with
// the context.
func (h *Host) Drain(ctx context.Context) (Drained, error) {
	err := h.quiet(ctx, soon)
	timedOut := err != nil && ctx.Err() != nil
	if err != nil && !timedOut {
		return Drained{}, err
	}
	counted := context.WithoutCancel(ctx)
	answer := Drained{Drained: !timedOut, Dead: map[string]int{}}
	for _, f := range h.functions {
		if f.Consumes == nil {
			continue
		}
		counts, err := h.queue.Count(counted, f.Consumes.Topic)
		if err != nil {
			return Drained{}, err
		}
		answer.Scheduled += counts.Delayed
		if counts.Dead > 0 {
			answer.Dead[f.Consumes.Topic] = counts.Dead
		}
	}
	due, err := h.deps.Outbox().Waiting(counted, horizonOfDue)
	answer.Scheduled += due
	return answer, err
}

// quiet waits until nothing is left to do that is due by the horizon from now.
func (h *Host) quiet(ctx context.Context, horizon time.Duration) error {
	timer := time.NewTicker(patience)
	defer timer.Stop()
	for {
		next, err := h.next(ctx)
		if err != nil {
			return err
		}
		waiting, err := h.unfinished(ctx)
		if err != nil {
			return err
		}
		if !waiting && (next.IsZero() || next.After(h.Clock.Now().Add(horizon))) {
			return nil
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// unfinished reports whether anything is ready, in flight or under way.
func (h *Host) unfinished(ctx context.Context) (bool, error) {
	if h.mail.Due() > 0 {
		return true, nil
	}
	for _, f := range h.functions {
		if f.Consumes == nil {
			continue
		}
		counts, err := h.queue.Count(ctx, f.Consumes.Topic)
		if err != nil || counts.Ready+counts.InFlight > 0 {
			return true, err
		}
	}
	return false, nil
}

// next is the earliest instant at which work of the functions or the companion becomes due; zero: none. Schedules do not
// count: they tick for ever.
func (h *Host) next(ctx context.Context) (time.Time, error) {
	var next time.Time
	take := func(at time.Time, ok bool) {
		if ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if h.companion != nil {
		take(h.companion.Next(ctx))
	}
	due, ok, err := h.deps.Outbox().NextDue(ctx, horizonOfDue)
	if err != nil {
		return time.Time{}, err
	}
	take(due, ok)
	visible, ok, err := h.queue.NextVisible(ctx)
	take(visible, ok)
	return next, err
}

// horizonOfDue is how far ahead due items are looked for when the clock is moved.
const horizonOfDue = 7 * 24 * time.Hour

// Advance moves the application clock to an instant, and stops on the way at every schedule, delay and due instant, in
// order, until what it causes is done. Going back is refused.
func (h *Host) Advance(ctx context.Context, to time.Time) error {
	h.advancing.Lock()
	defer h.advancing.Unlock()
	if to.Before(h.Clock.Now()) {
		return errBackwards()
	}
	for {
		if err := h.quiet(ctx, 0); err != nil {
			return err
		}
		at, err := h.next(ctx)
		if err != nil {
			return err
		}
		h.turn.Lock()
		for _, tick := range h.tickAt {
			if at.IsZero() || tick.Before(at) {
				at = tick
			}
		}
		h.turn.Unlock()
		last := at.IsZero() || !at.Before(to)
		if last {
			at = to
		}
		if err := h.Clock.set(at); err != nil {
			return err
		}
		h.attend(ctx)
		h.turn.Lock()
		h.run(ctx)
		h.turn.Unlock()
		if last {
			return h.quiet(ctx, 0)
		}
	}
}
