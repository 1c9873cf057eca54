package text

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Dispatch is a note on its way: its record in the ledger.
type Dispatch struct {
	Note
	dispatch.Course
	Delivered   time.Time `json:"delivered,omitzero"`   // when the carrier said so
	Undelivered time.Time `json:"undelivered,omitzero"` // when the provider or a carrier gave up
}

// Find reads a dispatch, or a NotFound error.
func Find(ctx context.Context, t *table.Table, company ident.Company, sendID string) (Dispatch, error) {
	return medium.Find(ctx, t, company, sendID)
}

// FindAll reads the dispatches that exist among those asked for, by send id.
func FindAll(ctx context.Context, t *table.Table, company ident.Company, sendIDs []string) (map[string]Dispatch, error) {
	return medium.FindAll(ctx, t, company, sendIDs)
}
