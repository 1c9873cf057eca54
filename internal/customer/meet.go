package customer

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Meet finds the customer whom somebody's particulars describe, or prepares a new one. It is for particulars that nobody
// has looked at: an electronic lead, a row of a list.
//
// It is the same customer who has the same e-mail address or telephone number and a name that may be the same person's:
// families share both. A name alone is nobody. What the record does not know yet is filled in; nothing is replaced. The id
// of a new customer follows from the strongest particular, so two who come at the same time meet; intent, an id of what
// brings them, keeps those apart who have none.
func Meet(ctx context.Context, d app.Deps, co ident.Company, who Customer, intent string) (Chosen, error) {
	who, err := checked(ctx, d, co, who.Salvaged())
	if err != nil {
		return Chosen{}, err
	}
	for _, facet := range who.facets() {
		known, err := list.First(ctx, d.Table, co, search.Query{Yards: []string{search.AllYards, aliases}, Facets: facet, Limit: maxNamesakes})
		if err != nil {
			return Chosen{}, err
		}
		for _, record := range known {
			if !mayBe(record.Value, who) {
				continue
			}
			standing, err := resolve(ctx, d, co, record)
			if err != nil {
				return Chosen{}, err
			}
			return met(ctx, d, co, standing, who)
		}
	}
	return who.introduced(ctx, d, co, intent)
}

// maxNamesakes is the most customers with one address or number that are looked at.
const maxNamesakes = 20

// facets are what a customer may be met by, the strongest first. A number is the same in either place of a record.
func (c Customer) facets() (all [][]search.Facet) {
	if c.Email != "" {
		all = append(all, []search.Facet{{Name: emailFacet, Value: c.Email}})
	}
	for _, number := range c.Dials {
		all = append(all, []search.Facet{{Name: numberFacet, Value: number}}, []search.Facet{{Name: secondFacet, Value: number}})
	}
	return all
}

// introduced is a new customer, or the one who came with the same particulars a moment ago.
func (c Customer) introduced(ctx context.Context, d app.Deps, co ident.Company, intent string) (Chosen, error) {
	strongest := intent
	if facets := c.facets(); len(facets) > 0 {
		strongest = strings.ToLower(facets[0][0].Value)
	}
	// The first id may be somebody's who has since changed, or the other half of a couple.
	for _, parts := range [][]string{{strongest}, {strongest, strings.Join(c.nameWords(), " ")}, {strongest, intent}} {
		c.ID = ID(ident.Of(append([]string{"customer who asks", co.ID()}, parts...)...))
		record, err := Load(ctx, d, co, c.ID)
		switch {
		case errs.Is(err, errs.NotFound):
			return Chosen{Customer: c, isNew: true}, nil
		case err != nil:
			return Chosen{}, err
		case mayBe(record.Value, c):
			return met(ctx, d, co, record, c)
		}
	}
	c.ID = ID(d.NewID())
	return Chosen{Customer: c, isNew: true}, nil
}

// met is a known customer with what they did not tell before.
func met(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Customer], who Customer) (Chosen, error) {
	now := record.Value
	if len(who.Dials) > 0 && !slices.ContainsFunc(who.Dials, func(number string) bool { return !slices.Contains(now.Dials, number) }) {
		who.Mobile, who.Phone = "", "" // known, in the one place or the other
	}
	for _, particular := range []struct {
		known *string
		told  string
	}{{&now.Email, who.Email}, {&now.Mobile, who.Mobile}, {&now.Phone, who.Phone}, {&now.Company, who.Company}} {
		if *particular.known == "" {
			*particular.known = particular.told
		}
	}
	if now.First == "" && now.Last == "" {
		now.First, now.Last = who.First, who.Last
	}
	if now.Address == (Address{}) {
		now.Address = who.Address
	}
	now, err := checked(ctx, d, co, now)
	switch {
	case errs.Is(err, errs.Invalid), err == nil && reflect.DeepEqual(now, record.Value):
		return Chosen{Customer: record.Value}, nil // a record from before a rule is left to people
	case err != nil:
		return Chosen{}, err
	}
	return Chosen{Customer: now, completed: &record}, nil
}

// mayBe reports whether two names can be one person's: one of them is missing, the given names are the same, one is part
// of the other (Lee, A. Lee, Ann Lee), or their order differs. Ann Lee and Bob Lee are two.
func mayBe(a, b Customer) bool {
	one, other := a.nameWords(), b.nameWords()
	switch {
	case len(one) == 0 || len(other) == 0, one[0] == other[0]:
		return true
	case len(one) == 1:
		return slices.Contains(other, one[0])
	case len(other) == 1:
		return slices.Contains(one, other[0])
	}
	slices.Sort(one)
	slices.Sort(other)
	return slices.Equal(one, other)
}

func (c Customer) nameWords() []string { return search.Words(c.First, c.Last) }
