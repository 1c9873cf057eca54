package recapture

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// claimOwn marks those sightings that are the company's own listings by the rules of now (C15): all of a car that is in
// stock, else those whose seller or site is the company's. The yards are read only where a seller has a name.
func claimOwn(ctx context.Context, d app.Deps, co ident.Company, home company.Company, r Recapture, watched partner.Watched, reported []Sighting) error {
	inStock := home.OwnStock.Owns(watched.VIN) || home.OwnStock.Owns(r.Vehicle.VIN)
	own := home.Own(nil)
	named := false
	for _, s := range watched.Sightings {
		named = named || s.SellerName != ""
	}
	if named && !inStock {
		yards, err := company.Yards(ctx, d, co)
		if err != nil {
			return err
		}
		own = home.Own(yards)
	}
	for i, s := range watched.Sightings {
		reported[i].Own = inStock || own.Owns("", s.SellerName, s.Site)
	}
	return nil
}

// counts reports whether a sighting says something about our customer's car: it is neither the company's own listing nor
// that of another car.
func (r Recapture) counts(s Sighting) bool { return !s.Own && !r.notOurs(s.Listing) }

// quiet says why there is no news in sightings, going by the newest of them.
func (r Recapture) quiet(reported []Sighting) PushOutcome {
	var newest *Sighting
	for i := range reported {
		if newest == nil || reported[i].compare(*newest) > 0 {
			newest = &reported[i]
		}
	}
	switch {
	case newest != nil && r.notOurs(newest.Listing):
		return NotOurCar
	case newest != nil && newest.Own:
		return OwnStock
	}
	return Known
}

// standing is the state of a listing before it ended.
func (s Sighting) standing() Sighting {
	s.Delisted, s.Sold, s.GoneAt = false, false, time.Time{}
	return s
}
