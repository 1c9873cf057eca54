package localhost

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/local/spool"
	"github.com/winback-auto/winback/internal/platform/event"
)

// reportsAtOnce is the most reports of each provider handed over in one turn.
const reportsAtOnce = 100

// outlet is a provider of something that goes out of the house or comes in, and has something to report.
type outlet interface {
	Due() int
	Reports(ctx context.Context, limit int) ([]spool.Report, error)
	Handed(id string) error
}

// report hands what the providers of mails and text messages, and the inbox, report to the functions that listen, as AWS would through the
// event bus. A report that was not taken comes again.
func (h *Host) report(ctx context.Context, now time.Time) {
	for _, from := range []outlet{h.mail, h.texts, h.inbox} {
		if from.Due() == 0 || ctx.Err() != nil || now.Before(h.reportAfter) {
			continue
		}
		if err := h.hand(ctx, from); err != nil {
			h.log.ErrorContext(ctx, "reports of a provider wait", "error", err)
			h.reportAfter = now.Add(backoff)
		}
	}
}

// hand hands over what is due of one provider.
func (h *Host) hand(ctx context.Context, from outlet) error {
	reports, unread := from.Reports(context.WithoutCancel(ctx), reportsAtOnce)
	for _, report := range reports {
		if ctx.Err() != nil {
			break
		}
		if err := h.publish(ctx, report.Events); err != nil {
			return err
		}
		if err := from.Handed(report.ID); err != nil {
			return err
		}
	}
	return unread
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
