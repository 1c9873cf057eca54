package group

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Add makes a group under its ID, a new one where that is empty. One that is there under the ID already is the answer,
// unchanged.
func Add(ctx context.Context, d app.Deps, company ident.Company, g Group) (table.Record[Group], error) {
	g = g.normalised()
	g.ID = ID(cmp.Or(string(g.ID), d.NewID()))
	all, err := All(ctx, d, company)
	if err != nil {
		return table.Record[Group]{}, err
	}
	if err := g.fits(all); err != nil {
		return table.Record[Group]{}, err
	}
	if len(all) >= MaxGroups {
		return table.Record[Group]{}, errs.E(errs.Conflict, "a company has at most %d groups; delete one first", MaxGroups)
	}
	g.CreatedAt = d.Now().UTC().Truncate(time.Millisecond)
	if err = d.Commit(ctx, groups.Create(key(company, g.ID), g)); err != nil && !errs.Is(err, errs.Conflict) {
		return table.Record[Group]{}, err
	}
	return Load(ctx, d, company, g.ID)
}

// fits refuses a group that breaks a rule, alone or among the others.
func (g Group) fits(all []Group) error {
	broken := g.problems()
	for _, other := range all {
		if other.ID != g.ID && strings.EqualFold(other.Name, g.Name) {
			broken = append(broken, errs.Violation{Location: "body.name", Message: "is the name of another group"})
			break
		}
	}
	return errs.Violate(broken...)
}

// change replaces a group's particulars; its members stay.
func change(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, g Group) (table.Record[Group], error) {
	record, err := Load(ctx, d, company, g.ID)
	if err != nil {
		return record, err
	}
	if err := match.Match(record.Version()); err != nil {
		return record, err
	}
	all, err := All(ctx, d, company)
	if err != nil {
		return record, err
	}
	g = g.normalised()
	if err := g.fits(all); err != nil {
		return record, err
	}
	record.Value.Name, record.Value.Description = g.Name, g.Description
	if err := d.Commit(ctx, groups.Update(record)); err != nil {
		return record, match.Stale(err)
	}
	return Load(ctx, d, company, g.ID)
}

// remove deletes a group with its memberships; the customers stay.
func remove(ctx context.Context, d app.Deps, company ident.Company, match web.Precondition, id ID) error {
	record, err := Load(ctx, d, company, id)
	if err != nil {
		return err
	}
	if err := match.Match(record.Version()); err != nil {
		return err
	}
	if err := d.Commit(ctx, groups.Remove(record)); err != nil {
		return match.Stale(err)
	}
	return clear(ctx, d, company, id)
}
