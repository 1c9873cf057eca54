package search

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Bounds of what a request merges.
const (
	// blockWords is the most different words that one request merges for a prefix, and blockParts about the most words of
	// yards; in later blocks, where order is lost anyway, laterParts keeps a page small. A prefix with more of them, such as
	// the first letters of many VINs, is answered block by block: each block newest first, the next one behind the cursor.
	blockWords = 64
	blockParts = 256
	laterParts = 64
	// facetParts is about the most values of yards that one request merges. Filters beyond are checked on the records.
	facetParts = 256
	// searchedWords is the most words of a text that are walked; shorter ones are checked on the records.
	searchedWords = 3
	// fewPostings is the most postings of a prefix that are read for a page all at once, where other filters would otherwise
	// have to be walked for it.
	fewPostings = 400
)

// open makes the stream of positions that are on a page. block is the word that the next block begins with, empty where
// there is none.
func (x Index[T]) open(ctx context.Context, w *walk, company ident.Company, q Query, at position) (source stream, block string, err error) {
	prefixes := longestFirst(Words(q.Text))
	if at.Block != "" {
		words, next, err := x.block(ctx, w, company, q.Yards, prefixes[0], at, true)
		return q.alone(words), next, err
	}
	common := x.facets(w, company, q)
	filters := len(common)
	var words []*postings
	for i, prefix := range prefixes[:min(len(prefixes), searchedWords)] {
		found, next, err := x.block(ctx, w, company, q.Yards, prefix, position{From: at.From}, filters == 0 && len(prefixes) == 1)
		if i > 0 && errors.Is(err, errWalked) {
			break // the records are checked for it
		}
		if err != nil {
			return nil, "", err
		}
		if i == 0 {
			words, block = found, next
		}
		if next == "" {
			common = append(common, q.union(found))
		}
	}
	switch {
	case len(prefixes) > 0 && len(common) == filters && filters > 0:
		// Neither the words nor perhaps the other filters are selective, but what a word finds may still be little.
		few, all, err := x.few(ctx, w, company, q.Yards, prefixes[0])
		if err != nil {
			return nil, "", err
		}
		if all {
			return few, "", nil
		}
	case len(common) == 0 && block != "" && at.From == q.start():
		return q.alone(words), block, nil
	case len(common) == 0:
		common = append(common, q.union(x.parts(w, company, q.Yards, []Facet{everything})))
	}
	return q.both(common), "", nil
}

// facets are the unions of the query's filters, those of few values first.
func (x Index[T]) facets(w *walk, company ident.Company, q Query) (unions []*union) {
	groups := q.groups()
	slices.SortStableFunc(groups, func(a, b []Facet) int { return cmp.Compare(len(a), len(b)) })
	sum := 0
	for _, values := range groups {
		if sum += len(values) * len(q.Yards); sum > facetParts && len(unions) > 0 {
			break
		}
		unions = append(unions, q.union(x.parts(w, company, q.Yards, values)))
	}
	return unions
}

func (x Index[T]) parts(w *walk, company ident.Company, yards []string, values []Facet) (parts []*postings) {
	for _, yard := range yards {
		for _, value := range values {
			parts = append(parts, &postings{walk: w, partition: facetPartition(company, x.Name, yard, value)})
		}
	}
	w.take(-len(parts)) // one of each is read in any case
	return parts
}

// union merges parts. One stream alone is read as far as the page needs; of several nobody knows yet which one leads.
func (q Query) union(parts []*postings) *union {
	u := &union{limit: q.Limit, parts: parts}
	u.begin()
	return u
}

func (q Query) both(unions []*union) *both {
	unions[0].alone = len(unions) == 1
	return &both{unions: unions}
}

func (q Query) alone(parts []*postings) stream { return q.both([]*union{q.union(parts)}) }

func longestFirst(words []string) []string {
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return words
}

// few reads all postings of a prefix, unless there are more than fewPostings.
func (x Index[T]) few(ctx context.Context, w *walk, company ident.Company, yards []string, prefix string) (places known, all bool, err error) {
	for _, yard := range yards {
		q := table.Query{
			Partition: string(wordPartition(company, x.Name, yard)), From: prefix, To: prefix + last, Limit: fewPostings + 1 - len(places),
		}
		page, err := w.query(ctx, q)
		if errors.Is(err, errWalked) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		for _, item := range page.Items {
			_, place := cutWord(item.Sort)
			places = append(places, place)
		}
		if len(places) > fewPostings || page.Next != "" {
			return nil, false, nil
		}
	}
	slices.Sort(places)
	return slices.Compact(places), true, nil
}
