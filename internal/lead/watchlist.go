package lead

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Watchlist finds the recapture that watches a vehicle; empty where none does. Feature recapture has one; nil watches
// nothing.
type Watchlist func(ctx context.Context, d app.Deps, company ident.Company, v vehicle.Vehicle) (recapture string, err error)

// Watch says that a vehicle is watched (R57).
type Watch struct {
	Recapture string `json:"recapture"`
	Banner    string `json:"banner"`
}

// banner is what users see beside a record whose vehicle is watched.
const banner = "On AutoGrab Customer Recapture Watchlist"

// Find is the watch over a vehicle, nil where there is none.
func (w Watchlist) Find(ctx context.Context, d app.Deps, company ident.Company, v vehicle.Vehicle) (*Watch, error) {
	if w == nil {
		return nil, nil
	}
	recapture, err := w(ctx, d, company, v)
	if err != nil || recapture == "" {
		return nil, err
	}
	return &Watch{recapture, banner}, nil
}
