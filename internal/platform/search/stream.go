package search

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/table"
)

// stream yields positions, newest first, each once. A position is the part of a posting's sort key that holds time and
// id: descending(at) # id. Streams of one list are comparable position by position.
type stream interface {
	// next is the first position at or behind the given one; ok is false at the end.
	next(ctx context.Context, from string) (position string, ok bool, err error)
	// loaded says how many of the records at its last positions were read, and how many of them passed the filters.
	loaded(read, passed int)
}

// walk bounds the postings that a request reads.
type walk struct {
	table *table.Table
	limit int // of the page

	mu   sync.Mutex
	left int
}

// take allows for up to n postings to be read; it is 0 where the request has walked far enough.
func (w *walk) take(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n = min(n, w.left)
	w.left -= n
	return n
}

// query reads postings as far as the walk may go on, and gives back what there was less of.
func (w *walk) query(ctx context.Context, q table.Query) (table.Page, error) {
	allowed := w.take(q.Limit)
	if allowed == 0 {
		return table.Page{}, errWalked
	}
	q.Limit = allowed
	page, err := w.table.Query(ctx, q)
	w.take(len(page.Items) - allowed)
	return page, err
}

// postings is the stream of one partition, or of one word in it.
type postings struct {
	walk      *walk
	partition table.Partition
	word      string // with the separator; empty for facets
	chunk     int    // postings of the next query among several filters; doubles
	again     int    // postings read since the first fill
	filled    bool   // it was read from a position on
	buffer    []string
	more      bool // there may be postings behind the buffer
	started   bool
}

// short reports whether postings have to be read before the first position at or behind from is known.
func (p *postings) short(from string) bool {
	for len(p.buffer) > 0 && p.buffer[0] < from {
		p.buffer = p.buffer[1:]
	}
	return len(p.buffer) == 0 && (!p.started || p.more)
}

// fill reads the next n postings from a position on.
func (p *postings) fill(ctx context.Context, from string, n int) error {
	q := table.Query{Partition: string(p.partition), From: p.word + from, Limit: n}
	if p.word != "" {
		q.To = strings.TrimSuffix(p.word, table.Separator) + after
	}
	page, err := p.walk.query(ctx, q)
	if err != nil {
		return err
	}
	if p.filled {
		p.again += len(page.Items)
	}
	p.filled, p.started, p.more = true, true, page.Next != ""
	p.buffer = p.buffer[:0]
	for _, item := range page.Items {
		p.buffer = append(p.buffer, item.Sort[len(p.word):])
	}
	return nil
}

// after is the character behind the separator: a key text with it sorts behind all keys with the separator in its place.
const after = "$"

// union merges the postings of several yards, values or words.
type union struct {
	limit int // of the page
	parts []*postings
	alone bool // nothing else is walked beside it
	asked int  // positions of other unions that it was asked for
	had   int  // and those of them that it had
}

// together is how many postings of a union are read at a time.
const together = 16

func (u *union) next(ctx context.Context, from string) (string, bool, error) {
	for {
		var short []*postings
		for _, p := range u.parts {
			if p.short(from) {
				short = append(short, p)
			}
		}
		if len(short) == 0 {
			break
		}
		if err := u.fill(ctx, short, from); err != nil {
			return "", false, err
		}
	}
	first, found := "", false
	for _, p := range u.parts {
		if len(p.buffer) > 0 && (!found || p.buffer[0] < first) {
			first, found = p.buffer[0], true
		}
	}
	return first, found, nil
}

// fill reads on in those parts of which the next position is not known.
func (u *union) fill(ctx context.Context, short []*postings, from string) error {
	n := u.ration(len(short))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for _, p := range short {
		size := n
		if !u.alone {
			size, p.chunk = p.chunk, min(2*p.chunk, most(u.limit, len(u.parts)))
		}
		group.Go(func() error { return p.fill(ctx, from, size) })
	}
	return group.Wait()
}

