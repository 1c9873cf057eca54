package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// How prospects are stored and found (every partition begins with the company):
//
//	what                                        partition        sort
//	a prospect                                  prospect # id    -
//	attempts at it, messages about it           see journal
//	its id in the DMS                           dms-prospect # DMS's id   -
//	what the DMS is still to be told of it      dms-change # id  order
//	lists by yard, latest due first, filtered
//	by user, state, activity, action and type   see package search
var prospects = table.Kind[Prospect]{Name: "prospect", Schema: 1, Limit: 16 << 10} // five texts of 1,000 characters

// Journals of what was done about prospects.
var (
	attempts = journal[Attempt]{"attempt", table.Kind[Attempt]{Name: "prospect attempt", Schema: 1, Limit: 8 << 10}}
	messages = journal[Message]{"message", table.Kind[Message]{Name: "prospect message", Schema: 1, Limit: 12 << 10}}
)

var board = search.Index[Prospect]{
	Name:  "prospect",
	Kind:  prospects,
	Key:   func(company ident.Company, id string) table.Key { return key(company, ID(id)) },
	Entry: entry,
}

// Facets of the lists.
const (
	userFacet     = "user"
	stateFacet    = "state"
	deskFacet     = "desk" // user and state in one: what a list opens with
	activityFacet = "activity"
	actionFacet   = "action"
	typeFacet     = "type"
)

// entry is what a prospect contributes to the lists.
func entry(p Prospect) search.Entry {
	facets := []search.Facet{
		{Name: userFacet, Value: string(p.User)},
		{Name: stateFacet, Value: string(p.State())},
		{Name: deskFacet, Value: desk(string(p.User), string(p.State()))},
		{Name: activityFacet, Value: p.Activity},
	}
	if p.Action != "" {
		facets = append(facets, search.Facet{Name: actionFacet, Value: p.Action})
	}
	if p.Type != "" {
		facets = append(facets, search.Facet{Name: typeFacet, Value: p.Type})
	}
	return search.Entry{
		ID: string(p.ID), Yards: []string{p.Yard}, At: p.Due, Facets: facets,
		Words: search.Words(p.Vehicle.VIN, p.Vehicle.Rego, p.CustomerName, p.Vehicle.Make, p.Vehicle.Model),
	}
}

// desk is the value of a user's prospects in a state.
func desk(user, state string) string { return state + "/" + user }

func key(company ident.Company, id ID) table.Key {
	return table.In(company, "prospect", string(id)).At()
}

// Load is a prospect of the company, whoever may see it, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Prospect], error) {
	record, err := prospects.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Prospect]{}, unknown()
	}
	return record, err
}

// LoadAll are those that exist among the prospects asked for, in their order.
func LoadAll(ctx context.Context, d app.Deps, company ident.Company, ids []ID) ([]table.Record[Prospect], error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key(company, id)
	}
	return prospects.GetAll(ctx, d.Table, keys)
}

// unknown is the answer for a prospect that is not there and for one that the caller may not see.
func unknown() error { return errs.E(errs.NotFound, "there is no such prospect") }
