package pebbletable

import (
	"bytes"
	"context"
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/platform/table"
)

// maxPageBytes ends a page like DynamoDB's, so that callers meet short pages on a laptop, too.
const maxPageBytes = 1 << 20

// Query returns a page of one partition. It sees the partition as it was at one instant.
func (d *Driver) Query(ctx context.Context, q table.Query) (table.Page, error) {
	if err := ctx.Err(); err != nil {
		return table.Page{}, err
	}
	span := itemSpan
	if q.DueIndex {
		span = dueSpan
	}
	prefix, from, to := span(q)
	if bytes.Compare(from, to) >= 0 {
		return table.Page{}, nil
	}
	iter, err := d.db.NewIterWithContext(ctx, &pebble.IterOptions{LowerBound: from, UpperBound: to})
	if err != nil {
		return table.Page{}, failed(err)
	}
	page, err := walk(iter, q, prefix)
	return page, errors.Join(err, iter.Close())
}

// walk collects the page. A page that was ended by the limit or by its size names the next one without looking whether
// anything follows, as DynamoDB does.
func walk(iter *pebble.Iterator, q table.Query, prefix int) (table.Page, error) {
	first, next := iter.First, iter.Next
	if q.Descending {
		first, next = iter.Last, iter.Prev
	}
	var page table.Page
	size := 0
	for ok := first(); ok; ok = next() {
		item, sort, err := entry(iter, q, prefix)
		if err != nil {
			return table.Page{}, err
		}
		page.Items = append(page.Items, item)
		size += item.Size()
		if len(page.Items) == q.Limit || size >= maxPageBytes {
			page.Next = sort
			break
		}
	}
	if err := iter.Error(); err != nil {
		return table.Page{}, failed(err)
	}
	return page, nil
}

// entry is the item at the iterator, and the sort key that a page ending with it goes on from.
func entry(iter *pebble.Iterator, q table.Query, prefix int) (table.Item, string, error) {
	rest := iter.Key()[prefix:]
	if q.DueIndex {
		sort, key, err := cutEntry(rest)
		return table.Item{Key: key, Due: table.IndexKey{Partition: q.Partition, Sort: sort}}, sort, err
	}
	value, err := iter.ValueAndErr()
	if err != nil {
		return table.Item{}, "", failed(err)
	}
	sort := string(rest)
	item, err := parseValue(table.Key{Partition: q.Partition, Sort: sort}, value)
	return item, sort, err
}

// itemSpan is the range of keys of a query of items, and the length of what they all begin with.
func itemSpan(q table.Query) (prefix int, from, to []byte) {
	base := itemPrefix(q.Partition)
	join := func(sort string) []byte { return append(bytes.Clone(base), sort...) }
	from, to = join(q.From), behind(base)
	if q.To != "" {
		to = join(q.To)
	}
	switch {
	case q.After != "" && q.Descending:
		to = least(to, join(q.After))
	case q.After != "":
		from = most(from, append(join(q.After), zero))
	}
	return len(base), from, to
}

// dueSpan is the range of keys of a query of the due index. Going on after a sort key skips every entry of it: their sort
// keys end with the item's key, so there is one.
func dueSpan(q table.Query) (prefix int, from, to []byte) {
	base := duePrefix(q.Partition)
	join := func(sort string) []byte { return appendEscaped(bytes.Clone(base), sort) }
	from, to = join(q.From), behind(base)
	if q.To != "" {
		to = join(q.To)
	}
	switch {
	case q.After != "" && q.Descending:
		to = least(to, join(q.After))
	case q.After != "":
		from = most(from, append(join(q.After), zero, pastEnd))
	}
	return len(base), from, to
}

// behind is the first key after all that begin with a framed text.
func behind(framed []byte) []byte {
	key := bytes.Clone(framed)
	key[len(key)-1] = pastEnd
	return key
}

func least(a, b []byte) []byte {
	if bytes.Compare(a, b) < 0 {
		return a
	}
	return b
}

func most(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		return a
	}
	return b
}
