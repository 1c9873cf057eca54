package recapture

import (
	"context"
	"time"

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
		Uses:     app.Uses{Table: app.Get | app.BatchGet | app.Put | app.Delete | app.Add | app.Load, Sends: app.Topics(RemoveTopic), Promises: app.Topics(EndTopic), Pace: 30, Secrets: app.Open, Partner: true},
		Memory:   1024,
	}
}

type poller struct{ dial partner.Dial }

// Waits of the polling.
const (
	firstPoll   = 250 * time.Millisecond // after an upload; doubles
	longestPoll = 15 * time.Minute       // so what takes long is known before it took twice as long
)

// patience is how often in a row the partner may not know a list that it took, before that is believed.
const patience = 5

// unanswered is what the vehicles of a chunk say about which the partner never told.
func unanswered(cause error) string {
	const text = "the partner took the list with this vehicle, but has not told for a week what became of it"
	if cause == nil {
		return text + "; ask the partner before you submit it again"
	}
	return text + ": " + errs.Text(cause) + "; ask the partner before you submit it again"
}

// poll may run any number of times: it only repeats what the partner says. While the partner is not done, or does not
// answer, the chunk promises the next poll.
func (p poller) poll(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef) error {
	record, err := loadChunk(ctx, d.Table, co, ref)
	if err != nil {
		return err
	}
	if record.Value.Stage != Uploaded || ref.Attempt < record.Value.Attempts {
		return nil
	}
	watcher, err := watcherOf(ctx, d, p.dial, co, record.Value.Connection)
	if errs.Is(err, errs.Gone) {
		return refuse(ctx, d, co, ref, record, errs.Text(err))
	}
	if err != nil {
		return p.again(ctx, d, co, ref, record, err)
	}
	progress, err := watcher.Progress(ctx, record.Value.Receipt)
	if errs.Is(err, errs.NotFound) {
		record.Value.Missed++
	} else if err == nil {
		record.Value.Missed = 0
	}
	switch {
	case record.Value.Missed > patience:
		return refuse(ctx, d, co, ref, record, "the partner does not know the list that this vehicle was on; submit it again")
	case err != nil || !progress.Done:
		return p.again(ctx, d, co, ref, record, err)
	}
	told := make(map[ID]partner.Outcome, len(progress.Outcomes))
	for _, o := range progress.Outcomes {
		told[ID(o.ID)] = o
	}
	return conclude(ctx, d, co, ref, record, func(id ID) partner.Outcome { return told[id] })
}

// again promises the next poll: soon while the partner works, at the partner's pace when it does not answer.
func (p poller) again(ctx context.Context, d app.Deps, co ident.Company, ref chunkRef, record table.Record[Chunk], cause error) error {
	wait := backOff(firstPoll, longestPoll, record.Value.Attempts)
	if cause != nil {
		if errs.Is(cause, errs.Internal) {
			return cause
		}
		wait = spread(retryIn(cause, record.Value.Attempts), ref)
		d.Log.WarnContext(ctx, "poll is tried again later", "company", co.ID(), "batch", ref.Batch, "chunk", ref.Chunk, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	}
	if record.Value.troubled(cause, d.Now()) > pollWithin {
		return refuse(ctx, d, co, ref, record, unanswered(cause))
	}
	record.Value.Attempts++
	return end(ctx, d, saved(co, ref, record).Emit(PollTopic.At(d.Now().Add(wait), co, ref.attempt(record.Value.Attempts))))
}
