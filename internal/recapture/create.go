package recapture

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Bounds of bulk work: recaptures created in one transaction (each may bring a counted customer, and yards a tally), and
// writes under way at once.
const (
	createGroup = 40
	parallel    = 16
)

// create writes the recaptures of a chunk and returns those that are this chunk's to submit. Any step may have happened
// before: what an earlier attempt of the same chunk wrote is its own, everything else that exists is a duplicate and is
// joined, or begun anew where it had ended.
func create(ctx context.Context, d app.Deps, co ident.Company, drafts []Recapture) (mine []Recapture, err error) {
	keys := make([]table.Key, len(drafts))
	for i, draft := range drafts {
		keys[i] = recaptureKey(co, draft.ID)
	}
	existing, err := recaptures.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, err
	}
	known := make(map[ID]bool, len(existing))
	for _, record := range existing {
		known[record.Value.ID] = true
	}
	isNew := func(r Recapture) bool { return !known[r.ID] }
	fresh := slices.Collect(filter(drafts, isNew))
	if err := dashboard.Add(ctx, d.Table, co, fresh); err != nil {
		return nil, err
	}
	taken := make([]bool, len(drafts))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for start := 0; start < len(fresh); start += createGroup {
		part := fresh[start:min(start+createGroup, len(fresh))]
		group.Go(func() error {
			err := createTogether(groupCtx, d, co, part)
			if errs.Is(err, errs.Conflict) {
				err = nil // somebody was quicker with one of them; below each is looked at for itself
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	group, groupCtx = errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	created, err := recaptures.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, err
	}
	stored := make(map[ID]table.Record[Recapture], len(created))
	for _, record := range created {
		stored[record.Value.ID] = record
	}
	for i, draft := range drafts {
		record, ok := stored[draft.ID]
		if ok && record.Value.Batch == draft.Batch && record.Value.Chunk == draft.Chunk {
			taken[i] = true
			continue
		}
		group.Go(func() (err error) {
			taken[i], err = createAlone(groupCtx, d, co, draft)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, draft := range drafts {
		if taken[i] {
			mine = append(mine, draft)
		}
	}
	return mine, nil
}

// createTogether writes new recaptures, their customers and their tallies in one transaction, or none of them.
func createTogether(ctx context.Context, d app.Deps, co ident.Company, drafts []Recapture) error {
	var ops []table.Op
	count := changes{}
	customers := map[table.Key]Recapture{}
	for _, draft := range drafts {
		ops = append(ops, recaptures.Create(recaptureKey(co, draft.ID), draft))
		count.move(co, nil, draft)
		if key, ok := customerKey(co, draft.Yard, draft.Customer); ok {
			customers[key] = draft
		}
	}
	counted, err := countCustomers(ctx, d.Table, co, customers, count)
	if err != nil {
		return err
	}
	return d.Commit(ctx, append(append(ops, counted...), count.ops()...)...)
}

// countCustomers makes the writes that count customers not counted before.
func countCustomers(ctx context.Context, t *table.Table, co ident.Company, customers map[table.Key]Recapture, count changes) ([]table.Op, error) {
	keys := make([]table.Key, 0, len(customers))
	for key := range customers {
		keys = append(keys, key)
	}
	known, err := t.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	var ops []table.Op
	for key, r := range customers {
		if _, counted := known[key]; !counted {
			ops = append(ops, marks.Create(key, mark{}))
			count.count(tallyKey(co, r.Yard, r.ID), "customers", 1)
		}
	}
	return ops, nil
}

// mark is the content of an item whose key says it all, but which must be written only once.
type mark struct{}

var marks = table.Kind[mark]{Name: "counted customer", Schema: 1}

// createAlone writes one recapture, or settles with the one that exists. It reports whether the vehicle is the draft's
// chunk's to submit.
func createAlone(ctx context.Context, d app.Deps, co ident.Company, draft Recapture) (bool, error) {
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
		case before.Batch == draft.Batch && before.Chunk == draft.Chunk:
			return true, nil
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

// again is a recapture that had ended and is submitted anew: it keeps what was learned and made of it.
func (r Recapture) again(draft Recapture) Recapture {
	draft.joins(r)
	draft.LastSighting, draft.NewLeads, draft.NewProspects = r.LastSighting, r.NewLeads, r.NewProspects
	if draft.Vehicle.VIN == "" {
		draft.Vehicle.VIN = r.Vehicle.VIN
	}
	return draft
}

// change writes a changed recapture with its postings, its tally and what else belongs to the change. It conflicts where
// somebody else changed the recapture since it was loaded.
func change(ctx context.Context, d app.Deps, co ident.Company, before Recapture, record table.Record[Recapture], also ...table.Op) error {
	count := changes{}
	count.move(co, &before, record.Value)
	ops := append([]table.Op{recaptures.Update(record)}, count.ops()...)
	return dashboard.Write(ctx, d.Table, co, &before, &record.Value, func(ctx context.Context) error {
		return d.Commit(ctx, append(ops, also...)...)
	})
}

func filter[T any](all []T, keep func(T) bool) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for _, v := range all {
			if keep(v) && !yield(v) {
				return
			}
		}
	}
}
