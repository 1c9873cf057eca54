package localhost

import (
	"context"
	"time"
)

// Drained says what is left when nothing is left to do now.
type Drained struct {
	Drained   bool           `json:"drained"`
	Scheduled int            `json:"scheduled" doc:"Messages that wait for their time, a next attempt included."`
	Dead      map[string]int `json:"dead" doc:"Dead letters by topic."`
}

// soon is how far ahead, on the application clock, Drain waits for what is about to become due.
const soon = 2 * time.Second

// patience is how often Drain and Advance look again, in real time.
const patience = 2 * time.Millisecond

// Drain waits until no message is ready or being handled and nothing is due or about to be. It ends early, not drained,
// with the context. A message whose consumer failed waits for its next attempt, and does not hold it up.
func (h *Host) Drain(ctx context.Context) (Drained, error) {
	if !h.gate.enter() {
		return Drained{}, errClosing()
	}
	defer h.gate.leave()
	ctx, cancel := h.untilClose(ctx)
	defer cancel()
	answer := Drained{Drained: true, Dead: map[string]int{}}
	if err := h.settle(ctx, soon); err != nil {
		if ctx.Err() == nil {
			return Drained{}, err
		}
		answer.Drained = false
	}
	ctx = context.WithoutCancel(ctx)
	for _, f := range h.consumers {
		counts, err := h.queue.Count(ctx, f.Consumes.Topic)
		if err != nil {
			return Drained{}, err
		}
		answer.Scheduled += counts.Delayed
		if answer.Drained {
			answer.Scheduled += counts.InFlight // nobody holds them any more
		}
		if counts.Dead > 0 {
			answer.Dead[f.Consumes.Topic] = counts.Dead
		}
	}
	due, err := h.due.waiting(ctx)
	answer.Scheduled += due
	return answer, err
}

// settle waits until all is done that is due by the horizon from now, or the context ends.
func (h *Host) settle(ctx context.Context, horizon time.Duration) error {
	timer := time.NewTicker(patience)
	defer timer.Stop()
	for {
		// The first look is for free, even where the context has ended.
		settled, err := h.settled(context.WithoutCancel(ctx), horizon)
		if settled || err != nil {
			return err
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settled reports whether nothing is under way, ready or due by the horizon from now. All that happens is part of an
// invocation or of the companion's work, so what was seen while none began is the truth.
func (h *Host) settled(ctx context.Context, horizon time.Duration) (bool, error) {
	idle, before := h.activity.idle()
	if !idle || h.mail.Due()+h.texts.Due()+h.inbox.Due() > 0 {
		return false, nil
	}
	for _, f := range h.consumers {
		if counts, err := h.queue.Count(ctx, f.Consumes.Topic); err != nil || counts.Ready > 0 {
			return false, err
		}
	}
	next, ok, err := h.next(ctx)
	if err != nil || ok && !next.After(h.Clock.Now().Add(horizon)) {
		return false, err
	}
	if left, err := h.due.unpublished(ctx); err != nil || left {
		if idle, now := h.activity.idle(); err == nil && idle && now == before {
			err = h.publishLeft(ctx) // a writer who had loaded an item before it was settled brought its messages back
		}
		return false, err
	}
	if tick, ok := h.nextTick(); ok && !tick.After(h.Clock.Now()) {
		return false, nil
	}
	idle, after := h.activity.idle()
	return idle && before == after, nil
}

// next is the earliest instant at which work of the functions or of the companion becomes due, as far as the near future is
// known. Schedules do not count: they tick for ever.
func (h *Host) next(ctx context.Context) (next time.Time, found bool, err error) {
	take := func(at time.Time, ok bool) {
		if ok && (!found || at.Before(next)) {
			next, found = at, true
		}
	}
	if h.companion != nil {
		take(h.companion.Next(ctx))
	}
	at, ok, err := h.due.next(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	take(at, ok)
	if at, ok, err = h.queue.NextVisible(ctx); err != nil {
		return time.Time{}, false, err
	}
	take(at, ok)
	return next, found, nil
}
