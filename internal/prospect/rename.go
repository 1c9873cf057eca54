package prospect

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Rename takes the name of its customer over to a prospect, in one write with the condition that they are called so. It is no work
// on the prospect, and nothing that the DMS is told.
func Rename(ctx context.Context, d app.Deps, co ident.Company, id ID, name string, called table.Op) error {
	record, err := Load(ctx, d, co, id)
	if err != nil || record.Value.CustomerName == name {
		return err
	}
	before := record.Value
	record.Value.CustomerName = name
	return board.Write(ctx, d.Table, co, &before, &record.Value, func(ctx context.Context) error {
		return d.Commit(ctx, prospects.Update(record), called)
	})
}
