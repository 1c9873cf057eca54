package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// MaxWalk is the most postings that one request reads, besides a few of each yard and value.
const MaxWalk = 1000

// errWalked ends a request that has read MaxWalk postings.
var errWalked = errors.New("search: walked far enough for one request")

// Query asks for a page of a list.
type Query struct {
	Yards  []string  // the viewer's; none: an empty answer
	Facets []Facet   // those of one name are alternatives; of each name one must match
	Text   string    // words, each a prefix; all must match
	From   time.Time // activity not before; zero: open
	To     time.Time // activity before; zero: open
	Limit  int       // records of the page
	Cursor string
}

// Cursors seals and opens positions, bound to company and query; link.Signer does.
type Cursors interface {
	SealCursor(ctx context.Context, company ident.Company, query string, position []byte) (string, error)
	OpenCursor(ctx context.Context, company ident.Company, query, cursor string) ([]byte, error)
}

// position is what a cursor holds.
type position struct {
	From  string `json:"f,omitempty"` // first position that may be on the page
	Block string `json:"b,omitempty"` // first word of the block, see blockWords
	End   string `json:"e,omitempty"` // first word behind it; empty: not known yet
}

// binding is what a cursor is good for. Yards are left out: they are the viewer's at every page.
func (q Query) binding(list string) string {
	facets := make([]string, len(q.Facets))
	for i, f := range q.Facets {
		facets[i] = f.text()
	}
	slices.Sort(facets)
	return table.Join(list, table.Join(slices.Compact(facets)...), strings.Join(Words(q.Text), " "), q.From.UTC().Format(time.RFC3339Nano), q.To.UTC().Format(time.RFC3339Nano))
}

// groups are the facets by name, each value once.
func (q Query) groups() (groups [][]Facet) {
	for _, f := range q.Facets {
		at := slices.IndexFunc(groups, func(g []Facet) bool { return g[0].Name == f.Name })
		switch {
		case at < 0:
			groups = append(groups, []Facet{f})
		case !slices.ContainsFunc(groups[at], func(known Facet) bool { return known.text() == f.text() }):
			groups[at] = append(groups[at], f)
		}
	}
	return groups
}

// Page answers a query with records, newest activity first, and the cursor of the next page, empty on the last.
func (x Index[T]) Page(ctx context.Context, t *table.Table, cursors Cursors, company ident.Company, q Query) ([]table.Record[T], string, error) {
	if q.Limit < 1 || q.Limit > 200 {
		return nil, "", fmt.Errorf("search: a page of %d", q.Limit)
	}
	at := position{From: q.start()}
	if q.Cursor != "" {
		sealed, err := cursors.OpenCursor(ctx, company, q.binding(x.Name), q.Cursor)
		if err != nil {
			return nil, "", err
		}
		if err := json.Unmarshal(sealed, &at); err != nil {
			return nil, "", err
		}
	}
	if len(q.Yards) == 0 {
		return nil, "", nil
	}
	records, next, err := x.read(ctx, t, company, q, at)
	if err != nil || next == nil {
		return records, "", err
	}
	sealed, err := json.Marshal(next)
	if err != nil {
		return nil, "", err
	}
	cursor, err := cursors.SealCursor(ctx, company, q.binding(x.Name), sealed)
	return records, cursor, err
}

// First answers a query with the records of its first page, for those who turn no pages and so need no cursors.
func (x Index[T]) First(ctx context.Context, t *table.Table, company ident.Company, q Query) ([]table.Record[T], error) {
	records, _, err := x.Page(ctx, t, noCursors{}, company, q)
	return records, err
}

// noCursors seals every position as the empty cursor.
type noCursors struct{}

// SealCursor implements Cursors.
func (noCursors) SealCursor(context.Context, ident.Company, string, []byte) (string, error) {
	return "", nil
}

// OpenCursor implements Cursors.
func (noCursors) OpenCursor(context.Context, ident.Company, string, string) ([]byte, error) {
	return nil, errors.New("search: a first page has no cursor")
}

// start is the first position of the query's time range, and end the one behind its last.
func (q Query) start() string {
	if q.To.IsZero() {
		return ""
	}
	return descending(q.To.Add(-time.Nanosecond))
}

