package company

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

type auditIn struct {
	web.Paging
	Day  string        `query:"day" format:"date" doc:"The day, in the company's time zone; default: today."`
	User access.UserID `query:"user" maxLength:"64" doc:"Only what this user did."`
}

func auditRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/audit", web.Can(access.AuditRead), web.Route{
		ID: "listAudit", Tag: tag, Summary: "Who did what on a day, newest first",
		Description: "One entry for each record that a user's request changed, kept for ever. What followed by itself, such as the submission of a list's vehicles, has none.",
	}, func(ctx context.Context, in *auditIn) (*web.ListReply[audit.Entry], error) {
		entries, next, err := auditOf(ctx, d, access.From(ctx), *in)
		if err != nil {
			return nil, err
		}
		return web.Page(entries, next), nil
	})
}

// auditOf reads a page of a day of the company, which lies in up to two days of UTC.
func auditOf(ctx context.Context, d app.Deps, caller access.Caller, in auditIn) (found []audit.Entry, next string, err error) {
	profile, err := Load(ctx, d, caller.Company)
	if err != nil {
		return nil, "", err
	}
	begin, err := dayIn(profile.Location(), in.Day, d.Now())
	if err != nil {
		return nil, "", err
	}
	query := table.Join("audit", in.Day, string(in.User))
	from := audit.Span{Begin: begin, End: begin.AddDate(0, 0, 1)}
	if in.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, caller.Company, query, in.Cursor)
		if err != nil {
			return nil, "", err
		}
		from.After = string(position)
	}
	all, after, err := audit.List(ctx, d.Table, caller.Company, from, in.Limit)
	if err != nil {
		return nil, "", err
	}
	for _, entry := range all {
		if in.User == "" || entry.User == string(in.User) {
			found = append(found, entry)
		}
	}
	if after != "" {
		next, err = d.Links.SealCursor(ctx, caller.Company, query, []byte(after))
	}
	return found, next, err
}

// dayIn is when a day begins, today where none is named.
func dayIn(zone *time.Location, day string, now time.Time) (time.Time, error) {
	if day == "" {
		now = now.In(zone)
		return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone), nil
	}
	begin, err := time.ParseInLocation(time.DateOnly, day, zone)
	if err != nil {
		return time.Time{}, errs.Violate(errs.Violation{Location: "query.day", Message: "is not a date such as 2026-11-22"})
	}
	return begin, nil
}
