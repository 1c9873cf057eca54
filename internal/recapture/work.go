package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// open ends "new sighting" (C6): the caller has seen it. Opening or dismissing a recapture that is not new changes nothing.
func open(ctx context.Context, d app.Deps, caller access.Caller, id ID) (Recapture, error) {
	const attempts = 5
	for range attempts {
		record, err := load(ctx, d.Table, caller.Company, id, func(yard string) bool { return caller.In(yard, access.RecaptureWork) })
		if err != nil {
			return Recapture{}, err
		}
		before := record.Value
		record.Value.opened()
		if record.Value.Status == before.Status {
			return before, nil
		}
		if err := change(ctx, d, caller.Company, before, record); !errs.Is(err, errs.Conflict) {
			return record.Value, err
		}
	}
	return Recapture{}, errs.E(errs.Conflict, "somebody else changed this recapture at the same time; open it again")
}

// Watching tells the recapture that watches a vehicle, empty where none does: the banner on leads (R57). A vehicle is found
// by its VIN and by its rego, whichever it was submitted with.
func Watching(ctx context.Context, d app.Deps, co ident.Company, v vehicle.Vehicle) (string, error) {
	watched, err := watch(ctx, d, co, v)
	return string(watched.ID), err
}

// WatchingInRole is Watching where the role decides whether recapture shows at all: on appraisals (R15).
func WatchingInRole(ctx context.Context, d app.Deps, co ident.Company, v vehicle.Vehicle) (string, error) {
	watched, err := watch(ctx, d, co, v)
	if err != nil || !access.From(ctx).In(watched.Yard, access.RecaptureRead) {
		return "", err
	}
	return string(watched.ID), nil
}

func watch(ctx context.Context, d app.Deps, co ident.Company, v vehicle.Vehicle) (Recapture, error) {
	known, err := lookUp(ctx, d.Table, co, []Recapture{{Vehicle: v}})
	if err != nil {
		return Recapture{}, err
	}
	watched, _ := known.over(v)
	return watched, nil
}
