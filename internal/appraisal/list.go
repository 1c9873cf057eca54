package appraisal

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Filters narrow the list down; they combine.
type Filters struct {
	Status Status    `query:"status" enum:"open,bought,lost"`
	User   string    `query:"user" maxLength:"64" doc:"Who appraises."`
	Yard   string    `query:"yard" maxLength:"64" doc:"Default: all yards of the caller."`
	Text   string    `query:"q" maxLength:"200" doc:"Words of at least two characters, each a prefix: customer, VIN, rego, make, model."`
	From   time.Time `query:"from" doc:"Created not before."`
	To     time.Time `query:"to" doc:"Created before."`
}

// list is a page of appraisals, newest first, cut to the yards in which the caller sees appraisals.
func list(ctx context.Context, d app.Deps, caller access.Caller, f Filters, page web.Paging) ([]table.Record[Appraisal], string, error) {
	q := search.Query{Yards: caller.Yards(access.AppraisalRead), Text: f.Text, From: f.From, To: f.To, Limit: page.Limit, Cursor: page.Cursor}
	if f.Yard != "" {
		q.Yards = slices.DeleteFunc(q.Yards, func(yard string) bool { return yard != f.Yard })
	}
	for _, facet := range []search.Facet{{Name: userFacet, Value: f.User}, {Name: statusFacet, Value: string(f.Status)}} {
		if facet.Value != "" {
			q.Facets = append(q.Facets, facet)
		}
	}
	return board.Page(ctx, d.Table, d.Links, caller.Company, q)
}
