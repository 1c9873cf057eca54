package mail

import (
	"context"
	"errors"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Decide ends the doubt about a parked mail: an operator has found out whether it went out. One that did not is sent as soon
// as the sweeper comes by. A mail that is not parked is left as it is, with a Conflict that says where it stands; saying the
// same again succeeds. The provider's event, should it come after all, still has the last word.
func (l Ledger) Decide(ctx context.Context, company ident.Company, sendID string, wentOut bool) (Dispatch, error) {
	record, err := dispatches.Get(ctx, l.Table, key(company, sendID))
	if err != nil {
		return Dispatch{}, err
	}
	d := record.Value
	switch {
	case wentOut && d.State == Sent, !wentOut && d.State == Released:
		return d, nil
	case d.State != Parked:
		return d, errs.E(errs.Conflict, "this mail is not parked but %s: there is nothing to decide", d.State)
	}
	d.Owner, d.Reason = l.NewID(), ""
	if wentOut {
		d.State = Sent
	} else {
		d.State, d.Wake = Released, l.Table.Now()
	}
	record, err = l.move(ctx, company, record, d)
	if errors.Is(err, errMoved) {
		return record.Value, errs.E(errs.Conflict, "this mail was moved at the same time and is %s now", record.Value.State)
	}
	return record.Value, err
}
