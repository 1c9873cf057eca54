package recapture

import (
	"context"
	"iter"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// shownSightings is the most sightings of a detail.
const shownSightings = 200

// history is every sighting of a recapture but those of own listings, newest first, at most shownSightings of them.
func history(ctx context.Context, t *table.Table, co ident.Company, id ID) ([]Sighting, error) {
	var all []Sighting
	for s, err := range walkHistory(ctx, t, co, id) {
		if err != nil {
			return nil, err
		}
		if s.Own {
			continue
		}
		if all = append(all, s); len(all) == shownSightings {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b Sighting) int { return b.compare(a) })
	return all, nil
}

// lastOf is the last sighting that counts for a recapture, nil where none does.
func lastOf(ctx context.Context, t *table.Table, co ident.Company, r Recapture) (*Sighting, error) {
	var last *Sighting
	for s, err := range walkHistory(ctx, t, co, r.ID) {
		if err != nil {
			return nil, err
		}
		if last != nil && newestFirst(s.At) != newestFirst(last.At) {
			break // only states of one instant are not in their order
		}
		if r.counts(s) && (last == nil || s.compare(*last) > 0) {
			last = &s
		}
	}
	return last, nil
}

// walkHistory yields all recorded sightings by their time, newest first; an error is the last thing that it yields.
func walkHistory(ctx context.Context, t *table.Table, co ident.Company, id ID) iter.Seq2[Sighting, error] {
	return func(yield func(Sighting, error) bool) {
		q := table.Query{Partition: string(sightingPartition(co, id)), Limit: shownSightings}
		for {
			records, next, err := sightings.Query(ctx, t, q)
			if err != nil {
				yield(Sighting{}, err)
				return
			}
			for _, record := range records {
				if !yield(record.Value, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			q.After = next
		}
	}
}
