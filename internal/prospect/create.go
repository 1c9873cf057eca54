package prospect

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// draft is a prospect as a user enters it.
type draft struct {
	Customer customer.Choice `json:"customer"`
	Vehicle  vehicle.Vehicle `json:"vehicle,omitzero" doc:"As far as it is known."`
	Yard     string          `json:"yard,omitempty" maxLength:"64" doc:"Default: the caller's first."`
	User     access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Whose work it is; default: the caller."`
	Activity string          `json:"activity,omitempty" maxLength:"100" doc:"One of the company's; default: Prospect Activity."`
	Action   string          `json:"action,omitempty" maxLength:"100" doc:"What is wanted, one of the company's, for example End Of Finance Follow Up."`
	Type     string          `json:"type,omitempty" maxLength:"100" doc:"How it is done, one of the company's, for example Phone Out."`
	Due      time.Time       `json:"due,omitzero" doc:"Default: now."`
	Notes    string          `json:"notes,omitempty" maxLength:"1000"`
}

// create files a prospect that a user enters (P7), with its customer where that is new. A repeated request meets the
// prospect that the first one made. Only managers give work to others.
func create(ctx context.Context, d app.Deps, caller access.Caller, in draft) (Prospect, []string, error) {
	home, err := enabled(ctx, d, caller.Company)
	if err != nil {
		return Prospect{}, nil, err
	}
	p := Prospect{
		ID: ID(web.IdempotencyKey(ctx)), Vehicle: in.Vehicle, Yard: cmp.Or(in.Yard, caller.MainYard(access.ProspectWrite)),
		User: cmp.Or(in.User, caller.User), Activity: cmp.Or(in.Activity, ProspectActivity), Action: in.Action, Type: in.Type, Due: in.Due, Notes: in.Notes,
	}.begun(ctx, d).exchanged(home)
	broken, warnings, err := check(ctx, d, caller, Prospect{}, &p)
	if err != nil {
		return Prospect{}, nil, err
	}
	who, wrong, err := in.Customer.Find(ctx, d, caller.Company, customer.ID(web.IdempotencyKey(ctx)), "body.customer")
	if err != nil {
		return Prospect{}, nil, err
	}
	if err := errs.Violate(append(wrong, broken...)...); err != nil {
		return Prospect{}, nil, err
	}
	p.Customer, p.CustomerName = who.ID, who.Name()
	made, err := file(ctx, d, caller.Company, p, who.Commit(d, caller.Company))
	if errs.Is(err, errs.Conflict) && web.IdempotencyKey(ctx) != "" {
		if earlier, missing := Load(ctx, d, caller.Company, p.ID); missing == nil {
			return earlier.Value, warnings, nil
		}
	}
	return made, warnings, err
}

// check brings what is new or changed in a prospect into its stored form and lists every rule that it breaks. What stays is
// not judged again: a note can be added to the prospect of somebody who has left.
func check(ctx context.Context, d app.Deps, caller access.Caller, before Prospect, p *Prospect) (broken []errs.Violation, warnings []string, err error) {
	broken = p.problems()
	moved, given := p.Yard != before.Yard || p.Yard == "", p.User != before.User
	switch {
	case moved && !caller.In(p.Yard, access.ProspectWrite):
		broken = append(broken, errs.Violation{Location: "body.yard", Message: "is not a yard of yours in the role " + string(access.ManageProspects)})
	case (moved || given) && p.User != caller.User && !caller.ManagesIn(access.ManageProspects, p.Yard):
		broken = append(broken, errs.Violation{Location: "body.user", Message: "is somebody else, which takes a manager of the role " + string(access.ManageProspects)})
	case moved || given:
		unfit, err := assignable(ctx, d, caller.Company, *p)
		if err != nil {
			return nil, nil, err
		}
		broken = append(broken, unfit...)
	}
	unfit, err := spell(ctx, d, caller, before, p)
	if err != nil {
		return nil, nil, err
	}
	broken = append(broken, unfit...)
	if p.Vehicle == before.Vehicle {
		return broken, warnings, nil
	}
	rules, err := company.LoadVehicleRules(ctx, d, caller.Company, p.Yard)
	if err != nil {
		return nil, nil, err
	}
	var wrong []errs.Violation
	p.Vehicle, wrong, warnings = rules.Check("body.vehicle", p.Vehicle)
	return append(broken, wrong...), warnings, nil
}
