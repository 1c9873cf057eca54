package text

import (
	"context"
	"log/slog"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Deliver is the command to send what the ledger holds under a send id, if it is due.
var Deliver = queue.Topic[dispatch.Delivery]{Name: "text-send"}

// Patience is how long after it was planned a note without a deadline is too late.
const Patience = 24 * time.Hour

// Ledger delivers planned notes and records what became of them. It keeps nothing in memory, so that any number of ledgers
// may work on one table.
type Ledger struct {
	Table  *table.Table
	Sender Sender
	NewID  func() string
	Log    *slog.Logger

	// Permit is asked right before a message goes out; see dispatch.Medium. Nil permits every message.
	Permit func(ctx context.Context, company ident.Company, note Note) error
}

// medium is what all ledgers of text messages have in common. None is sent again because nobody knows.
var medium = dispatch.Medium[Dispatch]{
	Noun:  "text message",
	Kind:  table.Kind[Dispatch]{Name: "text message", Schema: 1, Limit: 12 << 10}, // 1,600 characters of up to four bytes
	Key:   func(company ident.Company, sendID string) table.Key { return table.In(company, "text", sendID).At() },
	Topic: Deliver,
	Count: dispatch.Counts{
		Sent: metric.TextsSent, Unknown: metric.TextsUnknown, Settled: metric.TextsSettled,
		Parked: metric.TextsParked, Doubled: metric.TextsDoubled,
	},
}

// ways is the state machine of this ledger.
func (l Ledger) ways() dispatch.Ledger[Dispatch, *Dispatch] {
	m := medium
	m.Load = l.load
	if l.Permit != nil {
		m.Permit = func(ctx context.Context, company ident.Company, d Dispatch) error {
			return l.Permit(ctx, company, d.Note)
		}
	}
	if lookup, ok := l.Sender.(dispatch.Lookup); ok {
		m.Lookup = lookup
	}
	return dispatch.Ledger[Dispatch, *Dispatch]{Table: l.Table, NewID: l.NewID, Log: l.Log, Medium: m}
}

// Deliver is the consumer of the topic Deliver; see dispatch.Ledger.Deliver.
func (l Ledger) Deliver(ctx context.Context, company ident.Company, delivery dispatch.Delivery) error {
	return l.ways().Deliver(ctx, company, delivery)
}

// Decide ends the doubt about a parked text message; see dispatch.Ledger.Decide.
func (l Ledger) Decide(ctx context.Context, company ident.Company, sendID string, wentOut bool) (Dispatch, error) {
	return l.ways().Decide(ctx, company, sendID, wentOut)
}

// Apply records what the provider reported; see dispatch.Ledger.Report.
func (l Ledger) Apply(ctx context.Context, e Event) error {
	return l.ways().Report(ctx, dispatch.Report[Dispatch]{
		Company: e.Company, SendID: e.SendID, ProviderID: e.ProviderID,
		Note: func(d *Dispatch) bool {
			delivered, undelivered := d.Delivered, d.Undelivered
			if e.Delivered && (delivered.IsZero() || e.At.Before(delivered)) {
				d.Delivered = e.At
			}
			if e.Undelivered && (undelivered.IsZero() || e.At.Before(undelivered)) {
				d.Undelivered = e.At
			}
			return d.Delivered != delivered || d.Undelivered != undelivered
		},
	})
}

// load makes the message at the last moment, because the time that it has left is part of it.
func (l Ledger) load(_ context.Context, company ident.Company, d Dispatch) (dispatch.HandOver, error) {
	return func(ctx context.Context) (string, error) {
		return l.Sender.Send(ctx, d.message(company, l.Table.Now()))
	}, nil
}
