package recapture

import (
	"cmp"
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Verify is the worker that looks into pushes.
func Verify(dial partner.Dial) app.Function {
	return app.Function{
		Name:     "sighting-verify",
		Doc:      "Asks the partner about a push, records the sighting and tells the right users.",
		Consumes: app.Consume(VerifyTopic, verifier{dial}.verify, 10).AtOnce(4),
		Uses:     app.Uses{Table: app.Read | app.Put | app.Delete | app.Add | app.Load, Pace: 30, Sends: sightTopics(), Promises: app.Topics(EndTopic), Secrets: app.Open, Partner: true},
	}
}

type verifier struct{ dial partner.Dial }

// verify asks the partner and believes only the answer. It may run again at any time: the sightings it finds are known by
// then.
func (v verifier) verify(ctx context.Context, d app.Deps, co ident.Company, ref pushRef) error {
	push, err := pushes.Get(ctx, d.Table, pushKey(co, ref.Push))
	if err != nil {
		return err
	}
	if push.Value.Outcome != "" {
		return nil
	}
	watcher, err := watcherOf(ctx, d, v.dial, co, push.Value.Connection)
	if errs.Is(err, errs.Gone) {
		return v.conclude(ctx, d, push, Unverified)
	}
	if err != nil {
		return v.later(ctx, d, co, push, err)
	}
	watched, err := watcher.Vehicle(ctx, push.Value.Ref)
	if errs.Is(err, errs.NotFound) {
		return v.conclude(ctx, d, push, Unverified)
	}
	if err != nil {
		return v.later(ctx, d, co, push, err)
	}
	outcome, err := Sighted(ctx, d, co, push.Value.Connection, watched)
	if errs.Is(err, errs.NotFound) {
		outcome, err = Unverified, nil
	}
	if err != nil {
		return err
	}
	return v.conclude(ctx, d, push, outcome)
}

// later promises another look where the partner does not answer for now; a key that it refuses may be mended by then, too.
func (v verifier) later(ctx context.Context, d app.Deps, co ident.Company, push table.Record[Push], cause error) error {
	if errs.Is(cause, errs.Internal) {
		return cause
	}
	wait := spread(retryIn(cause, push.Value.Attempts), push.Value.ID)
	push.Value.Attempts++
	d.Log.WarnContext(ctx, "push is looked into later", "company", co.ID(), "push", push.Value.ID, "kind", errs.KindOf(cause).String(), "wait", wait.String(), "error", cause)
	return end(ctx, d, pushes.Update(push).Emit(VerifyTopic.At(d.Now().Add(wait), co, pushRef{push.Value.ID})))
}

func (v verifier) conclude(ctx context.Context, d app.Deps, push table.Record[Push], outcome PushOutcome) error {
	push.Value.Outcome = outcome
	return end(ctx, d, pushes.Update(push))
}

// maxNews is the most sightings recorded at once; the partner's newest count.
const maxNews = 40

// Sighted records what the partner says about a vehicle now: new sightings, the newest of those that count as the last
// one, and notices to those who are to be told. It says what came of it: Confirmed where there was news, else why not. The
// connection is any one of the company's; from then on the vehicle is watched over it, in case the one that it was
// submitted over is gone. A vehicle that the company does not watch is a NotFound error.
func Sighted(ctx context.Context, d app.Deps, co ident.Company, connection company.ConnectionID, watched partner.Watched) (PushOutcome, error) {
	home, err := company.Load(ctx, d, co)
	if err != nil {
		return "", err
	}
	const attempts = 8
	for range attempts {
		record, err := load(ctx, d.Table, co, ID(watched.ID), func(string) bool { return true })
		if err != nil {
			return "", err
		}
		if record.Value.Status == Deleted || !record.Value.is(watched) {
			return "", errs.E(errs.NotFound, "this vehicle is not watched")
		}
		reported := record.Value.translate(watched.Sightings, home.Country)
		if err := claimOwn(ctx, d, co, home, record.Value, watched, reported); err != nil {
			return "", err
		}
		fresh, err := unknown(ctx, d.Table, co, record.Value.ID, reported)
		if err != nil || len(fresh) == 0 {
			return record.Value.quiet(reported), err
		}
		before := record.Value
		if before.Progress != Watched || before.Connection != connection {
			record.Value.accepted(watched.Ref, watched.VIN)
			record.Value.Connection = connection
		}
		if err := sight(ctx, d, co, before, record, fresh); !errs.Is(err, errs.Conflict) {
			if slices.ContainsFunc(fresh, before.counts) {
				return Confirmed, err
			}
			return before.quiet(fresh), err
		}
	}
	return "", errs.E(errs.Unavailable, "a recapture changes too often")
}

// is reports whether what the partner speaks of can be this vehicle: another VIN is another car.
func (r Recapture) is(watched partner.Watched) bool {
	vin := vehicle.NormaliseVIN(watched.VIN)
	return vin == "" || r.Vehicle.VIN == "" || vin == r.Vehicle.VIN
}

// sight writes sightings that are not known yet, with all that follows from those that count; the last of them may end the
// watch.
func sight(ctx context.Context, d app.Deps, co ident.Company, before Recapture, record table.Record[Recapture], fresh []Sighting) error {
	var also []table.Op
	var counting []Sighting
	for _, s := range fresh {
		if before.counts(s) {
			counting = append(counting, s)
		}
	}
	if news := record.Value.sighted(counting); news != nil {
		places, notices, err := tell(ctx, d, co, record.Value, *news)
		if err != nil {
			return err
		}
		if err := d.Table.Load(ctx, places...); err != nil {
			return err
		}
		also = append(also, notices...)
	}
	record.Value.sells(d.Now())
	for _, s := range fresh {
		op := sightings.Create(sightingKey(co, before.ID, s), s)
		if before.counts(s) {
			op = op.Emit(record.Value.withdrawn(co, d.Now(), s)...)
		}
		also = append(also, op)
	}
	if err := change(ctx, d, co, before, record, also...); err != nil {
		return err
	}
	metric.Add(ctx, metric.Sightings, len(counting))
	return nil
}

// unknown are the sightings that are not recorded yet, the newest maxNews at most. The end of a listing that was the
// company's own is its own, too, even where the rule that said so has been taken back since.
func unknown(ctx context.Context, t *table.Table, co ident.Company, id ID, reported []Sighting) ([]Sighting, error) {
	byKey := make(map[table.Key]bool, len(reported))
	var distinct []Sighting
	var keys []table.Key
	add := func(key table.Key) bool {
		if byKey[key] {
			return false
		}
		byKey[key] = true
		keys = append(keys, key)
		return true
	}
	for _, s := range newest(reported) {
		if add(sightingKey(co, id, s)) {
			distinct = append(distinct, s)
		}
	}
	for _, s := range distinct {
		if s.Delisted {
			add(sightingKey(co, id, s.standing()))
		}
	}
	known, err := t.BatchGet(ctx, keys)
	if err != nil {
		return nil, err
	}
	var fresh []Sighting
	for _, s := range distinct {
		if _, ok := known[sightingKey(co, id, s)]; ok {
			continue
		}
		if item, ok := known[sightingKey(co, id, s.standing())]; ok && s.Delisted {
			earlier, err := sightings.Decode(item)
			if err != nil {
				return nil, err
			}
			s.Own = s.Own || earlier.Value.Own
		}
		fresh = append(fresh, s)
	}
	return fresh, nil
}

// newest is what is recorded of reported sightings at once, newest first.
func newest(reported []Sighting) []Sighting {
	slices.SortFunc(reported, func(a, b Sighting) int { return b.compare(a) })
	return reported[:min(len(reported), maxNews)]
}

// translate takes over the partner's sightings, prices in the currency of the company's country. A listing without a time
// has been there since the vehicle was submitted: any instant will do that is the same at every look.
func (r Recapture) translate(reported []partner.Sighting, country string) []Sighting {
	all := make([]Sighting, len(reported))
	for i, s := range reported {
		all[i] = Sighting{Listing: s.ID, At: s.At.UTC(), Site: s.Site, URL: s.URL, Seller: cmp.Or(s.SellerName, s.Seller), Delisted: s.Delisted, Sold: s.Sold, GoneAt: s.DelistedAt.UTC()}
		if s.At.IsZero() {
			all[i].At = r.SubmittedAt
		}
		if s.Price > 0 {
			all[i].Price, _ = money.In(country, s.Price)
		}
	}
	return all
}
