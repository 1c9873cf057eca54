package response

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What is stored, and how it is reached:
//
//	a template, all of them   company#template           id
//	a user's defaults         company#template-default   user
var (
	templates = table.Kind[Template]{Name: "template", Schema: 1, Limit: 24 << 10} // 5,200 characters of up to four bytes
	choices   = table.Kind[choice]{Name: "template default", Schema: 1}
)

// slack lets creations that race exceed MaxTemplates without making the list unreadable.
const slack = 100

func partition(c ident.Company) table.Partition { return table.In(c, "template") }
func key(c ident.Company, id ID) table.Key      { return partition(c).At(string(id)) }
func choiceKey(c ident.Company, u access.UserID) table.Key {
	return table.In(c, "template-default").At(string(u))
}

// Load is a template of the company, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Template], error) {
	record, err := templates.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such template")
	}
	return record, err
}

// All lists the company's templates by id.
func All(ctx context.Context, d app.Deps, company ident.Company) ([]Template, error) {
	records, err := templates.All(ctx, d.Table, partition(company), MaxTemplates+slack)
	return table.Values(records), err
}
