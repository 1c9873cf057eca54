package lead

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
)

// closing is how a lead ends.
type closing struct {
	Outcome         Status    `json:"outcome" enum:"won,lost"`
	Reason          string    `json:"reason,omitempty" maxLength:"500"`
	CloseToProspect bool      `json:"closeToProspect,omitempty" doc:"Keep the customer in sight as a prospect; needs the role allow_close_to_prospects."`
	FollowUpAt      time.Time `json:"followUpAt,omitzero" doc:"When the prospect is due; default: now."`
}

// closeLead ends the work on a lead, and begins that on a prospect, if wanted, in the same transaction (P39, P40, P43). Of two
// who close a lead at once one does; the other gets a Conflict that says who closed it how.
func closeLead(ctx context.Context, d app.Deps, caller access.Caller, id ID, c closing) (l Lead, version int64, err error) {
	if c.CloseToProspect {
		if !caller.CompanyAllows(access.CloseToProspects) {
			return Lead{}, 0, errs.E(errs.Forbidden, "closing a lead to a prospect needs the role %s", access.CloseToProspects)
		}
		if err := prospect.Enabled(ctx, d, caller.Company); err != nil {
			return Lead{}, 0, err
		}
	}
	if !c.FollowUpAt.IsZero() && c.FollowUpAt.Before(d.Now()) {
		return Lead{}, 0, errs.Violate(errs.Violation{Location: "body.followUpAt", Message: "is in the past"})
	}
	var met Lead
	l, version, err = change(ctx, d, caller, id, access.LeadClose, func(l *Lead, _ int64) (commit, error) {
		met = *l
		if err := l.Close(c.Outcome, c.Reason, caller.User, d.Now().UTC()); err != nil {
			return nil, err
		}
		closed := customer.Activity(caller.Company, l.Customer, l.ClosedAt, "lead", string(l.ID), "Lead closed as "+string(l.Status))
		write := func(ctx context.Context, ops ...table.Op) error { return d.Commit(ctx, append(ops, closed)...) }
		if !c.CloseToProspect {
			return write, nil
		}
		next, err := l.followUp(ctx, d, caller, c.FollowUpAt)
		if err != nil {
			return nil, err
		}
		l.Prospect = string(next.ID)
		return func(ctx context.Context, ops ...table.Op) error {
			_, err := prospect.Add(ctx, d, caller.Company, next, func(ctx context.Context, more ...table.Op) error {
				return write(ctx, append(ops, more...)...)
			})
			return err
		}, nil
	})
	if errs.Is(err, errs.Conflict) && met.Status.Closed() {
		return Lead{}, 0, errs.E(errs.Conflict, "%s closed this lead as %s at %s", name(ctx, d, caller.Company, met.ClosedBy), met.Status, met.ClosedAt.Format(time.RFC3339))
	}
	return l, version, err
}

// followUp is the prospect that a closed lead leaves. Won and lost leads leave the same sort of record under different
// activities (C22). It is the lead's user's, or the caller's where that user does not manage prospects. Its id follows
// from the lead's, so that a lead leaves one.
func (l Lead) followUp(ctx context.Context, d app.Deps, caller access.Caller, due time.Time) (prospect.Prospect, error) {
	p := prospect.Prospect{
		ID: prospect.ID(ident.Of("prospect of lead", caller.Company.ID(), string(l.ID))), Customer: l.Customer, CustomerName: l.CustomerName,
		Vehicle: l.Vehicle, Yard: l.Yard, User: l.User, Notes: l.CloseReason, Due: due, Lead: string(l.ID), CreatedBy: caller.User,
	}
	if l.Won() {
		p.Activity, p.Action = prospect.CRMFollowUp, "Won Lead Follow Up"
	} else {
		p.Activity, p.Action = prospect.ProspectActivity, "Lost Lead Follow Up"
	}
	works, err := d.Access.Works(ctx, caller.Company, l.User, access.ManageProspects, l.Yard)
	if !works {
		p.User = caller.User
	}
	return p, err
}

// Close ends the work on a lead that the caller may close. It is how others than the interface do it.
func Close(ctx context.Context, d app.Deps, caller access.Caller, id ID, outcome Status, reason string) (Lead, error) {
	l, _, err := closeLead(ctx, d, caller, id, closing{Outcome: outcome, Reason: reason})
	return l, err
}
