package recapture

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// endRef is the command to end the watches of a chunk whose period is over, or with Recapture, the one watch over a car
// that seems to be sold.
type endRef struct {
	Batch     BatchID   `json:"batch"`
	Chunk     int       `json:"chunk"`
	At        time.Time `json:"at,omitzero"` // of a chunk: for when it was promised
	Recapture ID        `json:"recapture,omitempty"`
	Last      string    `json:"last,omitempty"` // state of the sighting that must still be the last one
}

func (e endRef) chunk() chunkRef { return chunkRef{Batch: e.Batch, Chunk: e.Chunk} }

// EndTopic is the command to end watches whose time has come.
var EndTopic = queue.Topic[endRef]{Name: "recapture-end"}

// End is the worker that ends watches by themselves (C14).
var End = app.Function{
	Name:     "recapture-end",
	Doc:      "Ends watches whose period is over, and those over cars that are off the market for long.",
	Consumes: app.Consume(EndTopic, endWatches, 1),
	Uses:     app.Uses{Table: app.Read | app.Put | app.Add | app.Load, Sends: app.Topics(RemoveTopic)},
	Timeout:  time.Minute,
	Memory:   1024,
}

func endWatches(ctx context.Context, d app.Deps, co ident.Company, ref endRef) error {
	if ref.Recapture != "" {
		return endSold(ctx, d, co, ref)
	}
	return endChunk(ctx, d, co, ref)
}

// lasts notes when the first period of a chunk's vehicles is over, and promises to end the watch then: one promise for all
// of them. Errored ones count, because the partner may yet turn out to watch them.
func (c *Chunk) lasts(co ident.Company, vehicles []Recapture) []table.Message {
	c.Ends = time.Time{}
	for _, r := range vehicles {
		if r.Status != Deleted && (c.Ends.IsZero() || r.MonitorUntil.Before(c.Ends)) {
			c.Ends = r.MonitorUntil
		}
	}
	if c.Ends.IsZero() {
		return nil
	}
	return []table.Message{EndTopic.At(c.Ends, co, endRef{Batch: c.Batch, Chunk: c.Number, At: c.Ends})}
}

// endChunk ends the watches of a chunk whose period is over, and promises to come again for the rest. A promise that was
// replaced by a later one has nothing to do.
func endChunk(ctx context.Context, d app.Deps, co ident.Company, ref endRef) error {
	record, err := loadChunk(ctx, d.Table, co, ref.chunk())
	if err != nil {
		return err
	}
	if record.Value.Stage != Finished || !record.Value.Ends.Equal(ref.At) {
		return nil
	}
	_, drafts, err := loadRows(ctx, d.Table, co, ref.chunk(), &record.Value)
	if err != nil {
		return err
	}
	known, err := loadAll(ctx, d.Table, co, drafts)
	if err != nil {
		return err
	}
	now := d.Now()
	var due []table.Record[Recapture]
	var left []Recapture
	for _, draft := range drafts {
		switch r, ok := known[draft.ID]; {
		case !ok || !r.Value.in(ref.chunk()):
		case r.Value.MonitorUntil.After(now):
			left = append(left, r.Value)
		case r.Value.Live():
			due = append(due, r)
		}
	}
	if err := endOverdue(ctx, d, co, due); err != nil {
		return err
	}
	messages := record.Value.lasts(co, left)
	return end(ctx, d, saved(co, ref.chunk(), record).Emit(messages...))
}

// lastDay is the end of a period that lasts including a day, which is the company's; a problem says what is wrong with it.
func lastDay(date string, zone *time.Location, now time.Time) (end time.Time, problem string) {
	day, err := time.ParseInLocation(time.DateOnly, date, zone)
	latest := now.Add(MonitorFor)
	switch end = day.AddDate(0, 0, 1).UTC(); {
	case err != nil:
		return end, "is not a date such as 2027-01-31"
	case !end.After(now):
		return end, "is over; give a day from today on, or none for the longest period"
	case date > latest.In(zone).Format(time.DateOnly):
		return end, "is too far ahead; a vehicle is watched for 720 days, until " + latest.In(zone).Format(time.DateOnly) + ", at most"
	}
	return slices.MinFunc([]time.Time{end, latest}, time.Time.Compare), ""
}

// overdue ends the watch where its period is over.
func (r *Recapture) overdue(now time.Time) bool {
	return r.Live() && !r.MonitorUntil.After(now) && r.ends(now, MonitoringOver, "")
}

// endGroup is the most watches ended in one transaction, where each may take a removal and all have one tally.
const endGroup = (table.MaxOps - 1) / 2

// endOverdue ends watches, those that count in one tally together. One that somebody else changes at the same time is
// looked at for itself.
func endOverdue(ctx context.Context, d app.Deps, co ident.Company, due []table.Record[Recapture]) error {
	now := d.Now()
	var ending []transition
	for _, record := range due {
		t := transition{record.Value, record}
		if t.record.Value.overdue(now) {
			ending = append(ending, t)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallel)
	for _, counted := range byTally(ending, func(t transition) table.Key { return tallyKey(co, t.before.Yard, t.before.ID) }) {
		group.Go(func() error {
			for part := range slices.Chunk(counted, endGroup) {
				err := changeTogether(ctx, d, co, part)
				if errs.Is(err, errs.Conflict) {
					err = endAlone(ctx, d, co, part)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func endAlone(ctx context.Context, d app.Deps, co ident.Company, part []transition) error {
	for _, t := range part {
		_, err := revise(ctx, d, co, t.before.ID, func(r *Recapture) bool { return r.in(t.before.chunk()) && r.overdue(d.Now()) })
		if err != nil {
			return err
		}
	}
	return nil
}

// changeTogether writes changed recaptures with their postings, tallies and removals, all or none of them.
func changeTogether(ctx context.Context, d app.Deps, co ident.Company, part []transition) error {
	count := changes{}
	ops := unwatched(co, d.Now(), part...)
	before, after := make([]Recapture, len(part)), make([]Recapture, len(part))
	for i, t := range part {
		before[i], after[i] = t.before, t.record.Value
		ops = append(ops, recaptures.Update(t.record))
		count.move(co, &before[i], after[i])
	}
	return dashboard.WriteAll(ctx, d.Table, co, before, after, func(ctx context.Context) error {
		return d.Commit(ctx, append(ops, count.ops()...)...)
	})
}
