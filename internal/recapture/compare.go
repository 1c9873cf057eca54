package recapture

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Compare is the worker that walks through what the partner knows.
func Compare(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "sighting-compare",
		Doc:      "Compares all that the partner knows over a connection with what is known here, and records what was never pushed.",
		Consumes: app.Consume(CompareTopic, comparer{dial}.compare, 1),
		Uses:     app.Uses{Table: app.Read | app.Put | app.Delete | app.Add | app.Load, Pace: 10, Sends: sightTopics(), Promises: app.Topics(EndTopic), Secrets: app.Open, Partner: true},
		Timeout:  2 * time.Minute,
		Memory:   1024,
	}
}

type comparer struct{ dial partner.Dial }

// Bounds of a walk.
const (
	pagesAtOnce  = 50               // of one step
	leastTime    = 30 * time.Second // that another page is begun with
	betweenSteps = time.Second
	patiencePage = 5  // attempts at a page with a vehicle that cannot be recorded; then the walk goes on behind it
	patienceWalk = 24 // attempts at a partner that does not answer, which is some hours; the next walk is tomorrow's
	atOnce       = 4  // vehicles of a page recorded at the same time
)

// compare may run again at any time: what it finds is known by then. It goes on as far as its time allows and promises the
// rest.
func (c comparer) compare(ctx context.Context, d app.Deps, co ident.Company, ref walkRef) error {
	record, err := loadWalk(ctx, d.Table, co, ref.Connection)
	if err != nil {
		return err
	}
	w := record.Value
	if w.ref() != ref || !w.EndedAt.IsZero() {
		return nil
	}
	w.Step++
	w.MovedAt = d.Now()
	watcher, err := watcherOf(ctx, d, c.dial, co, ref.Connection)
	if errs.Is(err, errs.Gone) {
		return c.leave(ctx, d, co, record)
	}
	if err != nil {
		return c.later(ctx, d, co, ref, record, w, err)
	}
	home, err := company.Load(ctx, d, co)
	if err != nil {
		return err
	}
	for range pagesAtOnce {
		page, next, err := watcher.List(ctx, w.Cursor)
		if err != nil {
			return c.later(ctx, d, co, ref, record, w, err)
		}
		found, err := comparePage(ctx, d, co, home, ref.Connection, page)
		w.Found += found
		if err != nil && w.Attempts < patiencePage {
			return c.later(ctx, d, co, ref, record, w, err)
		}
		if err != nil {
			d.Log.ErrorContext(ctx, "vehicles of a page are left out of the comparison", "company", co.ID(), "connection", ref.Connection, "error", err)
		}
		w.Compared += len(page)
		w.Cursor, w.Attempts = next, 0
		if next == "" {
			w.EndedAt = d.Now()
			d.Log.InfoContext(ctx, "compared with the partner", "company", co.ID(), "connection", ref.Connection, "vehicles", w.Compared, "news", w.Found)
			break
		}
		if deadline, limited := ctx.Deadline(); limited && time.Until(deadline) < leastTime {
			break
		}
	}
	return w.save(ctx, d, co, ref, record, betweenSteps)
}

