package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// How leads are stored and found (every partition begins with the company):
//
//	what                                       partition    sort
//	a lead                                     lead # id    -
//	lists by yard, newest first, filtered by
//	status, user, source and type, unanswered, or by words see package search
//	the open leads of a customer               see package search
//	what became of an enquiry                  enquiry # key         -
//	the turn of a customer's enquiries         enquiry-turn # id     -
//	the enquiries of a lead                    lead-enquiry # lead   time # digest
//	how a lead got its owners                  lead-allocation # lead   number
//	what was done for a lead                   lead-work # lead      time # id
//	a mail that came in, and its whole text    lead-letter # id      -
//	the work that a request did                lead-work-request # lead   request
//	what figures know of it                    lead-fact # yard # month   instant of creation # id
//	the name in a lead's address               lead-mailbox # lead   -
//	whose address a name is in                 HOOK # lead-mail # hash of the name
//	appointments about a lead                  lead-event # lead     id
//	the care for a lead                        lead-vigil # lead     -; due when its next step is
//	leads that a request allocates together    lead-batch # id        -; due when the request has ended
//	the walk over all open leads               lead-round            -
//	a line of leads that nobody can take yet   lead-line             rule # yard; due when it is looked at next
//	a lead in it                               lead-waiting # rule # yard   instant of creation # id
//	what happens to leads left lying           lead-settings         -
var leads = table.Kind[Lead]{Name: "lead", Schema: 1}

var board = search.Index[Lead]{
	Name:  "lead",
	Kind:  leads,
	Key:   func(company ident.Company, id string) table.Key { return key(company, ID(id)) },
	Entry: entry,
}

// Facets of the lists.
const (
	statusFacet = "status"
	userFacet   = "user"
	sourceFacet = "source"
	typeFacet   = "type"
	openFacet   = "open-customer" // the customer of a lead that is not closed
	// The user of a lead that is not closed: how many that are counts for what rules give them.
	openUserFacet = "open-user"
)

// entry is what a lead contributes to the lists.
func entry(l Lead) search.Entry {
	if l.MergedInto != "" {
		return search.Entry{}
	}
	facets := []search.Facet{
		{Name: statusFacet, Value: string(l.Status)},
		{Name: userFacet, Value: string(l.User)},
	}
	if l.Source != "" {
		facets = append(facets, search.Facet{Name: sourceFacet, Value: l.Source})
	}
	if l.Type != "" {
		facets = append(facets, search.Facet{Name: typeFacet, Value: l.Type})
	}
	if !l.Status.Closed() {
		facets = append(facets, search.Facet{Name: openFacet, Value: string(l.Customer)}, search.Facet{Name: openUserFacet, Value: string(l.User)})
	}
	facets = append(facets, unanswered(l.Unanswered)...)
	words := []string{l.Vehicle.VIN, l.Vehicle.Rego, l.CustomerName, l.Vehicle.Make, l.Vehicle.Model, l.Stock}
	if l.TradeIn != nil {
		words = append(words, l.TradeIn.VIN, l.TradeIn.Rego)
	}
	return search.Entry{ID: string(l.ID), Yards: []string{l.Yard}, At: l.CreatedAt, Facets: facets, Words: search.Words(words...)}
}

func key(company ident.Company, id ID) table.Key { return table.In(company, "lead", string(id)).At() }

// Load is a lead of the company, whoever may see it, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Lead], error) {
	record, err := leads.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Lead]{}, unknown()
	}
	return record, err
}

// LoadAll are those that exist among the leads asked for, in their order.
func LoadAll(ctx context.Context, d app.Deps, company ident.Company, ids []ID) ([]table.Record[Lead], error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key(company, id)
	}
	return leads.GetAll(ctx, d.Table, keys)
}

// unknown is the answer for a lead that is not there and for one of a yard that the caller does not see.
func unknown() error { return errs.E(errs.NotFound, "there is no such lead") }
