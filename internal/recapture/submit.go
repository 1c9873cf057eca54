package recapture

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// uploadLease is how long an attempt may hold a chunk, on the application clock: longer than an invocation lives. Then
// its answer counts as lost.
const uploadLease = time.Minute

// claimed is the wait after another attempt was quicker to begin.
const claimed = time.Second

// Submit is the worker that takes chunks to the partner.
func Submit(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "recapture-submit",
		Doc:      "Writes the recaptures of a chunk and uploads its vehicles to the partner, once.",
		Consumes: app.Consume(SubmitTopic, submitter{dial}.submit, 1).AtOnce(4),
		Uses:     app.Uses{Table: app.Get | app.BatchGet | app.Put | app.Delete | app.Add | app.Load, Pace: 75, Promises: app.Topics(PollTopic, EndTopic), Secrets: app.Open, Partner: true},
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
	if record.Value.Stage == Uploaded || record.Value.Stage == Finished || ref.Attempt < record.Value.Attempts {
		return nil
	}
	if held := record.Value.Lease.Sub(d.Now()); held > 0 {
		return queue.Delay(held, errs.E(errs.Unavailable, "another attempt holds the chunk"))
	}
	if err := s.held(ctx, d, co, record.Value); err != nil {
		return s.later(ctx, d, co, ref, record, err)
	}
	lookUpVIN, drafts, err := loadRows(ctx, d.Table, co, ref, &record.Value)
	if err != nil {
		return err
	}
	mine, gone, err := create(ctx, d, co, ref, drafts)
	if err != nil {
		return err
	}
	uncertain := record.Value.Owner != ""
	record.Value.Counts = Counts{Queued: len(mine), Duplicates: len(drafts) - len(mine) - gone, Deleted: gone}
	if len(mine) == 0 && !uncertain {
		record.Value.Stage, record.Value.Owner = Finished, ""
		return end(ctx, d, saved(co, ref, record))
	}
	record.Value.Stage, record.Value.Owner, record.Value.Lease = Uploading, d.NewID(), d.Now().Add(uploadLease)
	record, err = claim(ctx, d, co, ref, record)
	if errs.Is(err, errs.Conflict) {
		// The message may be the other attempt's, too; only its end lets go of it.
		return queue.Delay(claimed, err)
	}
	if err != nil {
		return err
	}
	return s.upload(ctx, d, co, ref, record, listing(ref, lookUpVIN, mine), uncertain)
}

// held is why a chunk that was put off before is put off again, before any work is done for it: its partner is left alone.
func (s submitter) held(ctx context.Context, d app.Deps, co ident.Company, chunk Chunk) error {
	if chunk.Attempts == 0 {
		return nil
	}
	watcher, err := watcherOf(ctx, d, s.dial, co, chunk.Connection)
	if err != nil {
		return nil //nolint:nilerr // the attempt itself meets it, and says what follows
	}
	return watcher.Held()
}

// upload hands the vehicles over and records what came of it.
func (s submitter) upload(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], list partner.Upload, uncertain bool) error {
	watcher, err := watcherOf(ctx, d, s.dial, co, record.Value.Connection)
	switch {
	case err == nil:
		record.Value.Receipt, err = deliver(ctx, watcher, list, uncertain)
	case uncertain:
		err = asAmbiguous(err)
	}
	record.Value.Lease = time.Time{}
	switch {
	case err == nil:
		record.Value.Stage, record.Value.Owner = Uploaded, ""
		record.Value.untroubled()
		record.Value.Counts.Submitted, record.Value.Counts.Queued = record.Value.Counts.Queued, 0
		err = d.Commit(ctx, saved(co, ref, record).Emit(PollTopic.At(d.Now().Add(firstPoll), co, ref.attempt(0))))
		if err == nil {
			metric.Add(ctx, metric.VehiclesSubmitted, record.Value.Counts.Submitted)
		}
		return overtaken(err)
	case errors.Is(err, partner.ErrAmbiguous):
		// The owner stays: the next attempt asks the partner first.
		return s.later(ctx, d, co, ref, record, err)
	case errs.Is(err, errs.TooMany) || errs.Is(err, errs.Unavailable):
		record.Value.Owner = ""
		return s.later(ctx, d, co, ref, record, err)
	case errs.Is(err, errs.Internal):
		return err
	}
	return refuse(ctx, d, co, ref, record, errs.Text(err))
}

// later promises another attempt: the message is done, the sweeper sends the next. A chunk that cannot be submitted within
// submitWithin is given up, and its vehicles say so.
func (s submitter) later(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], cause error) error {
	if record.Value.troubled(cause, d.Now()) > submitWithin {
		return refuse(ctx, d, co, ref, record, givenUp(cause, record.Value.Owner != ""))
	}
	wait := spread(retryIn(cause, record.Value.Attempts), ref)
	record.Value.Attempts++
	d.Log.WarnContext(ctx, "upload is tried again later", "company", co.ID(), "batch", ref.Batch, "chunk", ref.Chunk, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	return end(ctx, d, saved(co, ref, record).Emit(SubmitTopic.At(d.Now().Add(wait), co, ref.attempt(record.Value.Attempts))))
}

// givenUp is what the vehicles of a chunk say that was given up. One whose upload may have taken effect is for a person to
// settle: submitted again it might be watched, and paid, twice.
func givenUp(cause error, uncertain bool) string {
	if uncertain {
		return "the partner's answer to the list with this vehicle was lost, and it could not be found out whether the partner took it: " +
			errs.Text(cause) + "; ask the partner before you submit it again"
	}
	return "the partner could not be reached for a day: " + errs.Text(cause) + "; submit it again"
}

// deliver uploads a list, unless an earlier attempt may have done so and the partner has it.
func deliver(ctx context.Context, watcher partner.Watcher, list partner.Upload, uncertain bool) (string, error) {
	if uncertain {
		receipt, err := watcher.Find(ctx, list.Name)
		if err == nil || !errs.Is(err, errs.NotFound) {
			return receipt, asAmbiguous(err)
		}
	}
	if len(list.Vehicles) == 0 {
		return "", errs.E(errs.Invalid, "all vehicles of the list were deleted before it was uploaded")
	}
	return watcher.Upload(ctx, list)
}

// asAmbiguous keeps an earlier upload uncertain where the question about it could not be asked or answered. Even a refusal
// says nothing about the upload: a key may be mended.
func asAmbiguous(err error) error {
	if err == nil || errs.Is(err, errs.Internal) || errs.Is(err, errs.Gone) {
		return err
	}
	return errors.Join(err, partner.ErrAmbiguous)
}

// listing is a chunk as the partner takes it. Names and numbers of customers stay with us: the partner does not need them.
func listing(ref chunkRef, lookUpVIN bool, recaptures []Recapture) partner.Upload {
	vehicles := make([]partner.Vehicle, len(recaptures))
	for i, r := range recaptures {
		vehicles[i] = partner.Vehicle{ID: string(r.ID), VIN: r.Vehicle.VIN, Rego: r.Vehicle.Rego, State: r.Vehicle.State, SoldOn: r.SoldOn, MonitorUntil: r.MonitorUntil}
	}
	return partner.Upload{Name: "winback-" + string(ref.Batch) + "-" + number(ref.Chunk), LookUpVIN: lookUpVIN, Vehicles: vehicles}
}