// ration is how many postings each of some parts may read, so that no more than a page is read in vain, however many
// parts there are and whichever of them holds what comes next: of the first read each part has a fair share, which leaves
// something for the one that runs short first.
func (u *union) ration(parts int) int {
	spare := u.limit * 4 / 5
	if len(u.parts) == 1 {
		return u.limit + 1
	}
	if parts == len(u.parts) {
		return max(1, spare/parts)
	}
	for _, p := range u.parts {
		spare -= len(p.buffer)
	}
	return max(1, min(spare/2/parts, u.limit))
}

// most is how many postings are read at a time from each of several parts, where several filters are walked at once.
func most(limit, parts int) int { return max(4, limit*3/2/parts+1) }

// again is how many postings were read since the first of each part. What the first ones are says nothing about the
// filter, only about how many yards and values there are.
func (u *union) again() (sum int) {
	for _, p := range u.parts {
		sum += p.again
	}
	return sum
}

// both yields what all its unions have in common, leaping ahead in each to where the others are. A union that has to be
// read much faster than another one holds most of the list, and one that has what the others have sorts out little: it is
// let go, and whoever loads the records checks them for it. So of two filters the smaller one is walked. Which one that is
// changes along the list: open leads, for one, are most of the newest and few of the old. So those that were let go come back
// where the records show that they would be missed.
type both struct {
	unions, gone []*union
	read, passed int // records, since they were looked at
	vain         int // records that did not pass, since filters came back
	patience     int // how many of them it takes the next time
}

func (b *both) next(ctx context.Context, from string) (string, bool, error) {
	var by *union // whose the position is
	for {
		b.letGo()
		position, agreed := from, true
		for i, s := range b.unions {
			at, ok, err := s.next(ctx, position)
			if err != nil || !ok {
				return "", false, err
			}
			if by != nil && by != s {
				s.asked++
				if at == position {
					s.had++
				}
			}
			agreed = agreed && (i == 0 || at == position)
			if at != position {
				by = s
			}
			position = at
		}
		if agreed {
			return position, true, nil
		}
		from = position
	}
}

// few is how much has to be known of a union before it is judged.
const few = 16

// letGo drops the unions that have been read at least twice as far as the slowest, and those that have nearly all that
// they were asked for; one always stays.
func (b *both) letGo() {
	least := math.MaxInt
	for _, s := range b.unions {
		least = min(least, s.again())
	}
	left := len(b.unions)
	b.unions = slices.DeleteFunc(b.unions, func(s *union) bool {
		read := s.again()
		drop := left > 1 && (read >= 2*least && read >= max(len(s.parts), few) || s.asked >= few && 4*s.had >= 3*s.asked)
		if drop {
			left--
			b.gone = append(b.gone, s)
		}
		return drop
	})
	b.unions[0].alone = len(b.unions) == 1
}

// patience is how many records are read in vain before filters that were let go may come back. Each time it takes four times
// as many.
const patience = 64

// loaded takes up again what was let go where it would sort out more than it did, and judges all anew. Filters that are as
// they were stay away: then there are only few records that pass both.
func (b *both) loaded(read, passed int) {
	b.read, b.passed, b.vain = b.read+read, b.passed+passed, b.vain+read-passed
	if b.vain < max(b.patience, patience) || b.read < few {
		return
	}
	changed := slices.ContainsFunc(b.gone, func(u *union) bool { return 2*b.passed*u.asked < u.had*b.read })
	b.read, b.passed = 0, 0
	if !changed {
		return
	}
	b.unions, b.gone = append(b.unions, b.gone...), nil
	for _, u := range b.unions {
		u.begin()
	}
	b.unions[0].alone = false
	b.vain, b.patience = 0, 4*max(b.patience, patience)
}

// begin forgets what is known of how fast the union is read and how much it sorts out.
func (u *union) begin() {
	u.asked, u.had = 0, 0
	for _, p := range u.parts {
		p.again, p.filled, p.chunk = 0, false, max(1, most(u.limit, len(u.parts))/3)
	}
}

// known is a stream of positions that are all known, in order.
type known []string

func (k known) loaded(int, int) {}

func (k known) next(_ context.Context, from string) (string, bool, error) {
	at, _ := slices.BinarySearch(k, from)
	if at == len(k) {
		return "", false, nil
	}
	return k[at], true, nil
}
