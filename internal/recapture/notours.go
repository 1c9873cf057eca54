package recapture

import (
	"context"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// notOursRoutes are the routes by which users say that a listing is of another car.
func (a api) notOursRoutes(h huma.API) {
	const path = "/v1/recaptures/{id}/not-our-car"
	web.Post(h, path, web.Can(access.RecaptureWork), web.Route{
		ID: "markNotOurCar", Tag: tag, Idempotent: true, Summary: "A listing is of another car: its sightings count no more.",
		Description: "The listing is remembered, whatever the partner says later; its sightings stay in the history, marked. The last sighting is found anew among the others, and a new sighting is active again. Without a listing it is that of the last sighting; where there is none, 409.",
	}, a.notOurCar)
	web.Delete(h, path, web.Can(access.RecaptureWork), web.Route{
		ID: "unmarkNotOurCar", Tag: tag, Status: 200, Summary: "It is our car after all: a listing counts again, all of them where none is named.",
		Description: "Nobody is told of its sightings anew.",
	}, a.ourCar)
}

type notOursInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body *struct {
		Listing string `json:"listing,omitempty" maxLength:"128" doc:"Default: that of the last sighting."`
	}
}

func (a api) notOurCar(ctx context.Context, in *notOursInput) (*web.Reply[detail], error) {
	listing := ""
	if in.Body != nil {
		listing = in.Body.Listing
	}
	r, err := disown(ctx, a.Deps, access.From(ctx), ID(in.ID), listing)
	return a.reply(ctx, r, err)
}

type oursInput struct {
	ID      string `path:"id" maxLength:"64"`
	Listing string `query:"listing" maxLength:"128" doc:"Default: all."`
}

func (a api) ourCar(ctx context.Context, in *oursInput) (*web.Reply[detail], error) {
	r, err := ours(ctx, a.Deps, access.From(ctx), ID(in.ID), in.Listing)
	return a.reply(ctx, r, err)
}

// reply is a recapture in full, as somebody's action left it.
func (a api) reply(ctx context.Context, r Recapture, err error) (*web.Reply[detail], error) {
	if err != nil {
		return nil, err
	}
	shown, err := showDetail(ctx, a.Deps, access.From(ctx), r)
	if err != nil {
		return nil, err
	}
	return web.OK(shown), nil
}

// MaxNotOurs is the most listings that a recapture remembers as being of another car.
const MaxNotOurs = 50

// notOurs reports whether a listing is of another car, as a user has said.
func (r Recapture) notOurs(listing string) bool { return slices.Contains(r.NotOurs, listing) }

// disown remembers that a listing is of another car, empty for that of the last sighting: from then on its sightings do
// not count, those to come included. Somebody has looked, so the recapture is not new any more.
func disown(ctx context.Context, d app.Deps, caller access.Caller, id ID, listing string) (Recapture, error) {
	return reconsider(ctx, d, caller, id, func(r *Recapture) (bool, error) {
		named := listing
		switch {
		case named == "" && r.LastSighting != nil:
			named = r.LastSighting.Listing
		case named == "" && len(r.NotOurs) > 0:
			return false, nil // the same request again: nothing is left that counts
		case named == "":
			return false, errs.E(errs.Conflict, "this vehicle has not been sighted yet; there is no listing to put aside")
		}
		if r.notOurs(named) {
			return false, nil
		}
		if len(r.NotOurs) >= MaxNotOurs {
			return false, errs.E(errs.Conflict, "a recapture remembers at most %d listings of other cars; delete it and submit the vehicle again with its VIN", MaxNotOurs)
		}
		if err := listed(ctx, d.Table, caller.Company, id, named); err != nil {
			return false, err
		}
		r.NotOurs = append(slices.Clone(r.NotOurs), named)
		r.opened()
		return true, nil
	})
}

// ours is the way back: a listing counts again, all of them where none is named. Nobody is told of it anew.
func ours(ctx context.Context, d app.Deps, caller access.Caller, id ID, listing string) (Recapture, error) {
	return reconsider(ctx, d, caller, id, func(r *Recapture) (bool, error) {
		if listing != "" && !r.notOurs(listing) {
			return false, listed(ctx, d.Table, caller.Company, id, listing)
		}
		before := len(r.NotOurs)
		r.NotOurs = slices.DeleteFunc(slices.Clone(r.NotOurs), func(other string) bool { return listing == "" || other == listing })
		return len(r.NotOurs) != before, nil
	})
}

// reconsider changes which listings of a recapture count and finds out its last sighting anew. Sightings that arrive
// meanwhile change the recapture, too, so that what was read is what is decided on.
func reconsider(ctx context.Context, d app.Deps, caller access.Caller, id ID, do func(*Recapture) (bool, error)) (Recapture, error) {
	const attempts = 8
	for range attempts {
		record, err := load(ctx, d.Table, caller.Company, id, func(yard string) bool { return caller.In(yard, access.RecaptureWork) })
		if err != nil {
			return Recapture{}, err
		}
		before := record.Value
		if changed, err := do(&record.Value); err != nil || !changed {
			return before, err
		}
		if record.Value.LastSighting, err = lastOf(ctx, d.Table, caller.Company, record.Value); err != nil {
			return Recapture{}, err
		}
		record.Value.sells(d.Now())
		if err := change(ctx, d, caller.Company, before, record); !errs.Is(err, errs.Conflict) {
			return record.Value, err
		}
	}
	return Recapture{}, errs.E(errs.Conflict, "this recapture changes too often; try again")
}

// listed refuses a listing in which the vehicle was never seen.
func listed(ctx context.Context, t *table.Table, co ident.Company, id ID, listing string) error {
	for s, err := range walkHistory(ctx, t, co, id) {
		if err != nil {
			return err
		}
		if s.Listing == listing {
			return nil
		}
	}
	return errs.Violate(errs.Violation{Location: "body.listing", Message: "is not a listing of this recapture; its sightings name them"})
}
