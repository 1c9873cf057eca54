package search

import (
	"context"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// blockWords is the most different words that one request merges for a prefix. A prefix with more of them, such as the
// first letters of many VINs, is answered block by block: each block newest first, the next one behind the cursor.
const blockWords = 64

// open makes the stream of places that facets and the longest word of a query have in common; shorter words are only
// checked on the records. block is the word that the next block begins with, empty where there is none.
func (x Index[T]) open(ctx context.Context, w *walk, company ident.Company, q Query, at position) (source stream, block string, err error) {
	most := max(4, (q.Limit*3/2)/len(q.Yards)+1)
	facets, prefix := q.Facets, longest(Words(q.Text))
	if len(facets) == 0 && prefix == "" {
		facets = []Facet{everything}
	}
	// One stream alone is read as far as the page needs; of several nobody knows yet which one leads.
	chunk := most
	if len(facets) > 1 || len(facets) == 1 && prefix != "" {
		chunk = max(1, most/3)
	}
	common := new(both)
	for _, facet := range facets {
		yards := new(union)
		for _, yard := range q.Yards {
			yards.add(&postings{walk: w, partition: facetPartition(company, x.Name, yard, facet), chunk: chunk, most: most})
		}
		common.streams = append(common.streams, yards)
	}
	if prefix == "" {
		return common, "", nil
	}
	words, block, err := x.block(ctx, w, company, q.Yards, prefix, at.Block)
	if err != nil {
		return nil, "", err
	}
	matching := new(union)
	for _, found := range words {
		share := max(1, min(most, most*len(q.Yards)/len(words)+1))
		matching.add(&postings{
			walk: w, partition: wordPartition(company, x.Name, found.yard), word: found.word + table.Separator, chunk: min(share, chunk), most: share,
		})
	}
	common.streams = append(common.streams, matching)
	if block != "" || at.Block != "" {
		common.needed = matching // the records cannot tell to which block they belong
	}
	return common, block, nil
}

func longest(words []string) string {
	var best string
	for _, word := range words {
		if len(word) > len(best) {
			best = word
		}
	}
	return best
}

// yardWord is a word that occurs in a yard.
type yardWord struct{ word, yard string }

// block finds the words with a prefix from a word on, in all yards: at most blockWords different ones, and the word that
// the next block begins with.
func (x Index[T]) block(ctx context.Context, w *walk, company ident.Company, yards []string, prefix, first string) (words []yardWord, next string, err error) {
	for _, yard := range yards {
		found, err := w.words(ctx, wordPartition(company, x.Name, yard), prefix, max(prefix, first))
		if err != nil {
			return nil, "", err
		}
		for _, word := range found {
			words = append(words, yardWord{word, yard})
		}
	}
	slices.SortFunc(words, func(a, b yardWord) int { return strings.Compare(a.word, b.word) })
	different := 0
	for i, found := range words {
		if i == 0 || found.word != words[i-1].word {
			different++
		}
		if different > blockWords {
			return words[:i], found.word, nil
		}
	}
	return words, "", nil
}

// words lists up to one more than blockWords different words of a partition from a word on, leaping from each to the next.
func (w *walk) words(ctx context.Context, partition table.Partition, prefix, from string) ([]string, error) {
	var words []string
	for chunk := 2; len(words) <= blockWords; {
		page, err := w.table.Query(ctx, table.Query{Partition: string(partition), From: from, To: prefix + "\U0010FFFF", Limit: chunk})
		if err != nil {
			return nil, err
		}
		known := len(words)
		for _, item := range page.Items {
			word, _, _ := strings.Cut(item.Sort, table.Separator)
			if len(words) == 0 || words[len(words)-1] != word {
				words = append(words, word)
			}
		}
		if page.Next == "" || len(words) == 0 {
			break
		}
		// Where every posting was another word, the next ones probably are, too.
		if len(words)-known == len(page.Items) {
			chunk = min(2*chunk, blockWords)
		}
		from = words[len(words)-1] + after
	}
	return words[:min(len(words), blockWords+1)], nil
}
