package mail

import (
	"context"
	"time"

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

// Proof that the provider's events arrive is kept coarsely, and only read when a send is in doubt.
const (
	pulseStep   = 5 * time.Minute  // at most one write in this time
	pulseRecent = 15 * time.Minute // an event this long ago says nothing about now
)

// pulse is the latest sign of life of the provider's events of a company.
type pulse struct {
	Seen   time.Time `json:"seen"`   // when the latest event arrived
	Newest time.Time `json:"newest"` // when the newest mail that an event was about was accepted
}

var pulses = table.Kind[pulse]{Name: "mail events alive", Schema: 1}

func pulseKey(company ident.Company) table.Key { return table.In(company, "mail-events").At() }

// eventsAlive reports whether events arrive now, and one arrived about a mail that is younger than the one in doubt: then
// that one's own event would have come, had the provider taken it.
func eventsAlive(ctx context.Context, t *table.Table, company ident.Company, began time.Time) (bool, error) {
	record, found, err := findPulse(ctx, t, company)
	if err != nil || !found {
		return false, err
	}
	return record.Seen.After(t.Now().Add(-pulseRecent)) && record.Newest.After(began), nil
}

// beat notes that an event arrived.
func beat(ctx context.Context, t *table.Table, company ident.Company, e Event) error {
	last, found, err := findPulse(ctx, t, company)
	if err != nil {
		return err
	}
	now := t.Now()
	if found && now.Sub(last.Seen) < pulseStep && e.MailAt.Sub(last.Newest) < pulseStep {
		return nil
	}
	newest := last.Newest
	if e.MailAt.After(newest) {
		newest = e.MailAt
	}
	return t.Write(ctx, pulses.Overwrite(pulseKey(company), pulse{Seen: now, Newest: newest}))
}
