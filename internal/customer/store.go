package customer

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// How customers are stored and found (every partition begins with the company):
//
//	what                            partition           sort
//	a customer                      customer # id       -
//	all, newest first, by words,
//	e-mail address or number        see package search
//	what happened with a customer   activity # id       time # kind # about
var customers = table.Kind[Customer]{Name: "customer", Schema: 1, Limit: 8 << 10} // MaxVehicles and long notes

var list = search.Index[Customer]{
	Name:  "customer",
	Kind:  customers,
	Key:   func(company ident.Company, id string) table.Key { return key(company, ID(id)) },
	Entry: entry,
}

// Facets by which a customer is met again; see Meet.
const (
	emailFacet  = "email"
	numberFacet = "number"
	secondFacet = "second number"
)

func entry(c Customer) search.Entry {
	e := search.Entry{ID: string(c.ID), Yards: []string{search.AllYards}, At: c.CreatedAt, Words: c.words()}
	if c.Email != "" {
		e.Facets = append(e.Facets, search.Facet{Name: emailFacet, Value: c.Email})
	}
	for i, number := range c.Dials {
		e.Facets = append(e.Facets, search.Facet{Name: []string{numberFacet, secondFacet}[i], Value: number})
	}
	return e
}

func key(company ident.Company, id ID) table.Key {
	return table.In(company, "customer", string(id)).At()
}

// Load is a customer of the company, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Customer], error) {
	record, err := customers.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Customer]{}, errs.E(errs.NotFound, "there is no such customer")
	}
	return record, err
}

// LoadAll are those that exist among the customers asked for, in their order.
func LoadAll(ctx context.Context, d app.Deps, company ident.Company, ids []ID) ([]Customer, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key(company, id)
	}
	records, err := customers.GetAll(ctx, d.Table, keys)
	return table.Values(records), err
}
