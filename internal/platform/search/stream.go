package search

import (
	"context"
	"strings"

	"github.com/winback-auto/winback/internal/platform/table"
)

// stream yields positions, newest first, each once. A position is the part of a posting's sort key that holds time and
// id: descending(at) # id. Streams of one list are comparable position by position.
type stream interface {
	// next is the first position at or behind the given one; ok is false at the end.
	next(ctx context.Context, from string) (position string, ok bool, err error)
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
	chunk     int    // postings per query
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
	p.started, p.more = true, page.Next != ""
	p.buffer = p.buffer[:0]
	for _, item := range page.Items {
		p.buffer = append(p.buffer, item.Sort[len(p.word):])
	}
	return nil
}

// after is the character behind the separator: a key text with it sorts behind all keys with the separator in its place.
const after = "$"

// union merges streams: the postings of several yards or words.
type union []stream

func (u union) next(ctx context.Context, from string) (string, bool, error) {
	first, found := "", false
	for _, s := range u {
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

// both yields what all its streams have in common, leaping ahead in each to where the others are.
type both []stream

func (b both) next(ctx context.Context, from string) (string, bool, error) {
	for {
		position := from
		for _, s := range b {
			at, ok, err := s.next(ctx, position)
			if err != nil || !ok {
				return "", false, err
			}
			position = at
		}
		agreed := true
		for _, s := range b {
			at, ok, err := s.next(ctx, position)
			if err != nil || !ok {
				return "", false, err
			}
			if at != position {
				from, agreed = at, false
				break
			}
		}
		if agreed {
			return position, true, nil
		}
	}
}
