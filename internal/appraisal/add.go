package appraisal

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

// Add files a new appraisal in one transaction with the ops that commit adds; a nil commit is d.Commit. An empty ID
// becomes a new one, an empty CreatedBy the request's caller, an empty Status Open. The customer must exist or be created
// by commit, the vehicle must be checked, and the caller must be allowed to work in the yard: these are the business of
// whoever calls Add.
//
// A user who does not manage leads in the yard is an Invalid error, unless the appraisal is its creator's own; an ID that
// is there already a Conflict.
func Add(ctx context.Context, d app.Deps, company ident.Company, a Appraisal, commit func(ctx context.Context, ops ...table.Op) error) (Appraisal, error) {
	a = a.begun(ctx, d)
	broken, err := assignable(ctx, d, company, a)
	if err != nil {
		return Appraisal{}, err
	}
	if err := errs.Violate(append(broken, a.problems()...)...); err != nil {
		return Appraisal{}, err
	}
	return file(ctx, d, company, a, commit)
}

// begun is a new appraisal with what it begins with.
func (a Appraisal) begun(ctx context.Context, d app.Deps) Appraisal {
	a = a.normalised()
	a.ID = ID(cmp.Or(string(a.ID), d.NewID()))
	a.Status = cmp.Or(a.Status, Open)
	a.CreatedBy = cmp.Or(a.CreatedBy, access.From(ctx).User)
	a.CreatedAt = d.Now().UTC()
	a.UpdatedAt = a.CreatedAt
	return a
}

// assignable says where an appraisal cannot be its user's. Who creates one may keep it.
func assignable(ctx context.Context, d app.Deps, company ident.Company, a Appraisal) ([]errs.Violation, error) {
	if a.User == a.CreatedBy {
		return nil, nil
	}
	ok, err := d.Access.Works(ctx, company, a.User, access.ManageLeads, a.Yard)
	if ok || err != nil {
		return nil, err
	}
	return []errs.Violation{{Location: "body.user", Message: "is not a user with the role " + string(access.ManageLeads) + " in the yard"}}, nil
}

// file writes a checked new appraisal, its postings and its line in the customer's activity.
func file(ctx context.Context, d app.Deps, company ident.Company, a Appraisal, commit func(ctx context.Context, ops ...table.Op) error) (Appraisal, error) {
	if commit == nil {
		commit = d.Commit
	}
	ops := []table.Op{
		appraisals.Create(key(company, a.ID), a),
		customer.Activity(company, a.Customer, a.CreatedAt, "appraisal", string(a.ID), "New appraisal"),
	}
	err := board.Write(ctx, d.Table, company, nil, &a, func(ctx context.Context) error { return commit(ctx, ops...) })
	if err != nil {
		return Appraisal{}, err
	}
	return a, nil
}
