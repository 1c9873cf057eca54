package mail

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Facts are when each thing happened first. They only grow, so that events may come twice, late and in any order: the
// result is the same.
type Facts struct {
	Delivered  time.Time `json:"delivered,omitzero"`
	Delayed    time.Time `json:"delayed,omitzero"`
	Bounced    time.Time `json:"bounced,omitzero"`
	Complained time.Time `json:"complained,omitzero"`
	Rejected   time.Time `json:"rejected,omitzero"`
	Opened     time.Time `json:"opened,omitzero"`
	Clicked    time.Time `json:"clicked,omitzero"`
}

// with is the facts and one more.
func (f Facts) with(e Event) Facts {
	field := map[Happening]*time.Time{
		HasDelivered: &f.Delivered, HasDelayed: &f.Delayed, HasBounced: &f.Bounced, HasComplained: &f.Complained,
		HasRejected: &f.Rejected, HasOpened: &f.Opened, HasClicked: &f.Clicked,
	}[e.Happening]
	if field != nil && (field.IsZero() || e.At.Before(*field)) {
		*field = e.At
	}
	return f
}

// maxAccepted bounds the provider ids that a dispatch remembers.
const maxAccepted = 4

func (d *Dispatch) accept(providerID string) {
	if providerID == "" || slices.Contains(d.Accepted, providerID) || len(d.Accepted) == maxAccepted {
		return
	}
	// Sorted, so that the order of events does not show.
	d.Accepted = append(slices.Clone(d.Accepted), providerID)
	slices.Sort(d.Accepted)
}

// Apply records what the provider reported. Whatever it reports, it has the mail: the dispatch becomes sent, from every
// state. A permanent bounce and a complaint suppress the address. An event about an unknown mail is NotFound.
func (l Ledger) Apply(ctx context.Context, e Event) error {
	const tries = 5
	var err error
	for range tries {
		if err = l.apply(ctx, e); !errs.Is(err, errs.Conflict) {
			break
		}
	}
	if err != nil {
		return err
	}
	return beat(ctx, l.Table, e.Company, e)
}

func (l Ledger) apply(ctx context.Context, e Event) error {
	record, err := dispatches.Get(ctx, l.Table, key(e.Company, e.SendID))
	if err != nil {
		return err
	}
	before := record.Value
	d := &record.Value
	d.State, d.Reason = Sent, ""
	d.Facts = d.Facts.with(e)
	d.accept(e.ProviderID)
	if before.State == Sent && d.Facts == before.Facts && len(d.Accepted) == len(before.Accepted) {
		return nil
	}
	if len(d.Accepted) > 1 && len(d.Accepted) > len(before.Accepted) {
		l.Log.ErrorContext(ctx, "a mail was sent twice", "company", e.Company.ID(), "send", e.SendID)
	}
	ops := []table.Op{l.step(e.Company, record)}
	if e.Happening == HasComplained || e.Happening == HasBounced && e.Permanent {
		ops = append(ops, suppressions.Overwrite(suppressionKey(e.Company, d.To), suppression{string(e.Happening), e.At, e.SendID}))
	}
	return l.Table.Write(ctx, ops...)
}

func findPulse(ctx context.Context, t *table.Table, company ident.Company) (p pulse, found bool, err error) {
	record, err := pulses.Get(ctx, t, pulseKey(company))
	if errs.Is(err, errs.NotFound) {
		return pulse{}, false, nil
	}
	return record.Value, err == nil, err
}
