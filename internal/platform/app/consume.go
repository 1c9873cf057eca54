package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// consumer handles batches of messages, each by itself.
type consumer struct {
	Consumer
	host    queue.Sender // hands messages back; consumers themselves may not
	granted Deps
}

// reserve is kept from the end of an invocation for its answer. A message is cut off where the reserve begins and not
// begun where as much again is left.
const reserve = 2 * time.Second

// handle answers which messages of a batch are to come again. What it has no time for comes again untouched.
func (c consumer) handle(ctx context.Context, payload []byte) ([]byte, error) {
	start := time.Now()
	messages, err := event.DecodeBatch(payload)
	if err != nil {
		finish(ctx, c.granted.Log, start, err, slog.String("topic", c.Topic))
		return nil, err
	}
	work, cancel, late := budget(ctx, start)
	defer cancel()

	again := make([]bool, len(messages))
	var fates [queue.Retried + 1]int
	var untouched int
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(max(c.Parallel, 1))
	for i, m := range messages {
		group.Go(func() error {
			if late() {
				mu.Lock()
				defer mu.Unlock()
				again[i] = true
				untouched++
				return nil
			}
			fate := c.one(work, ctx, m)
			mu.Lock()
			defer mu.Unlock()
			again[i] = fate == queue.Delayed || fate == queue.Retried
			fates[fate]++
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("app: %w", err)
	}
	metric.Add(ctx, metric.MessagesDropped, fates[queue.Dropped])
	failed(ctx, fates[queue.Retried])
	var back []string
	for i, m := range messages {
		if again[i] {
			back = append(back, m.ID)
		}
	}
	finish(ctx, c.granted.Log, start, nil, slog.String("topic", c.Topic),
		slog.Int("messages", len(messages)), slog.Int("done", fates[queue.Done]), slog.Int("dropped", fates[queue.Dropped]),
		slog.Int("delayed", fates[queue.Delayed]), slog.Int("retried", fates[queue.Retried]), slog.Int("untouched", untouched))
	return event.EncodeFailures(back)
}

// budget derives the context in which messages are handled, and a question whether it is too late to begin another.
func budget(ctx context.Context, start time.Time) (work context.Context, cancel func(), late func() bool) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return ctx, func() {}, func() bool { return ctx.Err() != nil }
	}
	margin := min(reserve, deadline.Sub(start)/10)
	work, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
	return work, cancel, func() bool { return time.Until(deadline) < 2*margin }
}

// one handles one message and carries out the verdict. Handing back uses the outer context: the message may have used up
// the other.
func (c consumer) one(work, ctx context.Context, m queue.Received) queue.Fate {
	err := recovered(work, c.granted.Log, func() error { return c.Handle(work, c.granted, m.Body) })
	verdict := queue.Judge(err, m.Receives)
	if verdict.Fate == queue.Done {
		return queue.Done
	}
	if verdict.Fate != queue.Dropped && m.Receives >= queue.MaxReceives {
		metric.Add(ctx, metric.MessagesDead, 1)
	}
	attrs := []slog.Attr{
		slog.String("topic", c.Topic), slog.String("message", m.ID), slog.String("company", m.Group),
		slog.Int("receives", m.Receives), slog.String("kind", errs.KindOf(err).String()), slog.Any("error", err),
	}
	level, text := slog.LevelWarn, "message dropped"
	switch verdict.Fate {
	case queue.Delayed:
		level, text = slog.LevelInfo, "message delayed"
		attrs = append(attrs, slog.Duration("wait", verdict.Wait))
		if err := c.host.Delay(ctx, c.Topic, m.Receipt, verdict.Wait); err != nil {
			attrs = append(attrs, slog.Any("undelayed", err)) // it comes again when its visibility ends
		}
	case queue.Retried:
		level, text = slog.LevelError, "message failed"
	}
	c.granted.Log.LogAttrs(ctx, level, text, attrs...)
	return verdict.Fate
}
