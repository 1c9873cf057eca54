package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/prospect"
)

// OfProspect files the lead that a prospect becomes (P34–P38), in one transaction with what commit adds. It is managed as any other from then on.
func OfProspect(ctx context.Context, d app.Deps, caller access.Caller, c prospect.Conversion, write prospect.Commit) error {
	p := c.Prospect
	user, err := worker(ctx, d, caller.Company, p.Yard, p.User, caller.User)
	if err != nil {
		return err
	}
	_, err = Add(ctx, d, caller.Company, Lead{
		ID: ID(c.Lead), Customer: p.Customer, CustomerName: p.CustomerName, Vehicle: p.Vehicle, Yard: p.Yard, User: user,
		Source: c.Source, Type: c.Type, Notes: c.Notes, FromProspect: string(p.ID), CreatedBy: caller.User,
	}, write)
	return err
}

// worker is the first of the candidates who manages leads in the yard, else the first manager of leads there, else anybody
// who works on them. Where nobody does the lead would be seen by nobody, and that is a Conflict.
func worker(ctx context.Context, d app.Deps, company ident.Company, yard string, candidates ...access.UserID) (access.UserID, error) {
	team, err := d.Access.Team(ctx, company, access.ManageLeads, yard)
	if err != nil {
		return "", err
	}
	for _, user := range append(append(candidates, team.Managers()...), team.Users()...) {
		works, err := d.Access.Works(ctx, company, user, access.ManageLeads, yard)
		if works || err != nil {
			return user, err
		}
	}
	return "", errs.E(errs.Conflict, "nobody has the role %s in the prospect's yard, so nobody would see the lead", access.ManageLeads)
}
