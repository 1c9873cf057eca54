package recapture

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Waits of the submission, on the application clock.
const (
	uploadLease  = time.Minute            // longer than any upload takes; then its answer counts as lost
	claimed      = time.Second            // after another attempt was quicker to begin
	firstRetry   = 5 * time.Second        // after a refusal for now
	longestRetry = 15 * time.Minute       //
	firstPoll    = 250 * time.Millisecond // after an upload; doubles
	longestPoll  = time.Minute            //
)

// Submit is the worker that takes chunks to the partner.
func Submit(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "recapture-submit",
		Doc:      "Writes the recaptures of a chunk and uploads its vehicles to the partner, once.",
		Consumes: app.Consume(SubmitTopic, submitter{dial}.submit, 1),
		Uses:     app.Uses{Table: app.ReadWrite, Sends: app.Topics(PollTopic), Secrets: app.Open, Partner: true},
		Timeout:  time.Minute,
		Memory:   1024,
	}
}

type submitter struct{ dial partner.Dial }

// submit may run again at any time, for instance after a crash. The chunk's record says how far it came: before it there
// is none, writing the recaptures can be repeated; with it, at most one attempt holds the upload, and an attempt that
// never told its end is looked up with the partner before anything is uploaded again.
func (s submitter) submit(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef) error {
	record, err := loadChunk(ctx, d.Table, co, ref)
	if err != nil {
		return err
	}
	if record.Value.Stage == Uploaded || record.Value.Stage == Finished {
		return nil
	}
	rows, err := packed.Get(ctx, d.Table, rowsPartition(co, ref.Batch).At(number(ref.Chunk)))
	if err != nil {
		return err
	}
	drafts, err := rows.Value.unpack()
	if err != nil {
		return err
	}
	if held := record.Value.Lease.Sub(d.Now()); record.Value.Owner != "" && held > 0 {
		return queue.Delay(held, errs.E(errs.Unavailable, "another attempt holds the chunk"))
	}
	uncertain := record.Value.Owner != ""
	mine, err := create(ctx, d, co, drafts)
	if err != nil {
		return err
	}
	record.Value.Connection = rows.Value.Connection
	record.Value.Counts = Counts{Queued: len(mine), Duplicates: len(drafts) - len(mine)}
	if len(mine) == 0 {
		record.Value.Stage = Finished
		return save(ctx, d, co, ref, &record)
	}
	record.Value.Stage, record.Value.Owner, record.Value.Lease = Uploading, d.NewID(), d.Now().Add(uploadLease)
	if err := save(ctx, d, co, ref, &record); errs.Is(err, errs.Conflict) {
		// The message may be the other attempt's, too; only its end lets go of it.
		return queue.Delay(claimed, err)
	} else if err != nil {
		return err
	}
	return s.upload(ctx, d, co, ref, record, rows.Value.LookUpVIN, mine, uncertain)
}

// upload hands the vehicles over and records what came of it.
func (s submitter) upload(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], lookUpVIN bool, mine []Recapture, uncertain bool) error {
	watcher, err := watcherOf(ctx, d, s.dial, co, record.Value.Connection)
	if err == nil {
		record.Value.Receipt, err = deliver(ctx, watcher, listing(ref, lookUpVIN, mine), uncertain)
	}
	record.Value.Lease = time.Time{}
	switch {
	case err == nil:
		record.Value.Stage, record.Value.Owner, record.Value.Attempts = Uploaded, "", 0
		record.Value.Counts.Submitted, record.Value.Counts.Queued = len(mine), 0
		return save(ctx, d, co, ref, &record, PollTopic.At(d.Now().Add(firstPoll), co, ref))
	case errors.Is(err, partner.ErrAmbiguous):
		// The owner stays: the next attempt asks the partner first.
		return s.later(ctx, d, co, ref, record, err)
	case errs.Is(err, errs.TooMany) || errs.Is(err, errs.Unavailable):
		record.Value.Owner = ""
		return s.later(ctx, d, co, ref, record, err)
	case errs.Is(err, errs.Internal):
		return err
	}
	reason := err.Error()
	if err := refuse(ctx, d, co, mine, reason); err != nil {
		return err
	}
	record.Value.Stage, record.Value.Owner = Finished, ""
	record.Value.Counts.Errored, record.Value.Counts.Queued = len(mine), 0
	return save(ctx, d, co, ref, &record)
}

// later promises another attempt: the message is done, the sweeper sends it again.
func (s submitter) later(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], cause error) error {
	wait := errs.RetryAfter(cause)
	if wait == 0 {
		wait = backOff(firstRetry, longestRetry, record.Value.Attempts)
	}
	record.Value.Attempts++
	d.Log.WarnContext(ctx, "upload is tried again later", "company", co.ID(), "batch", ref.Batch, "chunk", ref.Chunk, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	return save(ctx, d, co, ref, &record, SubmitTopic.At(d.Now().Add(wait), co, ref))
}

// deliver uploads a list, unless an earlier attempt may have done so and the partner has it.
func deliver(ctx context.Context, watcher partner.Watcher, list partner.Upload, uncertain bool) (string, error) {
	if uncertain {
		receipt, err := watcher.Find(ctx, list.Name)
		if err == nil || !errs.Is(err, errs.NotFound) {
			return receipt, asAmbiguous(err)
		}
	}
	return watcher.Upload(ctx, list)
}

// asAmbiguous keeps an upload uncertain when the question about it fails for now.
func asAmbiguous(err error) error {
	if errs.Is(err, errs.TooMany) || errs.Is(err, errs.Unavailable) {
		return errors.Join(err, partner.ErrAmbiguous)
	}
	return err
}

// listing is a chunk as the partner takes it. Names and numbers of customers stay with us: the partner does not need them.
func listing(ref chunkRef, lookUpVIN bool, recaptures []Recapture) partner.Upload {
	vehicles := make([]partner.Vehicle, len(recaptures))
	for i, r := range recaptures {
		vehicles[i] = partner.Vehicle{ID: string(r.ID), VIN: r.Vehicle.VIN, Rego: r.Vehicle.Rego, State: r.Vehicle.State, SoldOn: r.SoldOn, MonitorUntil: r.MonitorUntil}
	}
	return partner.Upload{Name: "winback-" + string(ref.Batch) + "-" + number(ref.Chunk), LookUpVIN: lookUpVIN, Vehicles: vehicles}
}

// refuse marks recaptures as errored, each with the same reason.
func refuse(ctx context.Context, d app.Deps, co ident.Company, refused []Recapture, reason string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, r := range refused {
		group.Go(func() error {
			return revise(ctx, d, co, r.ID, func(r *Recapture) bool {
				if r.Progress == Watched || r.Status != Active {
					return false
				}
				r.refused(reason)
				return true
			})
		})
	}
	return group.Wait()
}

// revise changes a recapture until nobody else is quicker; do reports whether there is anything to change.
func revise(ctx context.Context, d app.Deps, co ident.Company, id ID, do func(*Recapture) bool) error {
	const attempts = 8
	for range attempts {
		record, err := recaptures.Get(ctx, d.Table, recaptureKey(co, id))
		if err != nil {
			return err
		}
		before := record.Value
		if !do(&record.Value) {
			return nil
		}
		if err := change(ctx, d, co, before, record); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return errs.E(errs.Unavailable, "a recapture changes too often")
}
