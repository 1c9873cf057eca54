package appraisal

import (
	"context"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// edition is what a user changes of an appraisal; what is left out stays.
type edition struct {
	Vehicle    *vehicle.Vehicle `json:"vehicle,omitempty"`
	Yard       *string          `json:"yard,omitempty" maxLength:"64"`
	User       *access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Who appraises from now on."`
	OdometerKm *int             `json:"odometer,omitempty" doc:"In kilometres."`
	Value      *money.Money     `json:"value,omitempty"`
	Status     *Status          `json:"status,omitempty" enum:"open,bought,lost"`
	Notes      *string          `json:"notes,omitempty" maxLength:"2000"`
}

// edit changes an appraisal. It can be decided again: a customer who sold elsewhere may come back.
func edit(ctx context.Context, d app.Deps, caller access.Caller, id ID, e edition) (changed Appraisal, warnings []string, err error) {
	changed, err = change(ctx, d, caller, id, access.AppraisalWrite, func(a *Appraisal) (commit, error) {
		before := *a
		*a = e.of(*a).normalised()
		var broken []errs.Violation
		if broken, warnings, err = check(ctx, d, caller, before, a); err != nil {
			return nil, err
		}
		if !vehicle.Same(a.Vehicle, before.Vehicle) {
			a.Valuation = Valuation{} // it was another car's
		}
		return d.Commit, errs.Violate(broken...)
	})
	return changed, warnings, err
}

// of is the appraisal with the edition's values.
func (e edition) of(a Appraisal) Appraisal {
	set(&a.Vehicle, e.Vehicle)
	set(&a.Yard, e.Yard)
	set(&a.User, e.User)
	set(&a.OdometerKm, e.OdometerKm)
	set(&a.Value, e.Value)
	set(&a.Status, e.Status)
	set(&a.Notes, e.Notes)
	return a
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}
