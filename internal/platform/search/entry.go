package search

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Entry is what a record contributes to its list.
type Entry struct {
	ID     string
	Yards  []string  // where it is seen; AllYards for what belongs to no yard
	At     time.Time // last activity, to the millisecond
	Facets []Facet   // each name at most once
	Words  []string  // as Words makes them
}

// AllYards stands for the yard of records that belong to none.
const AllYards = "*"

// Facet is a filter with its value. Values compare without regard to case.
type Facet struct{ Name, Value string }

// everything is the facet that each entry has: the list without a filter.
var everything = Facet{Name: "all"}

func (f Facet) text() string {
	if f.Value == "" {
		return f.Name
	}
	return f.Name + "=" + strings.ToLower(f.Value)
}

func (e Entry) has(f Facet) bool {
	return f == everything || slices.ContainsFunc(e.Facets, func(own Facet) bool { return own.text() == f.text() })
}

// hasWord reports whether a word of the entry begins with the prefix.
func (e Entry) hasWord(prefix string) bool {
	return slices.ContainsFunc(e.Words, func(w string) bool { return strings.HasPrefix(w, prefix) })
}

// firstWord is the first word in the order of words that begins with the prefix; empty where there is none.
func (e Entry) firstWord(prefix string) (first string) {
	for _, w := range e.Words {
		if strings.HasPrefix(w, prefix) && (first == "" || w < first) {
			first = w
		}
	}
	return first
}

func (e Entry) seenIn(yards []string) bool {
	return slices.ContainsFunc(e.Yards, func(y string) bool { return slices.Contains(yards, y) })
}

// wordsFacet is the partition that holds a yard's word postings.
const wordsFacet = "word"

// keys are the keys of all postings of an entry; a zero one has none.
func (e Entry) keys(company ident.Company, list string) []table.Key {
	if e.ID == "" {
		return nil
	}
	place := []string{descending(e.At), e.ID}
	keys := make([]table.Key, 0, len(e.Yards)*(1+len(e.Facets)+len(e.Words)))
	for _, yard := range e.Yards {
		for _, facet := range append([]Facet{everything}, e.Facets...) {
			keys = append(keys, facetPartition(company, list, yard, facet).At(place...))
		}
		words := wordPartition(company, list, yard)
		for _, word := range e.Words {
			keys = append(keys, words.At(append([]string{word}, place...)...))
		}
	}
	return keys
}

// place is where the entry stands in every stream of its list.
func (e Entry) place() string { return table.Join(descending(e.At), e.ID) }

func facetPartition(company ident.Company, list, yard string, facet Facet) table.Partition {
	return table.In(company, list+"-list", yard, facet.text())
}

func wordPartition(company ident.Company, list, yard string) table.Partition {
	return table.In(company, list+"-list", yard, wordsFacet)
}

// lastMillisecond is later than any activity: the year 2286.
const lastMillisecond = 9_999_999_999_999

// descending writes an instant so that later ones sort first.
func descending(at time.Time) string {
	return fmt.Sprintf("%013d", lastMillisecond-at.UnixMilli())
}
