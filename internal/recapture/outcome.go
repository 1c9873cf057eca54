package recapture

import (
	"cmp"
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// unmentioned is the outcome of a vehicle of which the partner says nothing: whoever reads the dashboard must see it.
const unmentioned = "the partner does not mention this vehicle; submit it again"

// refuse ends a chunk of which nothing is watched.
func refuse(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], reason string) error {
	return conclude(ctx, d, co, ref, record, func(ID) partner.Outcome { return partner.Outcome{Error: reason} })
}

// conclude gives every vehicle of a chunk its outcome and ends the chunk. It may be repeated: a vehicle keeps the outcome
// that it has.
func conclude(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], outcome func(ID) partner.Outcome) error {
	_, drafts, err := loadRows(ctx, d.Table, co, ref, &record.Value)
	if err != nil {
		return err
	}
	records, err := loadAll(ctx, d.Table, co, drafts)
	if err != nil {
		return err
	}
	settled := make([]Recapture, len(drafts))
	var group errgroup.Group // one vehicle that fails holds up no other, so that each attempt gets further
	group.SetLimit(parallel)
	for i, draft := range drafts {
		r, known := records[draft.ID]
		settled[i] = r.Value
		if known && r.Value.in(ref) {
			group.Go(func() (err error) {
				settled[i], err = settle(ctx, d, co, ref, r, outcome(draft.ID))
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	counts := Counts{}
	var orphans []remoteWatch
	var mine []Recapture
	for i, r := range settled {
		if r.in(ref) {
			mine = append(mine, r)
		}
		switch told := outcome(drafts[i].ID).Ref; {
		case !r.in(ref):
			counts.Duplicates++ // another chunk submits it
			if told != "" && told != r.Ref {
				orphans = append(orphans, remoteWatch{drafts[i].ID, told}) // deleted and submitted again meanwhile
			}
		case r.Status == Deleted:
			counts.Deleted++
		case r.Status == Errored:
			counts.Errored++
		default:
			counts.Active++
		}
	}
	record.Value.Stage, record.Value.Counts, record.Value.Owner = Finished, counts, ""
	record.Value.untroubled()
	ops := unwatch(co, d.Now(), record.Value.Connection, orphans, string(ref.Batch), number(ref.Chunk))
	messages := record.Value.lasts(co, mine)
	return end(ctx, d, append(ops, saved(co, ref, record).Emit(messages...))...)
}

// settle writes one outcome, first on the record at hand, and returns the recapture as it is then.
func settle(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Recapture], outcome partner.Outcome) (Recapture, error) {
	before := record.Value
	if !record.Value.settled(ref, outcome) {
		return before, nil
	}
	err := change(ctx, d, co, before, record)
	if errs.Is(err, errs.Conflict) {
		return revise(ctx, d, co, before.ID, func(r *Recapture) bool { return r.settled(ref, outcome) })
	}
	return record.Value, err
}

// settled takes in what became of the vehicle as a part of a chunk, and reports whether that is news.
func (r *Recapture) settled(ref chunkRef, outcome partner.Outcome) bool {
	switch {
	case r.in(ref) && r.Status == Deleted && r.Ref == "" && outcome.Ref != "":
		r.Ref = outcome.Ref // so that it can be removed
		return true
	case !r.in(ref) || r.Progress == Watched || r.Status == Deleted:
		return false
	case outcome.Ref != "":
		r.accepted(outcome.Ref, outcome.VIN)
		return true
	case r.Status == Errored:
		return false
	}
	r.refused(cmp.Or(outcome.Error, unmentioned))
	return true
}