func (q Query) end() string {
	if q.From.IsZero() {
		return ""
	}
	return descending(q.From) + after
}

// read collects a page from a position on, going on to further blocks while there is nothing on it. next is nil at the
// end of the list.
func (x Index[T]) read(ctx context.Context, t *table.Table, company ident.Company, q Query, at position) (records []table.Record[T], next *position, err error) {
	w := &walk{table: t, limit: q.Limit, left: MaxWalk + 4*len(q.Yards)}
	for {
		kept, next, err := x.collect(ctx, w, company, q, at, q.Limit-len(records))
		if errors.Is(err, errWalked) {
			return records, &at, nil
		}
		if err != nil {
			return nil, nil, err
		}
		records = append(records, kept...)
		if next == nil || next.Block == at.Block || len(records) > 0 || w.left < MaxWalk-q.Limit {
			return records, next, nil
		}
		at = *next
	}
}

// collect finds up to n records from a position on, to the end of its block. It is errWalked where it cannot even begin.
func (x Index[T]) collect(ctx context.Context, w *walk, company ident.Company, q Query, at position, n int) (records []table.Record[T], next *position, err error) {
	source, block, err := x.open(ctx, w, company, q, at)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case block != "":
		at.Block, at.End = max(at.Block, longestFirst(Words(q.Text))[0]), block
	case at.Block != "":
		at.End = last // whatever comes behind it meanwhile is of this block
	}
	from, end := at.From, q.end()
	for len(records) < n {
		var found []string
		var stop error
		done := false
		for len(found) < n-len(records) {
			place, ok, err := source.next(ctx, from)
			if err != nil && !errors.Is(err, errWalked) {
				return nil, nil, err
			}
			if err != nil || !ok || (end != "" && place >= end) {
				stop, done = err, err == nil
				break
			}
			found = append(found, place)
			from = place + after
		}
		kept, err := x.load(ctx, w.table, company, q, at, found)
		if err != nil {
			return nil, nil, err
		}
		records = append(records, kept...)
		source.loaded(len(found), len(kept))
		if done && block != "" {
			return records, &position{From: q.start(), Block: block}, nil
		}
		if done {
			return records, nil, nil
		}
		if stop != nil {
			break
		}
	}
	return records, &position{From: from, Block: at.Block, End: at.End}, nil //nolint:nilerr // having walked far enough is no error
}

// load reads the records found at places, in their order, and keeps those that pass every filter. A record whose activity
// has moved since is left out here: it has a place of its own. One with several words of the prefix belongs to the block of
// the first of them.
func (x Index[T]) load(ctx context.Context, t *table.Table, company ident.Company, q Query, at position, places []string) ([]table.Record[T], error) {
	if len(places) == 0 {
		return nil, nil
	}
	keys := make([]table.Key, len(places))
	for i, place := range places {
		keys[i] = x.Key(company, table.Split(place)[1])
	}
	records, err := x.Kind.GetAll(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	words := Words(q.Text)
	i := 0
	return slices.DeleteFunc(records, func(r table.Record[T]) bool {
		// Records come in the order of places; those that are missing are skipped.
		for keys[i] != r.Key() {
			i++
		}
		place := places[i]
		i++
		entry := x.Entry(r.Value)
		return entry.place() != place || !q.matches(entry, words) || at.Block != "" && !at.holds(entry.firstWord(longestFirst(words)[0]))
	}), nil
}

func (q Query) matches(e Entry, words []string) bool {
	if e.ID == "" || !e.seenIn(q.Yards) {
		return false
	}
	if !q.From.IsZero() && e.At.Before(q.From) || !q.To.IsZero() && !e.At.Before(q.To) {
		return false
	}
	return !slices.ContainsFunc(q.groups(), func(values []Facet) bool { return !slices.ContainsFunc(values, e.has) }) &&
		!slices.ContainsFunc(words, func(w string) bool { return !e.hasWord(w) })
}

// holds reports whether a word is in the block.
func (p position) holds(word string) bool { return word >= p.Block && (p.End == "" || word < p.End) }
