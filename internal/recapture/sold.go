package recapture

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// soldAfter is how long a car must be off the market until it counts as sold where the partner does not say so (C14).
// Assumed: a car that is merely listed anew, by its owner or another dealer, is back within a month.
const soldAfter = 30 * 24 * time.Hour

// gone is when a listing ended, as well as the partner tells it.
func (s Sighting) gone() time.Time {
	if s.GoneAt.IsZero() {
		return s.At
	}
	return s.GoneAt
}

// sells ends the watch where its last sighting says that the car was sold, and reports whether it does. A listing that had
// ended before the vehicle was submitted says nothing: it may be how it came to its present owner. Users are told of
// sightings, not of this; the recapture shows it.
func (r *Recapture) sells(now time.Time) bool {
	last := r.LastSighting
	return last != nil && r.Live() && last.Sold && last.gone().After(r.SubmittedAt) && r.ends(now, Sold, "")
}

// withdrawn are the promises to look, when soldAfter has passed, whether a car whose listing has ended is still off the
// market. Each fresh end makes its own; it holds as long as the last sighting is the one that it names.
func (r Recapture) withdrawn(co ident.Company, now time.Time, s Sighting) []table.Message {
	if !s.Delisted || !r.Live() || r.LastSighting == nil || !s.gone().After(r.SubmittedAt) {
		return nil
	}
	named := s // it may become the last one: users put others aside
	if r.LastSighting.Delisted {
		named = *r.LastSighting
	}
	return []table.Message{EndTopic.At(now.Add(soldAfter), co, endRef{Batch: r.Batch, Chunk: r.Chunk, Recapture: r.ID, Last: named.state()})}
}

// endSold ends a watch whose car has been off the market for soldAfter: its last sighting is still the end that was
// promised to be looked into, and no older listing stands, either. A vehicle that was submitted again meanwhile is another
// watch.
func endSold(ctx context.Context, d app.Deps, co ident.Company, ref endRef) error {
	record, err := recaptures.Get(ctx, d.Table, recaptureKey(co, ref.Recapture))
	if errs.Is(err, errs.NotFound) || err == nil && !record.Value.offMarket(ref) {
		return nil
	}
	if err != nil {
		return err
	}
	if standing, err := standing(ctx, d.Table, co, record.Value); err != nil || standing {
		return err
	}
	_, err = revise(ctx, d, co, ref.Recapture, func(r *Recapture) bool { return r.offMarket(ref) && r.ends(d.Now(), Sold, "") })
	return err
}

func (r Recapture) offMarket(ref endRef) bool {
	return r.Live() && r.in(ref.chunk()) && r.LastSighting != nil && r.LastSighting.Delisted && r.LastSighting.state() == ref.Last
}

// standing reports whether any listing that counts is still there, as far as is known.
func standing(ctx context.Context, t *table.Table, co ident.Company, r Recapture) (bool, error) {
	last := map[string]Sighting{} // by listing
	for s, err := range walkHistory(ctx, t, co, r.ID) {
		if err != nil {
			return false, err
		}
		if known, ok := last[s.Listing]; r.counts(s) && (!ok || s.compare(known) > 0) {
			last[s.Listing] = s
		}
	}
	for _, s := range last {
		if !s.Delisted {
			return true, nil
		}
	}
	return false, nil
}
