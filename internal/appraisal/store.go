package appraisal

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// How appraisals are stored and found (every partition begins with the company):
//
//	what                                       partition         sort
//	an appraisal                               appraisal # id    -
//	lists by yard, newest first, filtered by
//	status and user, or by words               see package search
var appraisals = table.Kind[Appraisal]{Name: "appraisal", Schema: 1}

var board = search.Index[Appraisal]{
	Name:  "appraisal",
	Kind:  appraisals,
	Key:   func(company ident.Company, id string) table.Key { return key(company, ID(id)) },
	Entry: entry,
}

// Facets of the lists.
const (
	statusFacet = "status"
	userFacet   = "user"
)

// entry is what an appraisal contributes to the lists.
func entry(a Appraisal) search.Entry {
	return search.Entry{
		ID: string(a.ID), Yards: []string{a.Yard}, At: a.CreatedAt,
		Facets: []search.Facet{{Name: statusFacet, Value: string(a.Status)}, {Name: userFacet, Value: string(a.User)}},
		Words:  search.Words(a.Vehicle.VIN, a.Vehicle.Rego, a.CustomerName, a.Vehicle.Make, a.Vehicle.Model),
	}
}

func key(company ident.Company, id ID) table.Key {
	return table.In(company, "appraisal", string(id)).At()
}

// Load is an appraisal of the company, whoever may see it, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Appraisal], error) {
	record, err := appraisals.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Appraisal]{}, unknown()
	}
	return record, err
}

// LoadAll are those that exist among the appraisals asked for, in their order.
func LoadAll(ctx context.Context, d app.Deps, company ident.Company, ids []ID) ([]table.Record[Appraisal], error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key(company, id)
	}
	return appraisals.GetAll(ctx, d.Table, keys)
}

// unknown is the answer for an appraisal that is not there and for one of a yard that the caller does not see.
func unknown() error { return errs.E(errs.NotFound, "there is no such appraisal") }
