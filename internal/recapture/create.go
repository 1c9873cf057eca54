package recapture

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Bounds of bulk work: recaptures created in one transaction, where each may bring a customer to be counted and all have
// one tally, and writes under way at once.
const (
	createGroup = (table.MaxOps - 1) / 2
	parallel    = 16
)

// create writes the recaptures of a chunk and returns those that are this chunk's to submit, and how many were deleted
// since. Any step may have happened before: what an earlier attempt of the same chunk wrote is its own, everything else that
// exists is a duplicate and is joined, or begun anew where it had ended.
func create(ctx context.Context, d app.Deps, co ident.Company, chunk chunkRef, drafts []Recapture) (mine []Recapture, deleted int, err error) {
	known, err := lookUp(ctx, d.Table, co, drafts)
	if err != nil {
		return nil, 0, err
	}
	drafts, existing := known.meet(drafts, chunk), known.byID
	fresh := slices.DeleteFunc(slices.Clone(drafts), func(r Recapture) bool { _, known := existing[r.ID]; return known })
	created, err := createFresh(ctx, d, co, fresh)
	if err != nil {
		return nil, 0, err
	}
	taken := make([]bool, len(drafts))
	var group errgroup.Group // what fails holds up nothing else, so that each attempt gets further
	group.SetLimit(parallel)
	for i, draft := range drafts {
		if record, known := existing[draft.ID]; created[draft.ID] || known && record.Value.in(chunk) {
			if taken[i] = record.Value.Status != Deleted; !taken[i] {
				deleted++
			}
			continue
		}
		group.Go(func() (err error) {
			taken[i], err = createAlone(ctx, d, co, chunk, draft)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, 0, err
	}
	for i, draft := range drafts {
		if taken[i] {
			mine = append(mine, draft)
		}
	}
	return mine, deleted, nil
}

// createFresh writes recaptures that did not exist a moment ago and returns those that it wrote. Those that count in one
// tally are written one transaction after the other: transactions that meet on an item put each other off.
func createFresh(ctx context.Context, d app.Deps, co ident.Company, fresh []Recapture) (map[ID]bool, error) {
	groups := byTally(fresh, func(r Recapture) table.Key { return tallyKey(co, r.Yard, r.ID) })
	var mu sync.Mutex
	created := make(map[ID]bool, len(fresh))
	var group errgroup.Group // what fails holds up nothing else, so that each attempt gets further
	group.SetLimit(parallel)
	for _, counted := range groups {
		group.Go(func() error {
			for part := range slices.Chunk(counted, createGroup) {
				err := place(ctx, d, co, part)
				if err == nil {
					err = createTogether(ctx, d, co, part)
				}
				if errs.Is(err, errs.Conflict) {
					continue // somebody was quicker with one of them; each is looked at for itself
				}
				if err != nil {
					return err
				}
				mu.Lock()
				for _, r := range part {
					created[r.ID] = true
				}
				mu.Unlock()
			}
			return nil
		})
	}
	return created, group.Wait()
}

// place writes what new recaptures are found by. Each transaction has its own just before it, so that an attempt that runs
// out of time leaves finished ones behind.
func place(ctx context.Context, d app.Deps, co ident.Company, drafts []Recapture) error {
	var also []table.Op
	for _, r := range drafts {
		also = append(also, aliased(co, r)...)
	}
	return dashboard.Add(ctx, d.Table, co, drafts, also...)
}

// createTogether writes new recaptures, their customers and their tallies in one transaction, or none of them.
func createTogether(ctx context.Context, d app.Deps, co ident.Company, drafts []Recapture) error {
	var ops []table.Op
	count := changes{}
	for _, draft := range drafts {
		ops = append(ops, recaptures.Create(recaptureKey(co, draft.ID), draft))
		count.move(co, nil, draft)
	}
	counted, err := countCustomers(ctx, d.Table, co, drafts, count)
	if err != nil {
		return err
	}
	return d.Commit(ctx, append(append(ops, counted...), count.ops()...)...)
}

// createAlone writes one recapture, or settles with the one that exists. It reports whether the vehicle is the draft's
// chunk's to submit.
func createAlone(ctx context.Context, d app.Deps, co ident.Company, chunk chunkRef, draft Recapture) (bool, error) {
	const attempts = 5
	for range attempts {
		record, err := recaptures.Get(ctx, d.Table, recaptureKey(co, draft.ID))
		if errs.Is(err, errs.NotFound) {
			err = createTogether(ctx, d, co, []Recapture{draft})
			if err == nil {
				return true, nil
			}
			if errs.Is(err, errs.Conflict) {
				continue
			}
		}
		if err != nil {
			return false, err
		}
		before := record.Value
		switch {
		case before.in(chunk):
			return before.Status != Deleted, nil
		case before.Ended != nil && before.Ended.At.After(draft.SubmittedAt):
			return false, nil // deleted after it was submitted again: the later word counts
		case before.Live():
			if !record.Value.joins(draft) {
				return false, nil
			}
			err = change(ctx, d, co, before, record)
			if err == nil {
				return false, nil
			}
		default:
			record.Value = before.again(draft)
			err = change(ctx, d, co, before, record)
			if err == nil {
				return true, nil
			}
		}
		if !errs.Is(err, errs.Conflict) {
			return false, err
		}
	}
	return false, errs.E(errs.Unavailable, "a recapture changes too often to join it")
}

// change writes a changed recapture with its postings, its tally and what else belongs to the change; where its watch ends,
// also the promise to end it at the partner. It conflicts where somebody else changed the recapture since it was loaded.
func change(ctx context.Context, d app.Deps, co ident.Company, before Recapture, record table.Record[Recapture], also ...table.Op) error {
	count := changes{}
	count.move(co, &before, record.Value)
	ops := append([]table.Op{recaptures.Update(record)}, also...)
	ops = append(ops, unwatched(co, d.Now(), transition{before, record})...)
	if _, counted := customerKey(co, before.Yard, before.Customer); !counted || before.Yard != record.Value.Yard {
		customers, err := countCustomers(ctx, d.Table, co, []Recapture{record.Value}, count)
		if err != nil {
			return err
		}
		ops = append(ops, customers...)
	}
	if record.Value.Vehicle != before.Vehicle {
		if err := d.Table.Load(ctx, aliased(co, record.Value)...); err != nil {
			return err
		}
	}
	err := dashboard.Write(ctx, d.Table, co, &before, &record.Value, func(ctx context.Context) error {
		return d.Commit(ctx, append(ops, count.ops()...)...)
	})
	if err != nil {
		return err
	}
	if record.Value.Progress == Watched && before.Progress != Watched {
		metric.Add(ctx, metric.VehiclesActive, 1)
	}
	if record.Value.Status == Errored && before.Status != Errored {
		metric.Add(ctx, metric.VehiclesErrored, 1)
	}
	return nil
}

// revise changes a recapture until nobody else is quicker; do reports whether there is anything to change. It returns the
// recapture as it is then.
func revise(ctx context.Context, d app.Deps, co ident.Company, id ID, do func(*Recapture) bool) (Recapture, error) {
	const attempts = 8
	for range attempts {
		record, err := recaptures.Get(ctx, d.Table, recaptureKey(co, id))
		if err != nil {
			return Recapture{}, err
		}
		before := record.Value
		if !do(&record.Value) {
			return before, nil
		}
		if err := change(ctx, d, co, before, record); !errs.Is(err, errs.Conflict) {
			return record.Value, err
		}
	}
	return Recapture{}, errs.E(errs.Unavailable, "a recapture changes too often")
}
