package company

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

// VehicleRules are what vehicles that people enter in a yard are held to: the rules of the company's country, and the
// yard's state for a rego that comes without one.
type VehicleRules struct{ country, state string }

// LoadVehicleRules are the rules of a yard. One that the company does not have has no state.
func LoadVehicleRules(ctx context.Context, d app.Deps, company ident.Company, yard string) (VehicleRules, error) {
	home, err := Load(ctx, d, company)
	if err != nil {
		return VehicleRules{}, err
	}
	place, err := LoadYard(ctx, d, company, yard)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return VehicleRules{}, err
	}
	return VehicleRules{home.Country, place.Value.State}, nil
}

// Check is vehicle.CheckPartial of a vehicle that stands at a location of the input, body.vehicle, which problems and
// warnings name.
func (r VehicleRules) Check(at string, v vehicle.Vehicle) (checked vehicle.Vehicle, problems []errs.Violation, warnings []string) {
	if v.Rego != "" && v.State == "" {
		v.State = r.state
	}
	checked, problems, warnings = vehicle.CheckPartial(v, r.country)
	for i := range problems {
		problems[i].Location = at + "." + problems[i].Location
	}
	for i := range warnings {
		warnings[i] = at + "." + warnings[i]
	}
	return checked, problems, warnings
}
