package customer

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/phone"
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
	if c.Dials = nil; len(c.Vehicles) == 0 && c.Mobile == "" && c.Phone == "" {
		return c, errs.Violate(broken...)
	}
	home, err := company.Load(ctx, d, co)
	if err != nil {
		return c, err
	}
	with, wrong := c.withVehicles(home.Country)
	with.Dials = dials(home.Country, c.Mobile, c.Phone)
	return with, errs.Violate(append(broken, wrong...)...)
}

// dials are the numbers that are in a numbering plan, as they are compared.
func dials(country string, numbers ...string) (all []string) {
	for _, text := range numbers {
		if n, ok := phone.Parse(text, country); ok && !slices.Contains(all, n.E164) {
			all = append(all, n.E164)
		}
	}
	return all
}
