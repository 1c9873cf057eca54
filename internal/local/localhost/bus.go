package localhost

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
)

// reportsAtOnce is the most reports of the mail sender handed over in one turn.
const reportsAtOnce = 100

// report hands what the mail sender reports to the functions that listen, as SES would through the event bus. A report
// that was not taken comes again.
func (h *Host) report(ctx context.Context, now time.Time) {
	if h.mail.Due() == 0 || ctx.Err() != nil || now.Before(h.reportAfter) {
		return
	}
	reports, err := h.mail.Reports(context.WithoutCancel(ctx), reportsAtOnce)
	for _, report := range reports {
		if ctx.Err() != nil {
			return
		}
		if err = h.publish(ctx, report.Events); err != nil {
			break
		}
		if err = h.mail.Handed(report.ID); err != nil {
			break
		}
	}
	if err != nil {
		h.log.ErrorContext(ctx, "reports of the mail sender wait", "error", err)
		h.reportAfter = now.Add(backoff)
	}
}

// publish gives events to every function that listens to them, and fails at the first that does not take one.
func (h *Host) publish(ctx context.Context, events [][]byte) error {
	for _, payload := range events {
		e, err := event.DecodeBridge(payload)
		if err != nil {
			return err
		}
		for _, f := range h.functions {
			if f.On == nil || f.On.Source != e.Source || !slices.Contains(f.On.DetailTypes, e.DetailType) {
				continue
			}
			if _, err := h.invoke(ctx, f, payload); err != nil {
				return err
			}
		}
	}
	return nil
}
