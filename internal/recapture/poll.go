package recapture

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Poll is the worker that learns what the partner made of an uploaded chunk.
func Poll(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "recapture-poll",
		Doc:      "Asks the partner how far an uploaded chunk is, and marks its vehicles as watched or errored.",
		Consumes: app.Consume(PollTopic, poller{dial}.poll, 1),
		Uses:     app.Uses{Table: app.ReadWrite, Secrets: app.Open, Partner: true},
		Memory:   1024,
	}
}

type poller struct{ dial partner.Dial }

// poll may run any number of times: it only repeats what the partner says. While the partner is not done, or does not
// answer, the chunk promises the next poll.
func (p poller) poll(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef) error {
	record, err := loadChunk(ctx, d.Table, co, ref)
	if err != nil {
		return err
	}
	if record.Value.Stage != Uploaded {
		return nil
	}
	watcher, err := watcherOf(ctx, d, p.dial, co, record.Value.Connection)
	if err != nil {
		return p.again(ctx, d, co, ref, record, err)
	}
	progress, err := watcher.Progress(ctx, record.Value.Receipt)
	if err != nil {
		return p.again(ctx, d, co, ref, record, err)
	}
	if !progress.Done {
		return p.again(ctx, d, co, ref, record, nil)
	}
	rows, err := packed.Get(ctx, d.Table, rowsPartition(co, ref.Batch).At(number(ref.Chunk)))
	if err != nil {
		return err
	}
	drafts, err := rows.Value.unpack()
	if err != nil {
		return err
	}
	counts, err := conclude(ctx, d, co, ref, drafts, progress.Outcomes)
	if err != nil {
		return err
	}
	record.Value.Stage, record.Value.Counts = Finished, counts
	return end(ctx, d, saved(co, ref, record))
}

// again promises the next poll: soon while the partner works, at the partner's pace when it does not answer.
func (p poller) again(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], cause error) error {
	wait := backOff(firstPoll, longestPoll, record.Value.Attempts)
	if cause != nil {
		if errs.Is(cause, errs.Internal) {
			return cause
		}
		wait = max(errs.RetryAfter(cause), backOff(firstRetry, longestRetry, record.Value.Attempts))
		d.Log.WarnContext(ctx, "poll is tried again later", "company", co.ID(), "batch", ref.Batch, "chunk", ref.Chunk, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	}
	record.Value.Attempts++
	return end(ctx, d, saved(co, ref, record).Emit(PollTopic.At(d.Now().Add(wait), co, ref)))
}

// conclude gives every vehicle of the chunk its outcome. One that the partner does not mention is errored: whoever reads
// the dashboard must see it, and it can be submitted again.
func conclude(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, drafts []Recapture, outcomes []partner.Outcome) (Counts, error) {
	told := make(map[ID]partner.Outcome, len(outcomes))
	for _, o := range outcomes {
		told[ID(o.ID)] = o
	}
	keys := make([]table.Key, len(drafts))
	for i, draft := range drafts {
		keys[i] = recaptureKey(co, draft.ID)
	}
	records, err := recaptures.GetAll(ctx, d.Table, keys)
	if err != nil {
		return Counts{}, err
	}
	counts := Counts{Duplicates: len(drafts)}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, record := range records {
		if record.Value.Batch != ref.Batch || record.Value.Chunk != ref.Chunk {
			continue // a duplicate: another chunk submitted it
		}
		counts.Duplicates--
		outcome := told[record.Value.ID]
		if outcome.Ref == "" {
			counts.Errored++
		} else {
			counts.Active++
		}
		group.Go(func() error { return settle(ctx, d, co, record, outcome) })
	}
	return counts, group.Wait()
}

// settle writes one outcome, first on the record at hand.
func settle(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Recapture], outcome partner.Outcome) error {
	before := record.Value
	if !apply(&record.Value, outcome) {
		return nil
	}
	err := change(ctx, d, co, before, record)
	if errs.Is(err, errs.Conflict) {
		return revise(ctx, d, co, before.ID, func(r *Recapture) bool { return apply(r, outcome) })
	}
	return err
}

// apply changes a recapture by what the partner said of it, and reports whether that is news.
func apply(r *Recapture, outcome partner.Outcome) bool {
	if !r.Live() || r.Progress == Watched {
		return false
	}
	switch {
	case outcome.Ref != "":
		r.accepted(outcome.Ref, outcome.VIN)
	case outcome.Error != "":
		r.refused(outcome.Error)
	default:
		r.refused("the partner does not mention this vehicle; submit it again")
	}
	return true
}
