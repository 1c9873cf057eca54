package lead

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Handover is to whom a lead is to be allocated.
type Handover struct {
	User  access.UserID `json:"user" minLength:"1" maxLength:"64" doc:"Whose work it is from now on: a user with the role manage_leads in the lead's yard."`
	Notes string        `json:"notes,omitempty" maxLength:"1000" doc:"What the new owner should know; it stands in what they are told, and on the lead."`

	batch string // of leads that go together; empty: it goes alone
}

// Seen is what somebody who allocates or answers a lead has seen of it. The zero Seen is nothing.
type Seen struct {
	web.Precondition      // the version, in the interface
	Handovers        *int // how often it had been allocated, for a page that was shown earlier
	Acts             *int // how often somebody had worked on it, likewise
}

// crossing is how long after somebody's allocation that of a third user, who does not say what they have seen, is taken as
// one that crossed it: nobody reads and decides that quickly.
const crossing = time.Second

// crossed reports whether an allocation by a user cannot have been made in the knowledge of the last one. Its maker knows it,
// and so does the new owner, to whom the lead may be passed on at once.
func (last Allocation) crossed(by access.UserID, now time.Time) bool {
	return by != last.By && by != last.To && now.Sub(last.At) < crossing
}

// Allocate makes a lead somebody's work (L23, L24), for a caller who may allocate in the lead's yard, and tells the new
// owner (L12). It returns the lead with its version. Of two who allocate a lead at once one wins; the other gets a Conflict, or 412 under If-Match, that says
// what happened. To allocate a lead to its owner changes nothing, unless there are notes to tell.
//
// A user who does not manage leads in the yard is an Invalid error for body.user, a closed lead a Conflict.
func Allocate(ctx context.Context, d app.Deps, caller access.Caller, id ID, to Handover, seen Seen) (l Lead, version int64, err error) {
	to.Notes = strings.TrimSpace(to.Notes)
	var met Lead
	l, version, err = change(ctx, d, caller, id, access.LeadAllocate, func(l *Lead, version int64) (commit, error) {
		met = *l
		if err := l.changeable(); err != nil {
			return nil, err
		}
		if err := manages(ctx, d, caller.Company, to.User, l.Yard); err != nil {
			return nil, err
		}
		if seen.Match(version) != nil {
			return nil, errMissed
		}
		last, err := l.LastAllocation(ctx, d, caller.Company)
		if err != nil {
			return nil, err
		}
		switch {
		case l.User == to.User && last.By == caller.User && last.Notes == to.Notes:
			return nil, errDone // a repetition
		case seen.Handovers != nil && *seen.Handovers != l.Handovers:
			return nil, errCrossed
		case seen.Handovers == nil && seen.IfMatch == "" && last.crossed(caller.User, d.Now()):
			return nil, errCrossed
		case l.User == to.User && to.Notes == "":
			return nil, errDone
		}
		return handOver(ctx, d, caller.Company, l, Allocation{By: caller.User, To: to.User, Notes: to.Notes, Why: ByHand, Batch: to.batch})
	})
	switch {
	case errors.Is(err, errDone):
		record, err := Load(ctx, d, caller.Company, id)
		return record.Value, record.Version(), err
	case errors.Is(err, errMissed):
		return Lead{}, 0, web.Stale(happened(ctx, d, caller.Company, met))
	case errors.Is(err, errCrossed), errs.Is(err, errs.Conflict) && !met.Ended():
		return Lead{}, 0, errs.E(errs.Conflict, "%s", happened(ctx, d, caller.Company, met))
	}
	return l, version, err
}

// Why an edit of an allocation ends without a write.
var (
	errDone    = errors.New("lead: allocated as asked before")
	errMissed  = errors.New("lead: not the version that was seen")
	errCrossed = errors.New("lead: somebody else allocated it meanwhile")
)

// manages refuses a user who cannot work on leads of the yard.
func manages(ctx context.Context, d app.Deps, company ident.Company, user access.UserID, yard string) error {
	works, err := d.Access.Works(ctx, company, user, access.ManageLeads, yard)
	if works || err != nil {
		return err
	}
	return errs.Violate(errs.Violation{Location: "body.user", Message: "is not a user with the role " + string(access.ManageLeads) + " in the lead's yard"})
}

// handOver gives a lead a new owner within a change of it: the commit is that change's, with what belongs to the allocation.
func handOver(ctx context.Context, d app.Deps, company ident.Company, l *Lead, a Allocation) (commit, error) {
	ways, err := l.ways(ctx, d, company)
	if err != nil {
		return nil, err
	}
	places, ops := l.allocate(d, company, a, ways)
	return func(ctx context.Context, change ...table.Op) error {
		if err := d.Table.Load(ctx, places...); err != nil {
			return err
		}
		return d.Commit(ctx, append(change, ops...)...)
	}, nil
}

// allocate is the new owner on the lead, with the writes that belong to it: the allocation and what the customer's activity
// and the new owner are told. The places go before them, by Load.
func (l *Lead) allocate(d app.Deps, company ident.Company, a Allocation, ways notify.Ways) (places, ops []table.Op) {
	a, ops = l.moveTo(d, company, a)
	if a.To != a.By && a.To != "" {
		listed, told := tellOwner(company, *l, a, ways)
		places, ops = listed, append(ops, told)
	}
	return places, ops
}

// moveTo is allocate without a word to the new owner. It sets what the allocation does not say: number, instant and former
// owner.
func (l *Lead) moveTo(d app.Deps, company ident.Company, a Allocation) (Allocation, []table.Op) {
	l.Handovers++
	a.Number, a.At, a.From = l.Handovers, d.Now().UTC(), l.User
	l.User, l.AllocatedAt = a.To, a.At
	l.waitNoMore()
	return a, []table.Op{
		allocations.Create(allocationKey(company, l.ID, a.Number), a),
		customer.Activity(company, l.Customer, a.At, "lead", string(l.ID), "Lead allocated"),
	}
}

// happened says to somebody who came too late how the lead got its owner.
func happened(ctx context.Context, d app.Deps, company ident.Company, l Lead) string {
	last, err := l.LastAllocation(ctx, d, company)
	switch {
	case err != nil || last.Number == 0 && l.User == "":
		return "this lead has changed meanwhile; read it again"
	case last.Number == 0:
		return fmt.Sprintf("this lead is %s's already", name(ctx, d, company, l.User))
	}
	by := "a rule"
	if last.By != "" {
		by = name(ctx, d, company, last.By)
	}
	return fmt.Sprintf("%s allocated this lead to %s at %s", by, name(ctx, d, company, last.To), last.At.Format(time.RFC3339))
}

// name is how colleagues call a user; the id where there is no name.
func name(ctx context.Context, d app.Deps, company ident.Company, user access.UserID) string {
	u, err := d.Access.User(ctx, company, user)
	if err != nil {
		return string(user)
	}
	return cmp.Or(u.Name(), string(user))
}
