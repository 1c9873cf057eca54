package appraisal

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// draft is an appraisal as a user enters it.
type draft struct {
	Customer   customer.Choice `json:"customer"`
	Vehicle    vehicle.Vehicle `json:"vehicle" doc:"As far as it is known; without VIN and rego it cannot be watched."`
	Yard       string          `json:"yard,omitempty" maxLength:"64" doc:"Default: the caller's first."`
	User       access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Who appraises; default: the caller."`
	OdometerKm int             `json:"odometer,omitempty" doc:"In kilometres."`
	Value      money.Money     `json:"value,omitzero"`
	Notes      string          `json:"notes,omitempty" maxLength:"2000"`
}

// create files an appraisal that a user enters, with its customer where that is new. A repeated request meets the
// appraisal that the first one made.
func create(ctx context.Context, d app.Deps, caller access.Caller, in draft) (Appraisal, []string, error) {
	a := Appraisal{
		ID: ID(web.IdempotencyKey(ctx)), Vehicle: in.Vehicle, Yard: cmp.Or(in.Yard, caller.MainYard(access.AppraisalWrite)),
		User: cmp.Or(in.User, caller.User), OdometerKm: in.OdometerKm, Value: in.Value, Notes: in.Notes,
	}.begun(ctx, d)
	broken, warnings, err := check(ctx, d, caller, Appraisal{}, &a)
	if err != nil {
		return Appraisal{}, nil, err
	}
	who, wrong, err := in.Customer.Find(ctx, d, caller.Company, customer.ID(web.IdempotencyKey(ctx)), "body.customer")
	if err != nil {
		return Appraisal{}, nil, err
	}
	if err := errs.Violate(append(wrong, broken...)...); err != nil {
		return Appraisal{}, nil, err
	}
	a.Customer, a.CustomerName = who.ID, who.Name()
	made, err := file(ctx, d, caller.Company, a, who.Commit(d, caller.Company))
	if errs.Is(err, errs.Conflict) && web.IdempotencyKey(ctx) != "" {
		if earlier, missing := Load(ctx, d, caller.Company, a.ID); missing == nil {
			return earlier.Value, warnings, nil
		}
	}
	return made, warnings, err
}

// check brings what is new or changed in an appraisal into its stored form and lists every rule that it breaks. What
// stays is not judged again: a value can be added to the appraisal of somebody who has left.
func check(ctx context.Context, d app.Deps, caller access.Caller, before Appraisal, a *Appraisal) (broken []errs.Violation, warnings []string, err error) {
	broken = a.problems()
	moved := a.Yard != before.Yard
	if (moved || a.Yard == "") && !caller.In(a.Yard, access.AppraisalWrite) {
		broken = append(broken, errs.Violation{Location: "body.yard", Message: "is not a yard of yours in the role " + string(access.ManageLeads)})
	}
	if moved || a.User != before.User {
		unfit, err := assignable(ctx, d, caller.Company, *a)
		if err != nil {
			return nil, nil, err
		}
		broken = append(broken, unfit...)
	}
	if a.Vehicle == before.Vehicle {
		return broken, nil, nil
	}
	rules, err := company.LoadVehicleRules(ctx, d, caller.Company, a.Yard)
	if err != nil {
		return nil, nil, err
	}
	var wrong []errs.Violation
	a.Vehicle, wrong, warnings = rules.Check("body.vehicle", a.Vehicle)
	return append(broken, wrong...), warnings, nil
}
