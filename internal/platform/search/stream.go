package search

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/table"
)

// stream yields positions, newest first, each once. A position is the part of a posting's sort key that holds time and
// id: descending(at) # id. Streams of one list are comparable position by position.
type stream interface {
	// next is the first position at or behind the given one; ok is false at the end.
	next(ctx context.Context, from string) (position string, ok bool, err error)
	// read is how many postings it has taken so far.
	read() int
}

// walk counts the postings that a request reads.
type walk struct {
	table *table.Table
	left  int
}

// postings is the stream of one partition, or of one word in it.
type postings struct {
	walk      *walk
	partition table.Partition
	word      string // with the separator; empty for facets
	chunk     int    // postings of the next query; doubles
	most      int    // up to this
	taken     int
	buffer    []string
	more      bool // there may be postings behind the buffer
	started   bool
}

func (p *postings) next(ctx context.Context, from string) (string, bool, error) {
	for {
		for len(p.buffer) > 0 && p.buffer[0] < from {
			p.buffer = p.buffer[1:]
		}
		if len(p.buffer) > 0 {
			return p.buffer[0], true, nil
		}
		if p.started && !p.more {
			return "", false, nil
		}
		if err := p.fill(ctx, from); err != nil {
			return "", false, err
		}
	}
}

// fill reads the next chunk from a position on.
func (p *postings) fill(ctx context.Context, from string) error {
	if p.walk.left <= 0 {
		return errWalked
	}
	q := table.Query{Partition: string(p.partition), From: p.word + from, Limit: p.chunk}
	if p.word != "" {
		q.To = strings.TrimSuffix(p.word, table.Separator) + after
	}
	page, err := p.walk.table.Query(ctx, q)
	if err != nil {
		return err
	}
	p.walk.left -= len(page.Items)
	p.taken += len(page.Items)
	p.chunk = min(2*p.chunk, max(p.chunk, p.most))
	p.started, p.more = true, page.Next != ""
	p.buffer = p.buffer[:0]
	for _, item := range page.Items {
		p.buffer = append(p.buffer, item.Sort[len(p.word):])
	}
	return nil
}

func (p *postings) read() int { return p.taken }

// after is the character behind the separator: a key text with it sorts behind all keys with the separator in its place.
const after = "$"

// union merges streams: the postings of several yards or words.
type union struct{ streams []stream }

func (u *union) add(s stream) { u.streams = append(u.streams, s) }

func (u *union) next(ctx context.Context, from string) (string, bool, error) {
	first, found := "", false
	for _, s := range u.streams {
		position, ok, err := s.next(ctx, from)
		if err != nil {
			return "", false, err
		}
		if ok && (!found || position < first) {
			first, found = position, true
		}
	}
	return first, found, nil
}

func (u *union) read() (sum int) {
	for _, s := range u.streams {
		sum += s.read()
	}
	return sum
}

// both yields what all its streams have in common, leaping ahead in each to where the others are. A stream that has to be
// read much faster than another one holds most of the list and sorts out little: it is let go, and whoever loads the
// records checks them for it. So of two filters the smaller one is walked.
type both struct {
	streams []stream
	needed  stream // one of them that is never let go, or nil
}

func (b *both) next(ctx context.Context, from string) (string, bool, error) {
	for {
		b.letGo()
		position, agreed := from, true
		for i, s := range b.streams {
			at, ok, err := s.next(ctx, position)
			if err != nil || !ok {
				return "", false, err
			}
			agreed = agreed && (i == 0 || at == position)
			position = at
		}
		if agreed {
			return position, true, nil
		}
		from = position
	}
}

// letGo drops the streams that have been read at least twice as far as the slowest.
func (b *both) letGo() {
	least := math.MaxInt
	for _, s := range b.streams {
		least = min(least, s.read())
	}
	b.streams = slices.DeleteFunc(b.streams, func(s stream) bool { return s != b.needed && s.read() >= 2*max(least, 1) })
}

func (b *both) read() (sum int) {
	for _, s := range b.streams {
		sum += s.read()
	}
	return sum
}
