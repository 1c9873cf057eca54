package localhost

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// environments is how many invocations of one consumer run at once, as AWS would start environments of a Lambda.
const environments = 4

// visibilityFactor times the timeout is how long a received message is hidden, as AWS recommends.
const visibilityFactor = 6

// consume polls a consumer's queue until the context ends.
func (h *Host) consume(ctx context.Context, f *function) {
	slots := make(chan struct{}, environments)
	for {
		changed := h.queue.Changed()
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		h.pulse.begin()
		batch, err := h.queue.Receive(ctx, f.Consumes.Topic, f.Consumes.Batch, visibilityFactor*f.timeout())
		if err == nil && len(batch) > 0 {
			h.done.Go(func() {
				defer h.pulse.end()
				defer func() { <-slots }()
				h.deliver(ctx, f, batch)
			})
			continue
		}
		h.pulse.end()
		<-slots
		if err != nil && ctx.Err() == nil {
			h.log.ErrorContext(ctx, "receiving failed", "topic", f.Consumes.Topic, "error", err)
		}
		select {
		case <-changed:
		case <-h.pulse.ticks():
		case <-ctx.Done():
			return
		}
	}
}

// deliver invokes a consumer with a batch and deletes what it is done with, as the event source mapping of AWS does.
func (h *Host) deliver(ctx context.Context, f *function, batch []queue.Received) {
	ctx = context.WithoutCancel(ctx) // what was begun is finished before Close returns
	payload, err := event.EncodeBatch(batch)
	if err != nil {
		h.log.ErrorContext(ctx, "a batch cannot be encoded", "topic", f.Consumes.Topic, "error", err)
		return
	}
	answer, err := f.call(ctx, payload)
	again := batch
	if err == nil {
		again = event.DecodeFailures(answer, batch)
	}
	comes := make(map[string]bool, len(again))
	for _, m := range again {
		comes[m.ID] = true
	}
	var done []string
	for _, m := range batch {
		if !comes[m.ID] {
			done = append(done, m.Receipt)
		}
	}
	if len(done) == 0 {
		return
	}
	if err := h.queue.Delete(ctx, f.Consumes.Topic, done); err != nil {
		h.log.ErrorContext(ctx, "deleting failed", "topic", f.Consumes.Topic, "error", err)
	}
}

func (f *function) timeout() time.Duration {
	if f.Timeout != 0 {
		return f.Timeout
	}
	return app.DefaultTimeout
}
