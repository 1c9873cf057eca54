package search

import (
	"context"
	"math"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// last sorts behind all letters.
const last = "\U0010FFFF"

// wordList finds the different words of a prefix in one yard, in order, leaping from each to the next where a word has many
// postings. What it reads of a word on the way is the beginning of its stream.
type wordList struct {
	walk      *walk // of the list itself
	streams   *walk // of the words that it finds
	partition table.Partition
	from, to  string
	chunk     int
	words     []*postings
	leapt     bool // over further postings of the newest word, perhaps
	ended     bool
}

func (l *wordList) newest() *postings {
	if len(l.words) == 0 {
		return new(postings)
	}
	return l.words[len(l.words)-1]
}

// read goes on to at least one more posting, or to the end.
func (l *wordList) read(ctx context.Context) error {
	page, err := l.walk.query(ctx, table.Query{Partition: string(l.partition), From: l.from, To: l.to, Limit: l.chunk})
	if err != nil {
		return err
	}
	different := 0
	for _, item := range page.Items {
		different += l.add(item)
	}
	if !l.leapt {
		l.newest().more = page.Next != ""
	}
	switch {
	case page.Next == "":
		l.ended = true
	case len(page.Items) == 0:
		l.from = page.Next + table.Separator
	case len(page.Items) == 1 || different < len(page.Items):
		// The word has many postings, or may have them: they are left to its stream.
		l.from, l.leapt = strings.TrimSuffix(l.newest().word, table.Separator)+after, true
		l.chunk = 3 - min(2, len(page.Items))
	default:
		l.chunk = min(2*l.chunk, blockWords)
	}
	return nil
}

// add takes a posting in and returns 1 where it is the first of its word.
func (l *wordList) add(item table.Item) int {
	word, place := cutWord(item.Sort)
	l.from = item.Sort + table.Separator
	if word += table.Separator; word == l.newest().word {
		l.newest().buffer = append(l.newest().buffer, place)
		return 0
	}
	if !l.leapt {
		l.newest().more = false
	}
	l.leapt = false
	l.words = append(l.words, &postings{walk: l.streams, partition: l.partition, word: word, started: true, buffer: []string{place}})
	return 1
}

func cutWord(sort string) (word, place string) {
	word, place, _ = strings.Cut(sort, table.Separator)
	return word, place
}

// block finds the words of a block in all yards: those from its first one on, up to the end that an earlier page has found.
// Where it has to find the end itself, that is next: the word that the next block begins with, or empty. With exactFirst the
// prefix itself may be the whole first block.
func (x Index[T]) block(ctx context.Context, w *walk, company ident.Company, yards []string, prefix string, at position, exactFirst bool) (words []*postings, next string, err error) {
	to, walked := prefix+last, w
	if at.End != "" {
		to, walked = min(to, at.End), &walk{table: w.table, left: math.MaxInt} // it was small when the end was found
	}
	chunk := 2
	if at.Block == "" && at.From != "" {
		chunk = 1 // what stands first in a word was on an earlier page
	}
	lists := make([]*wordList, len(yards))
	for i, yard := range yards {
		lists[i] = &wordList{walk: walked, streams: w, partition: wordPartition(company, x.Name, yard), from: max(prefix, at.Block), to: to, chunk: chunk}
	}
	for {
		behind, horizon := lagging(lists)
		found := within(lists, horizon)
		parts := blockParts
		if at.Block != "" {
			parts = laterParts
		}
		next := cutOff(found, parts)
		if exactFirst && at.Block == "" && standsAlone(found, lists, prefix) {
			next = prefix + after
		}
		if next != "" && at.End == "" {
			found = slices.DeleteFunc(found, func(p *postings) bool { return p.word >= next })
			return found, strings.TrimSuffix(next, table.Separator), nil
		}
		if len(behind) == 0 {
			return found, strings.TrimSuffix(at.End, last), nil
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(together)
		for _, list := range behind {
			group.Go(func() error { return list.read(ctx) })
		}
		if err := group.Wait(); err != nil {
			return nil, "", err
		}
	}
}

// lagging are the lists that have not ended and have come least far, and the word up to which all lists are known.
func lagging(lists []*wordList) (behind []*wordList, horizon string) {
	horizon = last
	for _, list := range lists {
		switch {
		case list.ended:
		case list.newest().word < horizon:
			behind, horizon = []*wordList{list}, list.newest().word
		case list.newest().word == horizon:
			behind = append(behind, list)
		}
	}
	return behind, horizon
}

// within are the words up to the horizon, in order.
func within(lists []*wordList, horizon string) (words []*postings) {
	for _, list := range lists {
		for _, word := range list.words {
			if word.word <= horizon {
				words = append(words, word)
			}
		}
	}
	slices.SortStableFunc(words, func(a, b *postings) int { return strings.Compare(a.word, b.word) })
	return words
}

// longerWords is how many words go on from one that many records have before that one is answered alone, and first.
const longerWords = 8

// standsAlone reports whether the prefix itself is a word of many records and the beginning of many words: a family name, for
// one, that is in e-mail addresses, too. found are the words that are known in all lists.
func standsAlone(found []*postings, lists []*wordList, prefix string) bool {
	exact, longer := prefix+table.Separator, map[string]bool{}
	if !slices.ContainsFunc(found, func(p *postings) bool { return p.word == exact && p.more }) {
		return false
	}
	for _, list := range lists {
		for _, p := range list.words {
			if p.word != exact {
				longer[p.word] = true
			}
		}
	}
	return len(longer) >= longerWords
}

// cutOff is the word with which a block of words in order, of about so many parts, is too large; or empty.
func cutOff(words []*postings, parts int) string {
	different := 0
	for i, word := range words {
		if i > 0 && word.word == words[i-1].word {
			continue
		}
		if different++; different > blockWords || different > 1 && i >= parts {
			return word.word
		}
	}
	return ""
}
