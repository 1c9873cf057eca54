package prospect

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Add files a new prospect in one transaction with the ops that commit adds; a nil commit is d.Commit. An empty ID
// becomes a new one, an empty CreatedBy the request's caller, a zero Due now. The customer must exist or be created by commit, and the
// caller must be allowed to work in the yard: both are the business of whoever calls Add.
//
// A user who does not manage prospects in the yard is an Invalid error, unless the prospect is its creator's own, and so is
// a type that the company does not have; a company without prospects, or an ID that is there already, a Conflict.
func Add(ctx context.Context, d app.Deps, co ident.Company, p Prospect, commit func(ctx context.Context, ops ...table.Op) error) (Prospect, error) {
	p = p.begun(ctx, d)
	home, err := enabled(ctx, d, co)
	if err != nil {
		return Prospect{}, err
	}
	p = p.exchanged(home)
	broken, err := assignable(ctx, d, co, p)
	if err != nil {
		return Prospect{}, err
	}
	unfit, err := spellType(ctx, d, co, &p)
	if err != nil {
		return Prospect{}, err
	}
	if err := errs.Violate(append(append(p.problems(), broken...), unfit...)...); err != nil {
		return Prospect{}, err
	}
	return file(ctx, d, co, p, commit)
}

// begun is a new prospect with what it begins with.
func (p Prospect) begun(ctx context.Context, d app.Deps) Prospect {
	if p.Due.IsZero() {
		p.Due = d.Now()
	}
	p = p.normalised()
	p.ID = ID(cmp.Or(string(p.ID), d.NewID()))
	p.CreatedBy = cmp.Or(p.CreatedBy, access.From(ctx).User)
	p.CreatedAt = d.Now().UTC()
	return p
}

// Enabled is a Conflict where the company does not work with prospects, which its settings say (R51).
func Enabled(ctx context.Context, d app.Deps, co ident.Company) error {
	_, err := enabled(ctx, d, co)
	return err
}

// enabled is the company, where it works with prospects.
func enabled(ctx context.Context, d app.Deps, co ident.Company) (company.Company, error) {
	home, err := company.Load(ctx, d, co)
	if err == nil && !home.Features.Prospects {
		err = errs.E(errs.Conflict, "your company does not work with prospects; an administrator can switch them on in the company's settings")
	}
	return home, err
}

// exchanged is a new prospect that the company's DMS is told of, where there is one.
func (p Prospect) exchanged(home company.Company) Prospect {
	if home.Features.DMS {
		p.DMS = new(DMS)
	}
	return p
}

// assignable says where a prospect cannot be its user's. Who creates one may keep it.
func assignable(ctx context.Context, d app.Deps, co ident.Company, p Prospect) ([]errs.Violation, error) {
	if p.User == p.CreatedBy {
		return nil, nil
	}
	ok, err := d.Access.Works(ctx, co, p.User, access.ManageProspects, p.Yard)
	if ok || err != nil {
		return nil, err
	}
	return []errs.Violation{{Location: "body.user", Message: "is not a user with the role " + string(access.ManageProspects) + " in the yard"}}, nil
}

// file writes a checked new prospect, its postings and its line in the customer's activity.
func file(ctx context.Context, d app.Deps, co ident.Company, p Prospect, commit func(ctx context.Context, ops ...table.Op) error) (Prospect, error) {
	if commit == nil {
		commit = d.Commit
	}
	ops := []table.Op{
		prospects.Create(key(co, p.ID), p),
		customer.Activity(co, p.Customer, p.CreatedAt, "prospect", string(p.ID), "New prospect"),
	}
	ops = append(ops, tellCreated(d, co, p)...)
	err := board.Write(ctx, d.Table, co, nil, &p, func(ctx context.Context) error { return commit(ctx, ops...) })
	if err != nil {
		return Prospect{}, err
	}
	return p, nil
}
