package localhost

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// environments is how many invocations of one consumer run at once, as AWS would start environments of a Lambda.
const environments = 4

// visibilityFactor times the timeout is how long a received message is hidden, as AWS recommends.
const visibilityFactor = 6

// consume polls a consumer's queue until the context ends: when something was sent, and when it is woken because messages
// became visible by themselves.
func (h *Host) consume(ctx context.Context, f *function) {
	slots := make(chan struct{}, environments)
	for {
		sent := h.queue.Changed()
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if h.take(ctx, f, func() { <-slots }) {
			continue
		}
		select {
		case <-sent:
		case <-f.wake:
		case <-ctx.Done():
			return
		}
	}
}

// wake wakes the pollers of queues with messages that are ready.
func (h *Host) wake(ctx context.Context) {
	for _, f := range h.consumers {
		if counts, err := h.queue.Count(ctx, f.Consumes.Topic); err != nil || counts.Ready > 0 {
			select {
			case f.wake <- struct{}{}:
			default: // it is being woken
			}
		}
	}
}

// take receives messages and delivers them beside its caller. It reports whether there were any; done is called in any case.
func (h *Host) take(ctx context.Context, f *function, done func()) bool {
	// What is received and not yet delivered is neither ready nor due: only that something is under way tells of it.
	end := h.activity.begin()
	batch, err := h.queue.Receive(ctx, f.Consumes.Topic, f.Consumes.Batch, visibilityFactor*f.timeout())
	if err != nil && ctx.Err() == nil {
		h.log.ErrorContext(ctx, "receiving failed", "topic", f.Consumes.Topic, "error", err)
	}
	if len(batch) == 0 {
		end()
		done()
		return false
	}
	h.calls.Received()
	h.background.Go(func() {
		defer done()
		defer end()
		h.deliver(context.WithoutCancel(ctx), f, batch)
	})
	return true
}

// deliver invokes a consumer with a batch and deletes what it is done with, as the event source mapping of AWS does. The
// rest is visible again when its visibility ends, or its delay.
func (h *Host) deliver(ctx context.Context, f *function, batch []queue.Received) {
	payload, err := event.EncodeBatch(batch)
	if err != nil {
		h.log.ErrorContext(ctx, "a batch cannot be encoded", "topic", f.Consumes.Topic, "error", err)
		return
	}
	answer, err := h.invoke(ctx, f, payload)
	if err != nil {
		return // the function has logged why; all of them come again
	}
	again := map[string]bool{}
	for _, m := range event.DecodeFailures(answer, batch) {
		again[m.ID] = true
	}
	var done []string
	for _, m := range batch {
		if !again[m.ID] {
			done = append(done, m.Receipt)
		}
	}
	h.calls.Deleted(len(done))
	if err := h.queue.Delete(ctx, f.Consumes.Topic, done); err != nil {
		h.log.ErrorContext(ctx, "deleting failed", "topic", f.Consumes.Topic, "error", err)
	}
}
