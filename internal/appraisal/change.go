package appraisal

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// commit writes ops, and what else belongs to them, in one transaction.
type commit = func(ctx context.Context, ops ...table.Op) error

// visible is an appraisal in whose yard the caller may do something; any other looks like an unknown one.
func visible(ctx context.Context, d app.Deps, caller access.Caller, id ID, permission access.Permission) (table.Record[Appraisal], error) {
	record, err := Load(ctx, d, caller.Company, id)
	if err == nil && !caller.In(record.Value.Yard, permission) {
		return table.Record[Appraisal]{}, unknown()
	}
	return record, err
}

// change edits an appraisal for a caller with the permission, and its postings in the transaction that edit returns. Where somebody else was quicker it
// edits again what they left, so edit itself must have no effect.
func change(ctx context.Context, d app.Deps, caller access.Caller, id ID, permission access.Permission, edit func(*Appraisal) (commit, error)) (Appraisal, error) {
	const attempts = 5
	var lost error
	for range attempts {
		record, err := visible(ctx, d, caller, id, permission)
		if err != nil {
			return Appraisal{}, err
		}
		before := record.Value
		write, err := edit(&record.Value)
		if err != nil {
			return Appraisal{}, err
		}
		record.Value.UpdatedAt = d.Now().UTC()
		lost = board.Write(ctx, d.Table, caller.Company, &before, &record.Value, func(ctx context.Context) error {
			return write(ctx, appraisals.Update(record))
		})
		if lost == nil {
			return record.Value, nil
		}
		if !errs.Is(lost, errs.Conflict) {
			break
		}
	}
	return Appraisal{}, lost
}
