package customer

import (
	"context"
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

// History is a page of what was lodged against a customer, newest first, and the cursor of the next page.
func History(ctx context.Context, d app.Deps, company ident.Company, id ID, limit int, cursor string) ([]Event, string, error) {
	if _, err := Load(ctx, d, company, id); err != nil {
		return nil, "", err
	}
	partition := history(company, id)
	q := table.Query{Partition: string(partition), Limit: limit, Descending: true}
	if cursor != "" {
		position, err := d.Links.OpenCursor(ctx, company, string(partition), cursor)
		if err != nil {
			return nil, "", err
		}
		q.After = string(position)
	}
	records, after, err := events.Query(ctx, d.Table, q)
	if err != nil {
		return nil, "", err
	}
	page := table.Values(records)
	if after == "" {
		return page, "", nil
	}
	next, err := d.Links.SealCursor(ctx, company, string(partition), []byte(after))
	return page, next, err
}
