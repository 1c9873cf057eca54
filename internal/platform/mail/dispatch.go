package mail

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Dispatch is a letter on its way: its record in the ledger. What the letter says is stored beside it, for as long as it
// may be sent and a fortnight more.
type Dispatch struct {
	Letter
	dispatch.Course
	Facts Facts `json:"facts,omitzero"` // what the provider reported
}

// FindAll reads the dispatches that exist among those asked for, by send id.
func FindAll(ctx context.Context, t *table.Table, company ident.Company, sendIDs []string) (map[string]Dispatch, error) {
	return medium.FindAll(ctx, t, company, sendIDs)
}

// Find reads a dispatch, or a NotFound error.
func Find(ctx context.Context, t *table.Table, company ident.Company, sendID string) (Dispatch, error) {
	return medium.Find(ctx, t, company, sendID)
}
