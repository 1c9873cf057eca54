package customer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Event is one thing lodged against a customer. It says where to look and keeps no copy of what is there.
type Event struct {
	At    time.Time `json:"at"`
	Kind  string    `json:"kind" doc:"What it is, for example lead, appraisal, prospect or recapture."`
	About string    `json:"id" doc:"The id of the lead, appraisal …"`
	Title string    `json:"title" doc:"What happened, in a few words."`
}

var events = table.Kind[Event]{Name: "activity", Schema: 1}

// instant sorts as time does.
const instant = "2006-01-02T15:04:05.000Z"

// maxTitle bounds a title, in characters.
const maxTitle = 200

// Activity adds an event to a customer's history; it goes into the transaction that the event happens in. The kind is the
// feature's word, about the record's id, the title short and free of personal data. The same event at the same millisecond
// is one event, so a repeated write adds nothing.
func Activity(company ident.Company, customer ID, at time.Time, kind, about, title string) table.Op {
	at = at.UTC().Truncate(time.Millisecond)
	if letters := []rune(title); len(letters) > maxTitle {
		title = string(letters[:maxTitle-1]) + "…"
	}
	return events.Overwrite(history(company, customer).At(at.Format(instant), kind, about, title), Event{at, kind, about, title})
}

func history(company ident.Company, customer ID) table.Partition {
	return table.In(company, "activity", string(customer))
}

// History is a page of what was lodged against a customer and their aliases, newest first, and the cursor of the next page.
func History(ctx context.Context, d app.Deps, company ident.Company, id ID, limit int, cursor string) ([]Event, string, error) {
	ids, err := Everyone(ctx, d, company, id)
	if err != nil {
		return nil, "", err
	}
	binding := string(history(company, id))
	after := ""
	if cursor != "" {
		position, err := d.Links.OpenCursor(ctx, company, binding, cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(position)
	}
	var all []table.Record[Event]
	more := false
	for _, id := range ids {
		records, next, err := events.Query(ctx, d.Table, table.Query{Partition: string(history(company, id)), Limit: limit, Descending: true, After: after})
		if err != nil {
			return nil, "", err
		}
		all, more = append(all, records...), more || next != ""
	}
	slices.SortStableFunc(all, func(a, b table.Record[Event]) int { return strings.Compare(b.Key().Sort, a.Key().Sort) })
	// Of aliases the same may have been lodged at one millisecond: a page ends behind all of it, and tells it once.
	all = slices.CompactFunc(all, func(a, b table.Record[Event]) bool { return a.Key().Sort == b.Key().Sort })
	if len(all) > limit {
		all, more = all[:limit], true
	}
	page := table.Values(all)
	if !more || len(all) == 0 {
		return page, "", nil
	}
	next, err := d.Links.SealCursor(ctx, company, binding, []byte(all[len(all)-1].Key().Sort))
	return page, next, err
}
