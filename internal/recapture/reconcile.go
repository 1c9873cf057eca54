package recapture

import (
	"context"
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Reconcile finds what was never pushed: once a day, in the night of Australia, it has all that the partner knows compared
// with what we know, connection by connection.
var Reconcile = app.Function{
	Name:    "sighting-reconcile",
	Doc:     "Begins the daily comparison with the partner, which finds sightings that were never pushed.",
	Every:   app.Every("cron(30 16 * * ? *)", reconcile),
	Uses:    app.Uses{Table: app.Get | app.Query | app.Put, Pace: 5, Sends: app.Topics(CompareTopic)},
	Timeout: 5 * time.Minute,
}

// Walk is how far a connection's vehicles are compared, page by page. There is one of each connection, for ever: a tick
// that comes while it is under way makes it begin once more when it is through, so that whoever asks for a comparison gets
// all that the partner knew by then. Ticks that are late, doubled or missing cost or save a walk and change nothing else.
type Walk struct {
	Connection company.ConnectionID `json:"connection"`
	Pass       int                  `json:"pass"`               // of how many walks this is
	Step       int                  `json:"step"`               // of this walk; the command for an earlier one has nothing to do
	Cursor     string               `json:"cursor,omitempty"`   // of the page that comes next
	Attempts   int                  `json:"attempts,omitempty"` // at this page
	Again      bool                 `json:"again,omitempty"`    // another walk is asked for
	StartedAt  time.Time            `json:"startedAt"`
	MovedAt    time.Time            `json:"movedAt"`
	EndedAt    time.Time            `json:"endedAt,omitzero"`  // zero: under way
	Problem    string               `json:"problem,omitempty"` // why it ended before its end
	Compared   int                  `json:"compared"`          // vehicles that the partner lists
	Found      int                  `json:"found"`             // of them with news
}

// walkRef is the command to go on with a walk.
type walkRef struct {
	Connection company.ConnectionID `json:"connection"`
	Pass       int                  `json:"pass"`
	Step       int                  `json:"step"`
}

// CompareTopic is the command to go on with the comparison of a connection.
var CompareTopic = queue.Topic[walkRef]{Name: "sighting-compare"}

// walks are stored under reconcile # connection.
var walks = table.Kind[Walk]{Name: "reconcile", Schema: 1}

func walkKey(co ident.Company, id company.ConnectionID) table.Key {
	return table.In(co, "reconcile", string(id)).At()
}

// lostAfter is how long a walk may stand still, longer than any wait between two steps; then it counts as lost, and the
// next tick begins another.
const lostAfter = 2 * time.Hour

func (w Walk) underWay(now time.Time) bool {
	return w.Pass > 0 && w.EndedAt.IsZero() && now.Sub(w.MovedAt) < lostAfter
}

func (w Walk) ref() walkRef { return walkRef{w.Connection, w.Pass, w.Step} }

// next is the walk after this one.
func (w Walk) next(now time.Time) Walk {
	return Walk{Connection: w.Connection, Pass: w.Pass + 1, StartedAt: now, MovedAt: now}
}

// reconcile begins a walk for every connection there is. One that cannot be begun keeps no other from it.
func reconcile(ctx context.Context, d app.Deps) error {
	var failed []error
	for visit, err := range company.Round(ctx, d) {
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if err := beginWalk(ctx, d, visit.Company, visit.Connection); err != nil {
			d.Log.ErrorContext(ctx, "a comparison with the partner does not begin", "company", visit.Company.ID(), "connection", visit.Connection, "error", err)
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// beginWalk begins a walk, or asks for another one behind that which is under way.
func beginWalk(ctx context.Context, d app.Deps, co ident.Company, id company.ConnectionID) error {
	const attempts = 5
	for range attempts {
		record, err := loadWalk(ctx, d.Table, co, id)
		if err != nil {
			return err
		}
		var op table.Op
		if record.Value.underWay(d.Now()) {
			if record.Value.Again {
				return nil
			}
			record.Value.Again = true
			op = walks.Save(walkKey(co, id), record)
		} else {
			record.Value = record.Value.next(d.Now())
			op = walks.Save(walkKey(co, id), record).Emit(CompareTopic.Message(co, record.Value.ref()))
		}
		if err := d.Commit(ctx, op); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return errs.E(errs.Unavailable, "the comparison changes too often to begin another")
}

// loadWalk reads the walk of a connection; of one that was never walked it is a zero Record.
func loadWalk(ctx context.Context, t *table.Table, co ident.Company, id company.ConnectionID) (table.Record[Walk], error) {
	record, err := walks.Get(ctx, t, walkKey(co, id))
	if errs.Is(err, errs.NotFound) {
		record, err = table.Record[Walk]{Value: Walk{Connection: id}}, nil
	}
	return record, err
}

// save writes what a step made of a walk, with the command for the next step if there is to be one. A tick that asked for
// another walk meanwhile is heard; where another attempt at the same step was quicker, that one counts.
func (w Walk) save(ctx context.Context, d app.Deps, co ident.Company, from walkRef, record table.Record[Walk], wait time.Duration) error {
	const attempts = 5
	for range attempts {
		again := record.Value.Again
		record.Value = w
		record.Value.Again = again
		if !w.EndedAt.IsZero() && again {
			record.Value = w.next(d.Now())
		}
		op := walks.Update(record)
		if record.Value.EndedAt.IsZero() {
			op = op.Emit(CompareTopic.At(d.Now().Add(wait), co, record.Value.ref()))
		}
		err := d.Commit(ctx, op)
		if !errs.Is(err, errs.Conflict) {
			return err
		}
		record, err = loadWalk(ctx, d.Table, co, w.Connection)
		if err != nil || record.Value.ref() != from {
			return err
		}
	}
	return errs.E(errs.Unavailable, "the comparison changes too often to go on")
}
