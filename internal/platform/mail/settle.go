package mail

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// settle finds out what became of a send whose answer is missing: lost on the way, or because the sending process died. It
// asks a provider that can be asked; otherwise it waits for the provider's event, and after SettleAfter decides by rule.
func (l Ledger) settle(ctx context.Context, company ident.Company, record table.Record[Dispatch]) error {
	now := l.Table.Now()
	d := record.Value
	d.Owner = l.NewID()
	lookup, canAsk := l.Sender.(Lookup)
	switch deadline := d.Began.Add(SettleAfter); {
	case canAsk:
		providerID, accepted, err := lookup.Accepted(ctx, d.SendID)
		if err != nil {
			return err
		}
		if accepted {
			d.State, d.Reason = Sent, ""
			d.accept(providerID)
		} else {
			d.State, d.Wake = Released, now.Add(backoff(d.Attempts, 0))
		}
	case now.Before(deadline):
		if d.State == Unknown {
			return nil
		}
		d.State, d.Reason, d.Wake = Unknown, "the sending process ended before the provider's answer", deadline
	case d.Class == Resend:
		d.State, d.Wake = Released, now.Add(firstWait)
	default:
		alive, err := eventsAlive(ctx, l.Table, company, d.Began)
		if err != nil {
			return err
		}
		if alive {
			d.State, d.Wake = Released, now.Add(firstWait)
		} else {
			d.State, d.Reason = Parked, "nobody can tell whether it went out"
			l.Log.ErrorContext(ctx, "a mail is parked", "company", company.ID(), "send", d.SendID)
		}
	}
	_, err := l.move(ctx, company, record, d)
	return err
}
