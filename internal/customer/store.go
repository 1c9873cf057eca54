package customer

import (
	"strings"

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
	// All words of the name in order: whoever has the same may be the same person.
	nameFacet = "name"
)

// aliases stands for the yard of customers who were merged into others: they are on no list, and found all the same.
const aliases = "merged"

func entry(c Customer) search.Entry {
	e := search.Entry{ID: string(c.ID), Yards: []string{search.AllYards}, At: c.CreatedAt, Words: c.words()}
	if c.MergedInto != "" {
		e.Yards = []string{aliases}
	}
	if c.Email != "" {
		e.Facets = append(e.Facets, search.Facet{Name: emailFacet, Value: c.Email})
	}
	for i, number := range c.Dials {
		e.Facets = append(e.Facets, search.Facet{Name: []string{numberFacet, secondFacet}[i], Value: number})
	}
	if name := sortedName(c); len(name) >= minNames {
		e.Facets = append(e.Facets, search.Facet{Name: nameFacet, Value: strings.Join(name, " ")})
	}
	return e
}

func key(company ident.Company, id ID) table.Key {
	return table.In(company, "customer", string(id)).At()
}
