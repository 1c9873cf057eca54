package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
)

// rename takes a customer's name over to their leads and prospects, so that lists show and searches find it. Each copy is
// written on condition that the customer is still called so: commands that come late or twice change nothing back.
func rename(ctx context.Context, d app.Deps, co ident.Company, id customer.ID) error {
	const attempts = 5
	var lost error
	for range attempts {
		who, err := customer.Load(ctx, d, co, id)
		if err != nil {
			return err
		}
		lost = customer.Lodged(ctx, d, co, who.Value, func(kind, about string) error {
			switch kind {
			case "lead":
				return renameOne(ctx, d, co, ID(about), who)
			case "prospect":
				return prospect.Rename(ctx, d, co, prospect.ID(about), who.Value.Name(), customer.Unchanged(who))
			}
			return nil
		})
		if !errs.Is(lost, errs.Conflict) {
			return lost
		}
	}
	return errs.E(errs.Unavailable, "too much happens to what this customer has: %w", lost)
}

// renameOne is rename for one lead. It is no work on the lead, and nobody's change.
func renameOne(ctx context.Context, d app.Deps, co ident.Company, id ID, who table.Record[customer.Customer]) error {
	record, err := Load(ctx, d, co, id)
	if err != nil || record.Value.CustomerName == who.Value.Name() {
		return err
	}
	before := record.Value
	record.Value.CustomerName = who.Value.Name()
	return board.Write(ctx, d.Table, co, &before, &record.Value, func(ctx context.Context) error {
		return d.Commit(ctx, leads.Update(record), customer.Unchanged(who))
	})
}
