package lead

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Filters narrow the list down; they combine.
type Filters struct {
	Status Status    `query:"status" enum:"new,open,won,lost"`
	User   string    `query:"user" maxLength:"64" doc:"Whose work it is; none: nobody's yet."`
	Yard   string    `query:"yard" maxLength:"64" doc:"Default: all yards of the caller."`
	Source string    `query:"source" maxLength:"100"`
	Type   string    `query:"type" maxLength:"100"`
	Waits  bool      `query:"unanswered" doc:"true: only those whose customer has written and waits for an answer."`
	Text   string    `query:"q" maxLength:"200" doc:"Words of at least two characters, each a prefix: customer, VIN, rego, make, model, stock number."`
	From   time.Time `query:"from" doc:"Created not before."`
	To     time.Time `query:"to" doc:"Created before."`
}

// nobody is the word of the filter for leads that are nobody's.
const nobody = "none"

// check refuses filters that nothing could pass by mistake.
func (f Filters) check() error {
	var broken []errs.Violation
	if strings.TrimSpace(f.Text) != "" && len(search.Words(f.Text)) == 0 {
		broken = append(broken, errs.Violation{Location: "query.q", Message: "has no word of at least 2 letters or digits"})
	}
	if !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		broken = append(broken, errs.Violation{Location: "query.to", Message: "is not after from"})
	}
	return errs.Violate(broken...)
}

// facets are the filters by value.
func (f Filters) facets() (facets []search.Facet) {
	for _, facet := range []search.Facet{
		{Name: sourceFacet, Value: strings.TrimSpace(f.Source)},
		{Name: typeFacet, Value: strings.TrimSpace(f.Type)},
		{Name: userFacet, Value: f.User},
		{Name: statusFacet, Value: string(f.Status)},
	} {
		if facet.Value != "" {
			facets = append(facets, facet)
		}
	}
	facets = append(facets, unanswered(f.Waits)...)
	if i := slices.Index(facets, search.Facet{Name: userFacet, Value: nobody}); i >= 0 {
		facets[i].Value = ""
	}
	return facets
}

// list is a page of leads, newest first, cut to the yards in which the caller sees leads.
func list(ctx context.Context, d app.Deps, caller access.Caller, f Filters, page web.Paging) ([]table.Record[Lead], string, error) {
	if err := f.check(); err != nil {
		return nil, "", err
	}
	q := search.Query{
		Yards: caller.Yards(access.LeadRead), Facets: f.facets(), Text: f.Text, From: f.From, To: f.To, Limit: page.Limit, Cursor: page.Cursor,
	}
	if f.Yard != "" {
		q.Yards = slices.DeleteFunc(q.Yards, func(yard string) bool { return yard != f.Yard })
	}
	return board.Page(ctx, d.Table, d.Links, caller.Company, q)
}

// maxOpen is the most other open leads that a lead shows.
const maxOpen = 20

// openOf are the facets under which the open leads of a customer stand: of the one who stands for all of them, and of each
// alias.
func openOf(ctx context.Context, d app.Deps, co ident.Company, who customer.ID) (facets []search.Facet, err error) {
	everyone, err := customer.Everyone(ctx, d, co, who)
	if errs.Is(err, errs.NotFound) {
		everyone, err = []customer.ID{who}, nil // who is made in this very write
	}
	for _, id := range everyone {
		facets = append(facets, search.Facet{Name: openFacet, Value: string(id)})
	}
	return facets, err
}

// OtherOpen are the other leads of the same customer that are not closed, in the caller's yards: the warning that
// somebody may be working on the customer already (R66).
func OtherOpen(ctx context.Context, d app.Deps, caller access.Caller, l Lead) ([]Lead, error) {
	facets, err := openOf(ctx, d, caller.Company, l.Customer)
	if err != nil {
		return nil, err
	}
	records, _, err := board.Page(ctx, d.Table, d.Links, caller.Company, search.Query{
		Yards: caller.Yards(access.LeadRead), Facets: facets, Limit: maxOpen + 1,
	})
	if err != nil {
		return nil, err
	}
	others := []Lead{}
	for _, record := range records {
		if record.Value.ID != l.ID && len(others) < maxOpen {
			others = append(others, record.Value)
		}
	}
	return others, nil
}
