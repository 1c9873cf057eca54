package customer

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Add makes a customer in one transaction with the ops that commit adds; a nil commit is d.Commit. An empty ID becomes a
// new one. A customer that breaks a rule is an Invalid error with all violations; an ID that is there already a Conflict.
func Add(ctx context.Context, d app.Deps, co ident.Company, c Customer, commit func(ctx context.Context, ops ...table.Op) error) (Customer, error) {
	c, err := checked(ctx, d, co, c)
	if err != nil {
		return Customer{}, err
	}
	c.ID = ID(cmp.Or(string(c.ID), d.NewID()))
	c.CreatedAt = d.Now().UTC().Truncate(time.Millisecond)
	if commit == nil {
		commit = d.Commit
	}
	err = list.Write(ctx, d.Table, co, nil, &c, func(ctx context.Context) error {
		return commit(ctx, customers.Create(key(co, c.ID), c))
	})
	return c, err
}

// checked is the customer in its stored form, or an Invalid error that lists every broken rule.
func checked(ctx context.Context, d app.Deps, co ident.Company, c Customer) (Customer, error) {
	c = c.normalised()
	broken := c.problems()
	if len(c.Vehicles) > 0 {
		home, err := company.Load(ctx, d, co)
		if err != nil {
			return c, err
		}
		with, wrong := c.withVehicles(home.Country)
		c, broken = with, append(broken, wrong...)
	}
	return c, errs.Violate(broken...)
}
