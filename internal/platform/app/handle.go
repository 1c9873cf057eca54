package app

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// Handler takes the payload of one invocation and returns its answer, bytes in and bytes out. An error means that the
// invocation as a whole has failed, and its caller decides whether it comes again.
type Handler func(ctx context.Context, payload []byte) ([]byte, error)

// Handle makes the handler of a function: the one core of every host, in Lambda and on a laptop. The function gets what
// Grant gives it. The context's deadline, where it has one, is the invocation's; each invocation writes one line to the log, with
// what it counted.
func Handle(f Function, full Deps) Handler {
	handle := handler(f, full)
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		return handle(metric.Collect(ctx, full.Metrics, f.Name), payload)
	}
}

// handler is the Handler of a function by its trigger.
func handler(f Function, full Deps) Handler {
	granted := Grant(full, f)
	switch {
	case f.HTTP != nil:
		return serve(f, granted)
	case f.Consumes != nil:
		return consumer{*f.Consumes, full.Queue, granted}.handle
	case f.Every != nil:
		return react(granted, func(ctx context.Context, _ event.Bridge) error { return f.Every.Handle(ctx, granted) })
	case f.On != nil:
		return react(granted, func(ctx context.Context, e event.Bridge) error { return f.On.Handle(ctx, granted, e) })
	}
	return func(context.Context, []byte) ([]byte, error) {
		return nil, fmt.Errorf("app: %s has no trigger", f.Name)
	}
}

// done is the answer where nobody reads one.
var done = []byte("null")

// react handles ticks and events: an error makes the invoker try again.
func react(d Deps, handle func(context.Context, event.Bridge) error) Handler {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		start := time.Now()
		e, err := event.DecodeBridge(payload)
		if err == nil {
			err = recovered(ctx, d.Log, func() error { return handle(ctx, e) })
		}
		finish(ctx, d.Log, start, err, slog.String("event", e.DetailType), slog.String("id", e.ID))
		if err != nil {
			return nil, err
		}
		return done, nil
	}
}

// recovered makes a panic an error of the one thing that was handled.
func recovered(ctx context.Context, log *slog.Logger, handle func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			log.ErrorContext(ctx, "panic", "reason", reason, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", reason)
		}
	}()
	return handle()
}

// failed counts work that ended in an error of ours.
func failed(ctx context.Context, n int) { metric.Add(ctx, metric.Failures, n) }

// finish writes the line of an invocation. Errors are for logs by their making and hold no personal data.
func finish(ctx context.Context, log *slog.Logger, start time.Time, err error, attrs ...slog.Attr) {
	level := slog.LevelInfo
	if err != nil {
		failed(ctx, 1)
		level = slog.LevelError
		attrs = append(attrs, slog.String("kind", errs.KindOf(err).String()), slog.Any("error", err))
	}
	attrs = append(append(attrs, duration(start)), metric.Attrs(ctx, time.Now())...)
	log.LogAttrs(ctx, level, "invocation", attrs...)
}

func duration(start time.Time) slog.Attr {
	return slog.Float64("ms", float64(time.Since(start).Microseconds())/1000)
}
