package notify

import (
	"context"
	"strconv"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// list reads a page of the caller's notices.
func list(ctx context.Context, d app.Deps, caller access.Caller, in listIn) ([]Notification, string, error) {
	query := table.Join("notifications", string(caller.User), strconv.FormatBool(in.Unread))
	after := ""
	if in.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, query, in.Cursor)
		if err != nil {
			return nil, "", err
		}
		after = string(position)
	}
	page := loadAll
	if in.Unread {
		page = loadUnread
	}
	records, next, err := page(ctx, d, caller, table.Query{After: after, Limit: in.Limit})
	if err != nil {
		return nil, "", err
	}
	shown := make([]Notification, len(records))
	for i, record := range records {
		shown[i] = record.Value.shown()
	}
	if next == "" {
		return shown, "", nil
	}
	cursor, err := d.Links.SealCursor(ctx, caller.Company, query, []byte(next))
	return shown, cursor, err
}

func loadAll(ctx context.Context, d app.Deps, caller access.Caller, q table.Query) ([]table.Record[Notice], string, error) {
	q.Partition = string(all(caller.Company, caller.User))
	return notices.Query(ctx, d.Table, q)
}

// loadUnread follows the postings. A posting that outlived its notice, or its being unread, is skipped.
func loadUnread(ctx context.Context, d app.Deps, caller access.Caller, q table.Query) ([]table.Record[Notice], string, error) {
	q.Partition = string(unread(caller.Company, caller.User))
	page, err := d.Table.Query(ctx, q)
	if err != nil {
		return nil, "", err
	}
	keys := make([]table.Key, len(page.Items))
	for i, posting := range page.Items {
		keys[i] = key(caller.Company, caller.User, table.Split(posting.Sort)[0])
	}
	found, err := notices.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, "", err
	}
	kept := found[:0]
	for _, record := range found {
		if record.Value.Read.IsZero() {
			kept = append(kept, record)
		}
	}
	return kept, page.Next, nil
}

// read marks one of the caller's notices as read. Another user's notice is unknown.
func read(ctx context.Context, d app.Deps, caller access.Caller, place string) error {
	const tries = 3
	for try := 1; ; try++ {
		record, err := notices.Get(ctx, d.Table, key(caller.Company, caller.User, place))
		if errs.Is(err, errs.NotFound) {
			return errs.E(errs.NotFound, "there is no such notification")
		}
		if err != nil || !record.Value.Read.IsZero() {
			return err
		}
		record.Value.Read = d.Now().UTC()
		err = d.Table.Write(ctx, notices.Update(record), table.Removal(unread(caller.Company, caller.User).At(place)))
		if !errs.Is(err, errs.Conflict) || try == tries {
			return err
		}
	}
}
