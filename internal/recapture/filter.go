package recapture

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Filters are those of the dashboard (R42–R47). All that are given must match; of the values of one filter, any. A value that
// is given empty filters nothing.
type Filters struct {
	Makes       []string  `query:"make,explode" maxItems:"10" doc:"Repeat it for several makes; upper and lower case are alike."`
	Models      []string  `query:"model,explode" maxItems:"10" doc:"Repeat it for several models; upper and lower case are alike."`
	Origins     []string  `query:"origin,explode" maxItems:"4" enum:"lead,appraisal,csv,api" doc:"Repeat it for several origins."`
	Users       []string  `query:"user,explode" maxItems:"10" doc:"Who submitted it; see the list of users for this filter. Repeat it for several users."`
	Statuses    []string  `query:"status,explode" maxItems:"4" enum:"active,new_sighting,deleted,errored" doc:"Repeat it for several statuses."`
	SightedFrom time.Time `query:"sightedFrom" doc:"Last sighting not before. A car that was sighted several times counts with the last one."`
	SightedTo   time.Time `query:"sightedTo" doc:"Last sighting before; must be after sightedFrom."`
	Text        string    `query:"q" maxLength:"200" doc:"Words of at least two letters or digits, each the beginning of a word in: VIN, rego, customer, e-mail address, mobile, make, model, reference. All must be found; shorter words are left out. Where one word is the beginning of very many different ones, newest first holds for groups of them."`
}

// maxValue is the longest value of a filter, in characters.
const maxValue = 100

// Resolve finds what the schema cannot say: values that would filter something else than they seem to.
func (f *Filters) Resolve(ctx huma.Context) (wrong []error) {
	refuse := func(name, message string) {
		wrong = append(wrong, &huma.ErrorDetail{Location: "query." + name, Message: message})
	}
	address := ctx.URL()
	given := address.Query()
	for _, several := range f.several() {
		if problem := wrongValues(given[several.name]); problem != "" {
			refuse(several.name, problem)
		}
	}
	for _, once := range []string{"sightedFrom", "sightedTo", "q", "limit", "cursor"} {
		if len(given[once]) > 1 {
			refuse(once, "is given more than once")
		}
	}
	if !f.SightedFrom.IsZero() && !f.SightedTo.IsZero() && !f.SightedFrom.Before(f.SightedTo) {
		refuse("sightedTo", "must be after sightedFrom")
	}
	if strings.TrimSpace(f.Text) != "" && len(search.Words(f.Text)) == 0 {
		refuse("q", fmt.Sprintf("has no word of at least %d letters or digits", search.MinWord))
	}
	return wrong
}

// wrongValues says what is wrong with the values of a filter.
func wrongValues(values []string) string {
	for _, v := range values {
		switch {
		case len(values) > 1 && strings.TrimSpace(v) == "":
			return "has an empty value beside others; leave it out"
		case utf8.RuneCountInString(v) > maxValue:
			return fmt.Sprintf("has a value of more than %d characters", maxValue)
		}
	}
	return ""
}

// several are the filters that may have several values.
func (f *Filters) several() []struct {
	name   string
	values []string
} {
	return []struct {
		name   string
		values []string
	}{{"make", f.Makes}, {"model", f.Models}, {"origin", f.Origins}, {"user", f.Users}, {"status", f.Statuses}}
}

// query is what the filters ask the dashboard for, in the caller's yards (R39, C13).
func (f *Filters) query(caller access.Caller, limit int, cursor string) search.Query {
	q := search.Query{Yards: caller.Yards(access.RecaptureRead), Text: f.Text, Limit: limit, Cursor: cursor, From: f.SightedFrom, To: f.SightedTo}
	for _, several := range f.several() {
		for _, value := range several.values {
			if value = strings.TrimSpace(value); value != "" {
				q.Facets = append(q.Facets, search.Facet{Name: several.name, Value: value})
			}
		}
	}
	if !f.SightedFrom.IsZero() || !f.SightedTo.IsZero() {
		q.Facets = append(q.Facets, search.Facet{Name: "sighted"})
	}
	return q
}

// values are the filters as a query string has them, without those that filter nothing.
func (f *Filters) values() url.Values {
	values := url.Values{}
	for _, several := range f.several() {
		for _, value := range several.values {
			if strings.TrimSpace(value) != "" {
				values.Add(several.name, value)
			}
		}
	}
	for name, at := range map[string]time.Time{"sightedFrom": f.SightedFrom, "sightedTo": f.SightedTo} {
		if !at.IsZero() {
			values.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	if f.Text != "" {
		values.Set("q", f.Text)
	}
	return values
}

// list is a page of the dashboard.
func list(ctx context.Context, d app.Deps, caller access.Caller, f *Filters, limit int, cursor string) ([]table.Record[Recapture], string, error) {
	return dashboard.Page(ctx, d.Table, d.Links, caller.Company, f.query(caller, limit, cursor))
}
