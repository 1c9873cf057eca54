package dms

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
)

// Entry is a change at its place in the company's feed.
type Entry struct {
	Number int64 `json:"number" doc:"Its place in the feed: 1, 2, 3 … without gaps."`
	prospect.Change
	Person *customer.View `json:"person,omitempty" doc:"Of prospect.created: the customer, whom the DMS may not know."`
	Users  []Worker       `json:"users,omitempty" doc:"The users whom the entry names."`
	Yard   string         `json:"yardName,omitempty" doc:"Name of the plan's yard."`
}

// Worker is a user as another system knows one.
type Worker struct {
	ID    access.UserID `json:"id"`
	Name  string        `json:"name"`
	Email string        `json:"email"`
}

// KeepFeed is how long an entry is kept.
const KeepFeed = 90 * 24 * time.Hour

// head is the number of the feed's last entry. Whoever adds to the feed moves it in the same write, so that numbers have
// neither gaps nor doubles.
type head struct {
	Number int64 `json:"number"`
}

var (
	heads   = table.Kind[head]{Name: "dms feed", Schema: 1}
	entries = table.Kind[Entry]{Name: "dms feed entry", Schema: 1, Limit: 24 << 10}
)

func headKey(company ident.Company) table.Key { return table.In(company, "dms-feed").At() }

func feedPartition(company ident.Company) table.Partition {
	return table.In(company, "dms-feed", "entries")
}

// sortOf sorts as numbers do.
func sortOf(number int64) string { return fmt.Sprintf("%015d", number) }

func entryKey(company ident.Company, number int64) table.Key {
	return feedPartition(company).At(sortOf(number))
}

// last is the number of the feed's last entry; 0 where there is none.
func last(ctx context.Context, d app.Deps, company ident.Company) (table.Record[head], error) {
	record, err := heads.Get(ctx, d.Table, headKey(company))
	if errs.Is(err, errs.NotFound) {
		return table.Record[head]{}, nil
	}
	return record, err
}

// feedQuery binds cursors to the feed.
const feedQuery = "dms changes"

// changes are the entries behind a cursor, the oldest that are kept without one, and the cursor to go on with: always one,
// since there will be more. A cursor whose next entry is not kept any more is Gone: whoever has it has missed something.
func changes(ctx context.Context, d app.Deps, caller access.Caller, page web.Paging) ([]Entry, string, error) {
	seen := int64(0)
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, feedQuery, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		if seen, err = strconv.ParseInt(string(position), 10, 64); err != nil {
			return nil, "", fmt.Errorf("dms: a cursor of ours at %q: %w", position, err)
		}
	}
	// The head is read first: what is written meanwhile is on the page or behind it.
	end, err := last(ctx, d, caller.Company)
	if err != nil {
		return nil, "", err
	}
	items, err := after(ctx, d, caller.Company, seen, page.Limit)
	if err != nil {
		return nil, "", err
	}
	next := end.Value.Number + 1 // the first that is kept, at the earliest
	if len(items) > 0 {
		next = items[0].Number
	}
	if page.Cursor != "" && next > seen+1 {
		return nil, "", errs.E(errs.Gone, "changes are kept for %d days, and the next one behind this cursor is older: compare your records with ours, then begin again without a cursor", int(KeepFeed.Hours()/24))
	}
	seen = max(seen, next-1)
	if len(items) > 0 {
		seen = items[len(items)-1].Number
	}
	cursor, err := d.Links.SealCursor(ctx, caller.Company, feedQuery, []byte(strconv.FormatInt(seen, 10)))
	return items, cursor, err
}

// after are entries behind a number, at most limit; none only where there are none.
func after(ctx context.Context, d app.Deps, company ident.Company, number int64, limit int) ([]Entry, error) {
	q := table.Query{Partition: string(feedPartition(company)), From: sortOf(number + 1), Limit: limit}
	for {
		records, next, err := entries.Query(ctx, d.Table, q)
		if err != nil || len(records) > 0 || next == "" {
			return table.Values(records), err
		}
		q.After = next // all of the page have expired
	}
}
