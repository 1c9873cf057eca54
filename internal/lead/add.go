package lead

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Add files a new lead in one transaction with the ops that commit adds; a nil commit is d.Commit. An empty ID becomes a
// new one, an empty CreatedBy the request's caller. The customer must exist or be created by commit, the vehicles must be
// checked, and the caller must be allowed to work in the yard: these are the business of whoever calls Add.
//
// A user who does not manage leads in the yard is an Invalid error, unless the lead is its creator's own; an ID that is
// there already a Conflict.
func Add(ctx context.Context, d app.Deps, company ident.Company, l Lead, commit func(ctx context.Context, ops ...table.Op) error) (Lead, error) {
	l = l.begun(ctx, d)
	broken, err := assignable(ctx, d, company, l)
	if err != nil {
		return Lead{}, err
	}
	if err := errs.Violate(broken...); err != nil {
		return Lead{}, err
	}
	return file(ctx, d, company, l, commit)
}

// begun is a new lead with what it begins with.
func (l Lead) begun(ctx context.Context, d app.Deps) Lead {
	l = l.normalised()
	l.ID = ID(cmp.Or(string(l.ID), d.NewID()))
	l.Status = New
	l.CreatedBy = cmp.Or(l.CreatedBy, access.From(ctx).User)
	l.CreatedAt = d.Now().UTC()
	l.UpdatedAt = l.CreatedAt
	return l
}

// assignable says where a lead cannot be its user's. Who creates one may keep it.
func assignable(ctx context.Context, d app.Deps, company ident.Company, l Lead) ([]errs.Violation, error) {
	if l.User == l.CreatedBy {
		return nil, nil
	}
	ok, err := d.Access.Works(ctx, company, l.User, access.ManageLeads, l.Yard)
	if ok || err != nil {
		return nil, err
	}
	return []errs.Violation{{Location: "body.user", Message: "is not a user with the role " + string(access.ManageLeads) + " in the yard"}}, nil
}

// file writes a checked new lead, its postings and its line in the customer's activity.
func file(ctx context.Context, d app.Deps, company ident.Company, l Lead, commit func(ctx context.Context, ops ...table.Op) error) (Lead, error) {
	if commit == nil {
		commit = d.Commit
	}
	ops := []table.Op{
		watched(company, l, leads.Create(key(company, l.ID), l)),
		customer.Activity(company, l.Customer, l.CreatedAt, "lead", string(l.ID), "New lead"),
	}
	ops = append(ops, recorded(company, nil, l)...)
	err := board.Write(ctx, d.Table, company, nil, &l, func(ctx context.Context) error { return commit(ctx, ops...) })
	if err != nil {
		return Lead{}, err
	}
	return l, nil
}