// later puts the rest off. A cursor that the partner does not take any more makes it begin at the first page; a partner
// that fails for hours is left alone until the next tick.
func (c comparer) later(ctx context.Context, d app.Deps, co ident.Company, ref walkRef, record table.Record[Walk], w Walk, cause error) error {
	if errs.Is(cause, errs.Internal) {
		return cause
	}
	if errs.Is(cause, errs.Invalid) || errs.Is(cause, errs.NotFound) {
		w.Cursor = ""
	}
	wait := spread(retryIn(cause, w.Attempts), ref.Connection)
	w.Attempts++
	if w.Attempts >= patienceWalk {
		w.EndedAt, w.Problem = d.Now(), errs.Text(cause)
	}
	d.Log.WarnContext(ctx, "the comparison goes on later", "company", co.ID(), "connection", ref.Connection, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	return w.save(ctx, d, co, ref, record, wait)
}

// leave ends the walks over a connection that was removed.
func (c comparer) leave(ctx context.Context, d app.Deps, co ident.Company, record table.Record[Walk]) error {
	if err := company.Unvisit(ctx, d, co, record.Value.Connection); err != nil {
		return err
	}
	return end(ctx, d, walks.Remove(record))
}

// comparePage records what is news of a page of vehicles, and reports of how many there was any. What was known costs
// reads only. A vehicle that cannot be recorded keeps no other from it; the error is one of theirs.
func comparePage(ctx context.Context, d app.Deps, co ident.Company, home company.Company, connection company.ConnectionID, page []partner.Watched) (found int, err error) {
	known, err := loadListed(ctx, d.Table, co, page)
	if err != nil {
		return 0, err
	}
	news, err := unheard(ctx, d.Table, co, home.Country, page, known)
	if err != nil {
		return 0, err
	}
	if err := endAgain(ctx, d, co, connection, page, known); err != nil {
		return 0, err
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(atOnce)
	for _, vehicle := range page {
		r := known[ID(vehicle.ID)]
		if !news[vehicle.Ref] && r.Status != Errored || !r.is(vehicle) || r.ID == "" || r.Status == Deleted {
			continue
		}
		group.Go(func() error {
			outcome, failure := record(ctx, d, co, connection, vehicle, news[vehicle.Ref])
			mu.Lock()
			defer mu.Unlock()
			if outcome == Confirmed {
				found++
			}
			if failure != nil && !errs.Is(failure, errs.NotFound) {
				err = errs.E(errs.Unavailable, "vehicle %s: %w", vehicle.ID, failure)
			}
			return nil
		})
	}
	_ = group.Wait() // failures are collected, so that each vehicle gets its turn
	metric.Add(ctx, metric.SightingsMissed, found)
	return found, err
}

// endAgain promises to end at the partner what ended here long ago and is watched there all the same. Where that is promised
// already it stands.
func endAgain(ctx context.Context, d app.Deps, co ident.Company, connection company.ConnectionID, page []partner.Watched, known map[ID]Recapture) error {
	var left []remoteWatch
	for _, vehicle := range page {
		if r, ours := known[ID(vehicle.ID)]; ours && r.Status == Deleted {
			left = append(left, remoteWatch{r.ID, vehicle.Ref})
		}
	}
	for part := range slices.Chunk(left, ChunkSize) {
		what := []string{"compared", string(connection)}
		for _, watch := range part {
			what = append(what, watch.Ref)
		}
		if err := d.Commit(ctx, unwatch(co, d.Now(), connection, part, what...)...); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// record records one vehicle's news. One that is errored here and yet watched there is watched: its upload had arrived.
func record(ctx context.Context, d app.Deps, co ident.Company, connection company.ConnectionID, vehicle partner.Watched, news bool) (PushOutcome, error) {
	if news {
		return Sighted(ctx, d, co, connection, vehicle)
	}
	_, err := revise(ctx, d, co, ID(vehicle.ID), func(r *Recapture) bool {
		if r.Status != Errored || !r.is(vehicle) {
			return false
		}
		r.accepted(vehicle.Ref, vehicle.VIN)
		r.Connection = connection
		return true
	})
	return Known, err
}

// loadListed reads the recaptures of the vehicles of a page, by id.
func loadListed(ctx context.Context, t *table.Table, co ident.Company, page []partner.Watched) (map[ID]Recapture, error) {
	keys := make([]table.Key, 0, len(page))
	for _, vehicle := range page {
		if vehicle.ID != "" {
			keys = append(keys, recaptureKey(co, ID(vehicle.ID)))
		}
	}
	records, err := recaptures.GetAll(ctx, t, keys)
	if err != nil {
		return nil, err
	}
	known := make(map[ID]Recapture, len(records))
	for _, record := range records {
		known[record.Value.ID] = record.Value
	}
	return known, nil
}

// unheard tells, by the partner's ids, which vehicles have a sighting that is not recorded.
func unheard(ctx context.Context, t *table.Table, co ident.Company, country string, page []partner.Watched, known map[ID]Recapture) (map[string]bool, error) {
	var keys []table.Key
	of := map[table.Key]string{}
	for _, vehicle := range page {
		r, ours := known[ID(vehicle.ID)]
		if !ours || r.Status == Deleted || !r.is(vehicle) {
			continue
		}
		for _, s := range newest(r.translate(vehicle.Sightings, country)) {
			key := sightingKey(co, r.ID, s)
			keys, of[key] = append(keys, key), vehicle.Ref
		}
	}
	recorded, err := t.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	news := map[string]bool{}
	for _, key := range keys {
		if _, ok := recorded[key]; !ok {
			news[of[key]] = true
		}
	}
	return news, nil
}
