package dispatch

import (
	"context"
	"errors"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// settle finds out what became of a send whose answer is missing: lost on the way, or because the sending process died. It
// asks a provider that can be asked; otherwise it waits for the provider's event, and after SettleAfter asks the medium.
func (l Ledger[D, P]) settle(ctx context.Context, company ident.Company, record table.Record[D]) error {
	now := l.Table.Now()
	c := *P(&record.Value).course()
	sendID, _ := P(&record.Value).Intent()
	c.Owner = l.NewID()
	switch deadline := c.Began.Add(SettleAfter); {
	case l.Medium.Lookup != nil:
		providerID, accepted, err := l.Medium.Lookup.Accepted(ctx, sendID)
		if err != nil {
			return err
		}
		if accepted {
			c.State, c.Reason = Sent, ""
			c.accept(providerID)
		} else {
			c.State, c.Wake = Released, now.Add(backoff(c.Attempts, 0))
		}
	case now.Before(deadline):
		if c.State == Unknown {
			return nil
		}
		c.State, c.Reason, c.Wake = Unknown, "the sending process ended before the provider's answer", deadline
	default:
		again := false
		if l.Medium.Again != nil {
			var err error
			if again, err = l.Medium.Again(ctx, company, record.Value); err != nil {
				return err
			}
		}
		if again {
			c.State, c.Wake = Released, now.Add(firstWait)
		} else {
			c.State, c.Reason = Parked, "nobody can tell whether it went out"
			l.Log.ErrorContext(ctx, "a "+l.Medium.Noun+" is parked", "company", company.ID(), "send", sendID)
		}
	}
	_, err := l.move(ctx, company, record, c)
	return err
}

// Decide ends the doubt about a parked dispatch: an operator has found out whether it went out. One that did not is sent as
// soon as the sweeper comes by. What is not parked is left as it is, with a Conflict that says where it stands; saying the
// same again succeeds. The provider's event, should it come after all, still has the last word.
func (l Ledger[D, P]) Decide(ctx context.Context, company ident.Company, sendID string, wentOut bool) (D, error) {
	record, err := l.Medium.Kind.Get(ctx, l.Table, l.Medium.Key(company, sendID))
	if err != nil {
		return record.Value, err
	}
	c := *P(&record.Value).course()
	switch {
	case wentOut && c.State == Sent, !wentOut && c.State == Released:
		return record.Value, nil
	case c.State != Parked:
		return record.Value, errs.E(errs.Conflict, "this %s is not parked but %s: there is nothing to decide", l.Medium.Noun, c.State)
	}
	c.Owner, c.Reason = l.NewID(), ""
	if wentOut {
		c.State = Sent
	} else {
		c.State, c.Wake = Released, l.Table.Now()
	}
	record, err = l.move(ctx, company, record, c)
	if errors.Is(err, errMoved) {
		state := P(&record.Value).course().State
		return record.Value, errs.E(errs.Conflict, "this %s was moved at the same time and is %s now", l.Medium.Noun, state)
	}
	return record.Value, err
}
