package customer

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Change applies an edit to a customer. Somebody else's change meanwhile is kept: the edit is applied to what they left,
// unless match names the version that was read.
func Change(ctx context.Context, d app.Deps, co ident.Company, match web.Precondition, id ID, edit func(*Customer)) (after Customer, version int64, err error) {
	const attempts = 5
	for range attempts {
		var record table.Record[Customer]
		if record, err = Load(ctx, d, co, id); err != nil {
			return after, 0, err
		}
		if err = match.Match(record.Version()); err != nil {
			return after, 0, err
		}
		before := record.Value
		edit(&record.Value)
		if record.Value, err = checked(ctx, d, co, record.Value); err != nil {
			return after, 0, err
		}
		after = record.Value
		err = list.Write(ctx, d.Table, co, &before, &after, func(ctx context.Context) error {
			return d.Commit(ctx, renamed(co, after.ID, before.Name(), after.Name(), customers.Update(record)))
		})
		if !errs.Is(err, errs.Conflict) {
			return after, record.Version() + 1, err
		}
	}
	return after, 0, match.Stale(err)
}
