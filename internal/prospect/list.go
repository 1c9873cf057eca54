package prospect

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Filters narrow the list down; they combine (P10–P15).
type Filters struct {
	From     time.Time `query:"from" doc:"Due not before. Without from and to: the caller's default range."`
	To       time.Time `query:"to" doc:"Due before."`
	User     string    `query:"user" maxLength:"64" doc:"Whose work it is; default: the caller's. Managers ask for any user, or all, in the yards that they manage."`
	Activity string    `query:"activity" maxLength:"100"`
	Action   string    `query:"action" maxLength:"100"`
	Type     string    `query:"type" maxLength:"100"`
	State    string    `query:"state" enum:"pending,completed,all" default:"pending"`
	Text     string    `query:"q" maxLength:"200" doc:"Words of at least two characters, each a prefix: customer, VIN, rego, make, model."`
}

// Words of the filters that stand for no filter.
const (
	everybody  = "all" // users
	everyState = "all"
)

// check refuses filters that nothing could pass by mistake.
func (f Filters) check() error {
	var broken []errs.Violation
	if f.Text != "" && len(search.Words(f.Text)) == 0 {
		broken = append(broken, errs.Violation{Location: "query.q", Message: "has no word of at least 2 letters or digits"})
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		broken = append(broken, errs.Violation{Location: "query.to", Message: "is not after from"})
	}
	return errs.Violate(broken...)
}

// list is a page of prospects, latest due first: the caller's own, or those of others in the yards that the caller manages
// (P4, P5, C19).
func list(ctx context.Context, d app.Deps, caller access.Caller, f Filters, page web.Paging) ([]table.Record[Prospect], string, error) {
	if err := f.check(); err != nil {
		return nil, "", err
	}
	q := search.Query{Yards: caller.Yards(access.ProspectRead), Text: f.Text, From: f.From, To: f.To, Limit: page.Limit, Cursor: page.Cursor}
	if f.From.IsZero() && f.To.IsZero() {
		var err error
		if q.From, q.To, err = defaultRange(ctx, d, caller); err != nil {
			return nil, "", err
		}
	}
	if f.User == "" || f.User == everybody && !caller.Manages(access.ManageProspects) {
		f.User = string(caller.User)
	}
	if f.User != string(caller.User) {
		q.Yards = slices.DeleteFunc(q.Yards, func(yard string) bool { return !caller.ManagesIn(access.ManageProspects, yard) })
	}
	q.Facets = f.facets()
	return board.Page(ctx, d.Table, d.Links, caller.Company, q)
}

// facets are the filters by value. User and state together, as the list opens, are one.
func (f Filters) facets() (facets []search.Facet) {
	who, state, both := f.User, f.State, ""
	if who != everybody && state != everyState {
		who, state, both = everybody, everyState, desk(f.User, f.State)
	}
	for _, filter := range []struct{ facet, value, none string }{
		{deskFacet, both, ""}, {actionFacet, f.Action, ""}, {activityFacet, f.Activity, ""}, {typeFacet, f.Type, ""}, {userFacet, who, everybody}, {stateFacet, state, everyState},
	} {
		if filter.value != filter.none {
			facets = append(facets, search.Facet{Name: filter.facet, Value: filter.value})
		}
	}
	return facets
}

// defaultRange is the range of days that the caller's list opens with (P10), in the company's days.
func defaultRange(ctx context.Context, d app.Deps, caller access.Caller) (from, to time.Time, err error) {
	user, err := d.Access.User(ctx, caller.Company, caller.User)
	if err != nil {
		return from, to, err
	}
	home, err := company.Load(ctx, d, caller.Company)
	if err != nil {
		return from, to, err
	}
	from, to = days(user.DefaultProspectRange, d.Now().In(home.Location()))
	return from, to, nil
}

// days are the first instant of a range around now, and the first one behind it. Weeks begin on Monday.
func days(r access.ProspectRange, now time.Time) (from, to time.Time) {
	year, month, day := now.Date()
	at := func(month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, now.Location())
	}
	monday := day - (int(now.Weekday())+6)%7
	switch r {
	case access.Today:
		return at(month, day), at(month, day+1)
	case access.ThisWeek:
		return at(month, monday), at(month, monday+7)
	case access.NextWeek:
		return at(month, monday+7), at(month, monday+14)
	case access.NextMonth:
		return at(month+1, 1), at(month+2, 1)
	}
	return at(month, 1), at(month+1, 1)
}

// visible is a prospect that the caller may do something with; any other looks like an unknown one.
func visible(ctx context.Context, d app.Deps, caller access.Caller, id ID, permission access.Permission) (table.Record[Prospect], error) {
	record, err := Load(ctx, d, caller.Company, id)
	if err == nil && !record.Value.VisibleTo(caller, permission) {
		return table.Record[Prospect]{}, unknown()
	}
	return record, err
}
