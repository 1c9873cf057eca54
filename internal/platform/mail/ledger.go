package mail

import (
	"context"
	"log/slog"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Deliver is the command to send what the ledger holds under a send id, if it is due.
var Deliver = queue.Topic[dispatch.Delivery]{Name: "mail-send"}

// Patience is how long after it was planned a letter without a deadline is too late.
const Patience = 3 * 24 * time.Hour

// Ledger delivers planned letters and records what became of them. It keeps nothing in memory, so that any number of
// ledgers may work on one table.
type Ledger struct {
	Table  *table.Table
	Sender Sender
	From   string // address of letters that name none
	NewID  func() string
	Log    *slog.Logger

	// Permit is asked right before a mail goes out; see dispatch.Medium. Nil permits every mail to an address that is not
	// suppressed.
	Permit func(ctx context.Context, company ident.Company, letter Letter) error
}

// medium is what all ledgers of mails have in common.
var medium = dispatch.Medium[Dispatch]{
	Noun:  "mail",
	Kind:  table.Kind[Dispatch]{Name: "mail", Schema: 1},
	Key:   func(company ident.Company, sendID string) table.Key { return table.In(company, "mail", sendID).At() },
	Topic: Deliver,
	Count: dispatch.Counts{
		Sent: metric.MailsSent, Unknown: metric.MailsUnknown, Settled: metric.MailsSettled,
		Parked: metric.MailsParked, Doubled: metric.MailsDoubled,
	},
}

// ways is the state machine of this ledger.
func (l Ledger) ways() dispatch.Ledger[Dispatch, *Dispatch] {
	m := medium
	m.Permit, m.Load, m.Again = l.mayGo, l.load, l.again
	if lookup, ok := l.Sender.(dispatch.Lookup); ok {
		m.Lookup = lookup
	}
	return dispatch.Ledger[Dispatch, *Dispatch]{Table: l.Table, NewID: l.NewID, Log: l.Log, Medium: m}
}

// Deliver is the consumer of the topic Deliver; see dispatch.Ledger.Deliver.
func (l Ledger) Deliver(ctx context.Context, company ident.Company, delivery dispatch.Delivery) error {
	return l.ways().Deliver(ctx, company, delivery)
}

// Decide ends the doubt about a parked mail; see dispatch.Ledger.Decide.
func (l Ledger) Decide(ctx context.Context, company ident.Company, sendID string, wentOut bool) (Dispatch, error) {
	return l.ways().Decide(ctx, company, sendID, wentOut)
}

// Apply records what the provider reported; see dispatch.Ledger.Report. A permanent bounce and a complaint suppress the address.
func (l Ledger) Apply(ctx context.Context, e Event) error {
	err := l.ways().Report(ctx, dispatch.Report[Dispatch]{
		Company: e.Company, SendID: e.SendID, ProviderID: e.ProviderID,
		Note: func(d *Dispatch) bool {
			before := d.Facts
			d.Facts = d.Facts.with(e)
			return d.Facts != before
		},
		With: func(d Dispatch) []table.Op {
			if e.Happening != HasComplained && (e.Happening != HasBounced || !e.Permanent) {
				return nil
			}
			return []table.Op{suppressions.Overwrite(suppressionKey(e.Company, d.To), suppression{string(e.Happening), e.At, e.SendID})}
		},
	})
	if err != nil {
		return err
	}
	return beat(ctx, l.Table, e.Company, e)
}

// mayGo asks the suppression list and the permission.
func (l Ledger) mayGo(ctx context.Context, company ident.Company, d Dispatch) error {
	suppressed, err := isSuppressed(ctx, l.Table, company, d.To)
	if err != nil {
		return errs.E(errs.Internal, "mail: suppression list: %w", err)
	}
	if suppressed {
		return errs.E(errs.Forbidden, "the address is suppressed")
	}
	if l.Permit == nil {
		return nil
	}
	return l.Permit(ctx, company, d.Letter)
}

// load puts a letter together with its content.
func (l Ledger) load(ctx context.Context, company ident.Company, d Dispatch) (dispatch.HandOver, error) {
	letter, err := d.whole(ctx, l.Table, company)
	return func(ctx context.Context) (string, error) { return l.Sender.Send(ctx, letter.message(company, l.From)) }, err
}

// again sends a letter once more if that is the smaller evil, or if the provider's events prove that it never took it.
func (l Ledger) again(ctx context.Context, company ident.Company, d Dispatch) (bool, error) {
	if d.Class == Resend {
		return true, nil
	}
	return eventsAlive(ctx, l.Table, company, d.Began)
}
