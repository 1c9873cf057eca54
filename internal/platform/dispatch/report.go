package dispatch

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Report is what a provider says about one dispatch. Whatever it says, it has it.
type Report[D any] struct {
	Company    ident.Company
	SendID     string
	ProviderID string
	Note       func(d *D) (news bool) // adds what is reported beyond that; nil: nothing
	With       func(d D) []table.Op   // writes that belong to it; nil: none
}

// Report records what the provider reported: the dispatch becomes sent, from every state. Reports may come twice, late and in
// any order, as long as Note only adds: the result is the same. One about an unknown dispatch is NotFound.
func (l Ledger[D, P]) Report(ctx context.Context, r Report[D]) error {
	const tries = 5
	var err error
	for range tries {
		if err = l.report(ctx, r); !errs.Is(err, errs.Conflict) {
			break
		}
	}
	return err
}

func (l Ledger[D, P]) report(ctx context.Context, r Report[D]) error {
	record, err := l.Medium.Kind.Get(ctx, l.Table, l.Medium.Key(r.Company, r.SendID))
	if err != nil {
		return err
	}
	c := P(&record.Value).course()
	before := *c
	c.State, c.Reason = Sent, ""
	c.accept(r.ProviderID)
	news := r.Note != nil && r.Note(&record.Value)
	if before.State == Sent && !news && len(c.Accepted) == len(before.Accepted) {
		return nil
	}
	doubled := c.Doubled() && len(c.Accepted) > len(before.Accepted)
	if doubled {
		l.Log.ErrorContext(ctx, "a "+l.Medium.Noun+" was sent twice", "company", r.Company.ID(), "send", r.SendID)
	}
	ops := []table.Op{l.step(r.Company, record)}
	if r.With != nil {
		ops = append(ops, r.With(record.Value)...)
	}
	if err := l.Table.Write(ctx, ops...); err != nil {
		return err
	}
	l.Medium.Count.step(ctx, before.State, c.State)
	if doubled {
		metric.Add(ctx, l.Medium.Count.Doubled, 1)
	}
	return nil
}
