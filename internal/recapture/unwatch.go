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

// Remove is the worker that ends watches at the partner.
func Remove(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "recapture-remove",
		Doc:      "Removes vehicles at the partner whose watch has ended here.",
		Consumes: app.Consume(RemoveTopic, remover{dial}.remove, 1),
		Uses:     app.Uses{Table: app.Get | app.BatchGet | app.Put | app.Delete, Pace: 5, Secrets: app.Open, Partner: true},
		Timeout:  time.Minute,
	}
}

type remover struct{ dial partner.Dial }

// Bounds of a removal. Nobody waits for it, and pushes about the vehicle have no effect any more, so it is tried ever more
// seldom; what cannot be removed for a month stays until the partner ends it by itself (MonitorUntil).
const (
	longestRemoval = 6 * time.Hour
	removalEnds    = 30 * 24 * time.Hour
)

// remove may run at any time and again: removing what is gone is a success. Over a connection that was removed there is
// nothing left to end.
func (r remover) remove(ctx context.Context, d app.Deps, co ident.Company, ref removalRef) error {
	record, err := removals.Get(ctx, d.Table, removalKey(co, ref.Removal))
	if errs.Is(err, errs.NotFound) || err == nil && ref.Attempt < record.Value.Attempts {
		return nil
	}
	if err != nil {
		return err
	}
	watcher, err := watcherOf(ctx, d, r.dial, co, record.Value.Connection)
	if err == nil {
		record.Value.Watches, err = removeAll(ctx, d, watcher, co, record.Value.Watches)
	}
	switch {
	case errs.Is(err, errs.Gone) || err == nil:
		return end(ctx, d, removals.Remove(record))
	case errs.Is(err, errs.Internal):
		return err
	case d.Now().Sub(record.Value.At) > removalEnds:
		d.Log.WarnContext(ctx, "watches are left to the partner", "company", co.ID(), "removal", record.Value.ID, "watches", len(record.Value.Watches), "kind", errs.KindOf(err).String())
		return end(ctx, d, removals.Remove(record))
	}
	return r.later(ctx, d, co, record, err)
}

// later promises another attempt at what is left.
func (r remover) later(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Removal], cause error) error {
	wait := max(errs.RetryAfter(cause), backOff(firstRetry, longestRemoval, record.Value.Attempts))
	record.Value.Attempts++
	d.Log.WarnContext(ctx, "removal is tried again later", "company", co.ID(), "removal", record.Value.ID, "watches", len(record.Value.Watches), "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	return end(ctx, d, removals.Update(record).Emit(RemoveTopic.At(d.Now().Add(wait), co, removalRef{record.Value.ID, record.Value.Attempts})))
}

// removeAll removes watches and returns those that are left, with the reason why.
func removeAll(ctx context.Context, d app.Deps, watcher partner.Watcher, co ident.Company, watches []remoteWatch) (left []remoteWatch, err error) {
	keys := make([]table.Key, len(watches))
	for i, w := range watches {
		keys[i] = recaptureKey(co, w.Recapture)
	}
	records, err := recaptures.GetAll(ctx, d.Table, keys)
	if err != nil {
		return watches, err
	}
	now := make(map[ID]Recapture, len(records))
	for _, record := range records {
		now[record.Value.ID] = record.Value
	}
	for i, w := range watches {
		needed, certain := now[w.Recapture].needs(w.Ref)
		switch {
		case needed:
		case !certain:
			left = append(left, w)
			err = errs.E(errs.Unavailable, "the vehicle was submitted again, and the partner has not named its watch yet")
		default:
			failure := watcher.Remove(ctx, w.Ref)
			switch {
			case failure == nil || errs.Is(failure, errs.NotFound):
			case errs.Is(failure, errs.Invalid):
				left, err = append(left, w), failure // which says nothing about the others
			default:
				return append(left, watches[i:]...), failure
			}
		}
	}
	return left, err
}

// needs reports whether the recapture is watched under a partner's id, and whether that is certain. A partner may give a
// vehicle that is submitted again its old id; as long as it has not said which, the old watch is left alone.
func (r Recapture) needs(ref string) (needed, certain bool) {
	return r.Live() && r.Ref == ref, !r.Live() || r.Ref != ""
}
