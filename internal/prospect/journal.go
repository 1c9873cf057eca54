package prospect

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// journal is what was done about prospects, entry by entry: any number of them, by time. Each entry is an item of its own,
// so that people who add theirs at once do not disturb each other.
type journal[T any] struct {
	name string // in keys
	kind table.Kind[T]
}

// place is where an entry lies that a request has named.
type place struct {
	Sort string `json:"sort"`
}

var places = table.Kind[place]{Name: "journal place", Schema: 1}

// instant sorts as time does.
const instant = "2006-01-02T15:04:05.000Z"

func (j journal[T]) partition(company ident.Company, id ID) table.Partition {
	return table.In(company, j.name, string(id))
}

func (j journal[T]) placeKey(company ident.Company, id ID, intent string) table.Key {
	return table.In(company, j.name+"-request", string(id)).At(intent)
}

// add makes the writes of an entry. One that comes of a request with an intent of its own remembers it; the write conflicts where the
// request has made its entry before.
func (j journal[T]) add(company ident.Company, id ID, at time.Time, entry string, value T, intent string) []table.Op {
	key := j.partition(company, id).At(at.UTC().Format(instant), entry)
	ops := []table.Op{j.kind.Create(key, value)}
	if intent != "" {
		ops = append(ops, places.Create(j.placeKey(company, id, intent), place{key.Sort}))
	}
	return ops
}

// made is the entry that an earlier request of the same intent made; false where there is none.
func (j journal[T]) made(ctx context.Context, d app.Deps, company ident.Company, id ID, intent string) (earlier T, found bool, err error) {
	if intent == "" {
		return earlier, false, nil
	}
	at, err := places.Get(ctx, d.Table, j.placeKey(company, id, intent))
	if errs.Is(err, errs.NotFound) {
		return earlier, false, nil
	}
	if err != nil {
		return earlier, false, err
	}
	record, err := j.kind.Get(ctx, d.Table, table.Key{Partition: string(j.partition(company, id)), Sort: at.Value.Sort})
	return record.Value, err == nil, err
}

// page is a page of the entries about a prospect, latest first, and the cursor of the next.
func (j journal[T]) page(ctx context.Context, d app.Deps, company ident.Company, id ID, page web.Paging) ([]T, string, error) {
	partition := string(j.partition(company, id))
	q := table.Query{Partition: partition, Limit: page.Limit, Descending: true}
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, company, partition, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		q.After = string(position)
	}
	records, after, err := j.kind.Query(ctx, d.Table, q)
	if err != nil || after == "" {
		return table.Values(records), "", err
	}
	next, err := d.Links.SealCursor(ctx, company, partition, []byte(after))
	return table.Values(records), next, err
}
