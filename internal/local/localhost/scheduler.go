package localhost

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
)

// glance is how often the scheduler looks for what has become due, in real time.
const glance = 20 * time.Millisecond

// reportsAtOnce is the most reports of the mail sender handed over in one turn.
const reportsAtOnce = 100

// schedule fires what is due until the context ends. Every schedule ticks once at the start: what was missed while the
// process was down is made up for, and a tick too many changes nothing.
func (h *Host) schedule(ctx context.Context) {
	h.turn.Lock()
	for name, f := range h.functions {
		if f.cadence != nil {
			h.tickAt[name] = h.Clock.Now()
		}
	}
	h.turn.Unlock()
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		h.turn.Lock()
		h.run(ctx)
		h.turn.Unlock()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// accompany lets the companion work when it has something to do, until the context ends. It has a thread of its own: its
// pushes come in through the gateway while the queues go on.
func (h *Host) accompany(ctx context.Context) {
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for {
		h.attend(ctx)
		select {
		case <-timer.C:
		case <-h.companion.Changed():
		case <-ctx.Done():
			return
		}
	}
}

// attend lets the companion do what is due by now.
func (h *Host) attend(ctx context.Context) {
	if h.companion == nil {
		return
	}
	if at, ok := h.companion.Next(ctx); ok && !at.After(h.Clock.Now()) {
		if err := h.companion.Work(ctx); err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "the partner simulator failed", "error", err)
		}
	}
}

// run does all that is due by now on the application clock. The caller holds the turn.
func (h *Host) run(ctx context.Context) {
	now := h.Clock.Now()
	for _, name := range h.scheduled() {
		if at := h.tickAt[name]; !at.After(now) {
			f := h.functions[name]
			h.tickAt[name] = f.cadence.Next(now)
			h.tick(ctx, f, at)
		}
	}
	if due, ok, err := h.deps.Outbox().NextDue(ctx, 0); err != nil {
		h.log.ErrorContext(ctx, "the due index cannot be read", "error", err)
	} else if sweep := h.functions[app.Sweep.Name]; ok && sweep != nil && !due.After(now) {
		h.tick(ctx, sweep, now)
	}
	h.report(ctx)
	if at, ok, err := h.queue.NextVisible(ctx); err == nil && (!ok || !at.After(now.Add(glance))) {
		h.pulse.beat()
	}
}

// fire invokes a schedule's function with the tick's event.
func (h *Host) fire(ctx context.Context, f *function, at time.Time) error {
	payload, err := event.EncodeBridge(event.Tick(h.deps.NewID(), at))
	if err == nil {
		_, err = f.call(ctx, payload)
	}
	return err
}

// tick fires a schedule in the course of time; the next tick makes up for one that failed, which the function has logged.
func (h *Host) tick(ctx context.Context, f *function, at time.Time) { _ = h.fire(ctx, f, at) }

// report hands what the mail sender reports to the functions that listen, as SES would through the event bus.
func (h *Host) report(ctx context.Context) {
	if h.mail.Due() == 0 {
		return
	}
	reports, err := h.mail.Reports(ctx, reportsAtOnce)
	if err != nil {
		h.log.ErrorContext(ctx, "the reports of the mail sender cannot be read", "error", err)
		return
	}
	for _, report := range reports {
		if !h.publish(ctx, report.Events) {
			return // it comes again
		}
		if err := h.mail.Handed(report.ID); err != nil {
			h.log.ErrorContext(ctx, "a report cannot be marked as handed over", "error", err)
		}
	}
}

// publish gives events to every function that listens to them, and reports whether all of them took them.
func (h *Host) publish(ctx context.Context, events [][]byte) bool {
	for _, payload := range events {
		e, err := event.DecodeBridge(payload)
		if err != nil {
			h.log.ErrorContext(ctx, "an event cannot be read", "error", err)
			continue
		}
		for _, f := range h.functions {
			if f.On == nil || f.On.Source != e.Source || !slices.Contains(f.On.DetailTypes, e.DetailType) {
				continue
			}
			if _, err := f.call(ctx, payload); err != nil {
				h.log.ErrorContext(ctx, "an event was not taken", "function", f.Name, "error", err)
				return false
			}
		}
	}
	return true
}

// scheduled are the names of the functions with a schedule, in order.
func (h *Host) scheduled() []string {
	names := make([]string, 0, len(h.tickAt))
	for name := range h.tickAt {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
