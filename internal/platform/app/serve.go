package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/web"
)

// serve handles HTTP requests. A request always gets an answer; only a payload that is no request is an error.
func serve(f Function, granted Deps) Handler {
	config := web.Config{Title: f.Name, Table: granted.Table, Log: granted.Log}
	if granted.Access != nil {
		config.Callers = granted.Access
	}
	api, handler := web.NewLazy(config)
	f.HTTP(api, granted)
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		start := time.Now()
		ctx, outcome := web.Observe(ctx)
		r, err := event.DecodeRequest(ctx, payload)
		if err != nil {
			finish(ctx, granted.Log, start, err)
			return nil, err
		}
		w := new(event.Response)
		handler.ServeHTTP(w, r)
		answer, err := w.Encode()
		if err != nil {
			// Too large for the gateway: the client gets a problem and the log the reason.
			w = new(event.Response)
			web.Refuse(r.Context(), w, fmt.Errorf("app: the answer cannot be sent: %v", err))
			granted.Log.ErrorContext(r.Context(), "answer cannot be sent", "error", err)
			if answer, err = w.Encode(); err != nil {
				return nil, fmt.Errorf("app: %s: %w", f.Name, err)
			}
		}
		level := slog.LevelInfo
		if w.Status() >= http.StatusInternalServerError {
			failed(ctx, 1)
			level = slog.LevelError
		}
		call := event.CallOf(r.Context())
		granted.Log.LogAttrs(ctx, level, "request", append([]slog.Attr{
			slog.String("route", call.RouteKey),
			slog.String("request", call.RequestID),
			slog.String("company", outcome.Company),
			slog.String("user", outcome.User),
			slog.Int("status", w.Status()),
			slog.String("kind", outcome.Kind),
			duration(start),
		}, metric.Attrs(ctx, time.Now())...)...)
		return answer, nil
	}
}
