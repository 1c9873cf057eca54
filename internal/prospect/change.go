package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Commit writes ops, and what else belongs to them, in one transaction.
type Commit = func(ctx context.Context, ops ...table.Op) error

// change edits a prospect and its postings in the transaction that edit returns. Where somebody else was quicker it edits
// again what they left, so edit itself must have no effect; it also decides whether there is still something to do.
func change(ctx context.Context, d app.Deps, caller access.Caller, id ID, edit func(*Prospect) (Commit, error)) (Prospect, error) {
	const attempts = 8
	var lost error
	for range attempts {
		record, err := visible(ctx, d, caller, id, access.ProspectWrite)
		if err != nil {
			return Prospect{}, err
		}
		before := record.Value
		write, err := edit(&record.Value)
		if err != nil {
			return Prospect{}, err
		}
		record.Value.UpdatedAt = d.Now().UTC()
		lost = board.Write(ctx, d.Table, caller.Company, &before, &record.Value, func(ctx context.Context) error {
			told := tellChange(d, caller.Company, before, record.Value, record.Version()+1, caller.User)
			return write(ctx, append([]table.Op{prospects.Update(record)}, told...)...)
		})
		if lost == nil {
			return record.Value, nil
		}
		if !errs.Is(lost, errs.Conflict) {
			break
		}
	}
	return Prospect{}, lost
}

// with is a Commit of further ops.
func with(commit Commit, more ...table.Op) Commit {
	return func(ctx context.Context, ops ...table.Op) error { return commit(ctx, append(ops, more...)...) }
}
