package customer

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Duplicate is a customer who may be the same person as another, and why. Only people can tell.
type Duplicate struct {
	Customer View     `json:"customer"`
	Because  []string `json:"because" enum:"email,number,name" doc:"What the two have in common: an e-mail address, a telephone number in either place, all words of the name."`
}

// Twins are a customer and those entered earlier who may be the same person.
type Twins struct {
	Customer   View        `json:"customer"`
	Duplicates []Duplicate `json:"duplicates"`
}

// minNames is the fewest words of a name that says anything by itself.
const minNames = 2

// duplicates are those who may be the same person as a customer: with the same address or number and a name that may be
// theirs, or with exactly the same name of at least two words in any order. At most maxNamesakes are looked at for each.
func duplicates(ctx context.Context, d app.Deps, co ident.Company, c Customer) ([]Duplicate, error) {
	found := []Duplicate{}
	add := func(q search.Query, because string, same func(Customer) bool) error {
		q.Yards, q.Limit = []string{search.AllYards}, maxNamesakes
		records, err := list.First(ctx, d.Table, co, q)
		for _, record := range records {
			other := record.Value
			if other.ID == c.ID || !same(other) {
				continue
			}
			i := slices.IndexFunc(found, func(f Duplicate) bool { return f.Customer.ID == other.ID })
			if i < 0 {
				i = len(found)
				found = append(found, Duplicate{Customer: view(other)})
			}
			if !slices.Contains(found[i].Because, because) {
				found[i].Because = append(found[i].Because, because)
			}
		}
		return err
	}
	mayBeThem := func(other Customer) bool { return mayBe(other, c) }
	for _, facet := range c.facets() {
		because := "number"
		if facet[0].Name == emailFacet {
			because = "email"
		}
		if err := add(search.Query{Facets: facet}, because, mayBeThem); err != nil {
			return nil, err
		}
	}
	if name := sortedName(c); len(name) >= minNames {
		facet := search.Facet{Name: nameFacet, Value: strings.Join(name, " ")}
		err := add(search.Query{Facets: []search.Facet{facet}}, "name", func(Customer) bool { return true })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func sortedName(c Customer) []string {
	words := c.nameWords()
	slices.Sort(words)
	return words
}

// mostExamined is how many customers a page of possible duplicates looks at, each with a few questions to the table.
const mostExamined = 50

// examinedTogether is how many of them are looked at at the same time.
const examinedTogether = 8

// allDuplicates is a page of possible duplicates, the latest first: of as many customers as a page has, those of whom earlier
// ones exist. A page may be short, even empty, while another follows.
func allDuplicates(ctx context.Context, d app.Deps, co ident.Company, page web.Paging) ([]Twins, string, error) {
	records, next, err := list.Page(ctx, d.Table, d.Links, co, search.Query{
		Yards: []string{search.AllYards}, Limit: min(page.Limit, mostExamined), Cursor: page.Cursor,
	})
	if err != nil {
		return nil, "", err
	}
	all := make([]Twins, len(records))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(examinedTogether)
	for i, record := range records {
		group.Go(func() error {
			c := record.Value
			found, err := duplicates(ctx, d, co, c)
			// Each two are told of once: with the one that came later.
			all[i] = Twins{view(c), slices.DeleteFunc(found, func(f Duplicate) bool {
				other := f.Customer
				return other.CreatedAt.After(c.CreatedAt) || other.CreatedAt.Equal(c.CreatedAt) && other.ID > c.ID
			})}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, "", err
	}
	return slices.DeleteFunc(all, func(t Twins) bool { return len(t.Duplicates) == 0 }), next, nil
}
