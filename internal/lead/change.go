package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// commit writes ops, and what else belongs to them, in one transaction.
type commit = func(ctx context.Context, ops ...table.Op) error

// visible is a lead in whose yard the caller may do something; any other looks like an unknown one.
func visible(ctx context.Context, d app.Deps, caller access.Caller, id ID, permission access.Permission) (table.Record[Lead], error) {
	record, err := Load(ctx, d, caller.Company, id)
	if err == nil && !caller.In(record.Value.Yard, permission) {
		return table.Record[Lead]{}, unknown()
	}
	return record, err
}

// change edits a lead and its postings in the transaction that edit returns; it tells edit which version it meets and
// returns the one that it leaves. Where somebody else was quicker it edits again what they left, so edit itself must have no
// effect.
func change(
	ctx context.Context, d app.Deps, caller access.Caller, id ID, permission access.Permission, edit func(*Lead, int64) (commit, error),
) (Lead, int64, error) {
	const attempts = 5
	var lost error
	for range attempts {
		record, err := visible(ctx, d, caller, id, permission)
		if err != nil {
			return Lead{}, 0, err
		}
		before := record.Value
		write, err := edit(&record.Value, record.Version())
		if err != nil {
			return Lead{}, 0, err
		}
		record.Value.UpdatedAt = d.Now().UTC()
		lost = board.Write(ctx, d.Table, caller.Company, &before, &record.Value, func(ctx context.Context) error {
			op := followed(caller.Company, before, record.Value, leads.Update(record))
			return write(ctx, append([]table.Op{op}, recorded(caller.Company, &before, record.Value)...)...)
		})
		if lost == nil {
			return record.Value, record.Version() + 1, nil
		}
		if !errs.Is(lost, errs.Conflict) {
			break
		}
	}
	return Lead{}, 0, lost
}
