package notify

import (
	"context"
	"strconv"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// list reads a page of the caller's notices. It is empty for who does not want them listed; they are kept all the same, for
// the day when the user does.
func list(ctx context.Context, d app.Deps, caller access.Caller, in listIn) ([]Notification, string, error) {
	user, err := d.Access.User(ctx, caller.Company, caller.User)
	if err != nil {
		return nil, "", err
	}
	if !listsNotices(user) {
		return nil, "", nil
	}
	query := table.Join("notifications", string(caller.User), strconv.FormatBool(in.Unread))
	after := ""
	if in.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, query, in.Cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(position)
	}
	places := all(caller.Company, caller.User)
	if in.Unread {
		places = unread(caller.Company, caller.User)
	}
	page, err := d.Table.Query(ctx, table.Query{Partition: string(places), After: after, Limit: in.Limit})
	if err != nil {
		return nil, "", err
	}
	found, err := load(ctx, d, caller, places, page.Items)
	if err != nil {
		return nil, "", err
	}
	shown := make([]Notification, 0, len(found))
	for _, n := range found {
		if !in.Unread || n.Read.IsZero() { // the posting may be older than the record
			shown = append(shown, n.shown())
		}
	}
	if page.Next == "" {
		return shown, "", nil
	}
	cursor, err := d.Links.SealCursor(ctx, caller.Company, query, []byte(page.Next))
	return shown, cursor, err
}

// load reads the notices at the places of a list. A place without its notice is skipped: one that outlived it, and one that
// was made for a write that failed, or for an attempt at it that dated the notice otherwise.
func load(ctx context.Context, d app.Deps, caller access.Caller, list table.Partition, postings []table.Item) ([]Notice, error) {
	keys := make([]table.Key, len(postings))
	for i, posting := range postings {
		keys[i] = key(caller.Company, caller.User, placed(posting))
	}
	records, err := notices.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, err
	}
	at := make(map[table.Key]Notice, len(records))
	for _, record := range records {
		at[place(list, record.Value)] = record.Value
	}
	found := make([]Notice, 0, len(records))
	for _, posting := range postings {
		if n, ok := at[posting.Key]; ok {
			found = append(found, n)
		}
	}
	return found, nil
}

// read marks one of the caller's notices as read. Another user's notice is unknown.
func read(ctx context.Context, d app.Deps, caller access.Caller, id string) error {
	const tries = 3
	for try := 1; ; try++ {
		record, err := notices.Get(ctx, d.Table, key(caller.Company, caller.User, id))
		if errs.Is(err, errs.NotFound) {
			return errs.E(errs.NotFound, "there is no such notification")
		}
		if err != nil || !record.Value.Read.IsZero() {
			return err
		}
		record.Value.Read = d.Now().UTC()
		err = d.Table.Write(ctx, notices.Update(record), table.Removal(place(unread(caller.Company, caller.User), record.Value)))
		if !errs.Is(err, errs.Conflict) || try == tries {
			return err
		}
	}
}
