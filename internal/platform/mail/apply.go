package mail

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
)

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
	doubled := len(d.Accepted) > 1 && len(d.Accepted) > len(before.Accepted)
	if doubled {
		l.Log.ErrorContext(ctx, "a mail was sent twice", "company", e.Company.ID(), "send", e.SendID)
	}
	ops := []table.Op{l.step(e.Company, record)}
	if e.Happening == HasComplained || e.Happening == HasBounced && e.Permanent {
		ops = append(ops, suppressions.Overwrite(suppressionKey(e.Company, d.To), suppression{string(e.Happening), e.At, e.SendID}))
	}
	if err := l.Table.Write(ctx, ops...); err != nil {
		return err
	}
	counted(ctx, before.State, d.State)
	if doubled {
		metric.Add(ctx, metric.MailsDoubled, 1)
	}
	return nil
}
