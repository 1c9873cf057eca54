package lead

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// draft is a lead as a user enters it.
type draft struct {
	Customer customer.Choice  `json:"customer"`
	Vehicle  vehicle.Vehicle  `json:"vehicle,omitzero" doc:"What the customer asks about, as far as it is known."`
	TradeIn  *vehicle.Vehicle `json:"tradeIn,omitempty" doc:"The customer's own car."`
	Yard     string           `json:"yard,omitempty" maxLength:"64" doc:"Default: the caller's first."`
	Source   string           `json:"source,omitempty" maxLength:"100"`
	Type     string           `json:"type,omitempty" maxLength:"100"`
	User     access.UserID    `json:"user,omitempty" maxLength:"64" doc:"Whose work it is; default: the caller."`
	Notes    string           `json:"notes,omitempty" maxLength:"2000"`
}

// create files a lead that a user enters, with its customer where that is new. A repeated request meets the lead that the
// first one made.
func create(ctx context.Context, d app.Deps, caller access.Caller, in draft) (l Lead, version int64, warnings []string, err error) {
	l = Lead{
		ID: ID(web.IdempotencyKey(ctx)), Vehicle: in.Vehicle, TradeIn: in.TradeIn, Yard: cmp.Or(in.Yard, caller.MainYard(access.LeadWrite)),
		Source: in.Source, Type: in.Type, User: cmp.Or(in.User, caller.User), Notes: in.Notes,
	}.begun(ctx, d)
	broken, warnings, err := check(ctx, d, caller, Lead{}, &l)
	if err != nil {
		return Lead{}, 0, nil, err
	}
	who, wrong, err := in.Customer.Find(ctx, d, caller.Company, customer.ID(web.IdempotencyKey(ctx)), "body.customer")
	if err != nil {
		return Lead{}, 0, nil, err
	}
	if err := errs.Violate(append(wrong, broken...)...); err != nil {
		return Lead{}, 0, nil, err
	}
	l.Customer, l.CustomerName = who.ID, who.Name()
	made, err := file(ctx, d, caller.Company, l, who.Commit(d, caller.Company))
	if errs.Is(err, errs.Conflict) && web.IdempotencyKey(ctx) != "" {
		if earlier, missing := Load(ctx, d, caller.Company, l.ID); missing == nil {
			return earlier.Value, earlier.Version(), warnings, nil
		}
	}
	return made, 1, warnings, err
}

// check brings what is new or changed in a lead into its stored form and lists every rule that it breaks. What stays is
// not judged again: a note can be added to the lead of somebody who has left.
func check(ctx context.Context, d app.Deps, caller access.Caller, before Lead, l *Lead) (broken []errs.Violation, warnings []string, err error) {
	moved := l.Yard != before.Yard
	if (moved || l.Yard == "") && !caller.In(l.Yard, access.LeadWrite) {
		broken = append(broken, errs.Violation{Location: "body.yard", Message: "is not a yard of yours in the role " + string(access.ManageLeads)})
	}
	if moved || l.User != before.User {
		unfit, err := assignable(ctx, d, caller.Company, *l)
		if err != nil {
			return nil, nil, err
		}
		broken = append(broken, unfit...)
	}
	rules, err := company.LoadVehicleRules(ctx, d, caller.Company, l.Yard)
	if err != nil {
		return nil, nil, err
	}
	if l.Vehicle != before.Vehicle {
		var wrong []errs.Violation
		l.Vehicle, wrong, warnings = rules.Check("body.vehicle", l.Vehicle)
		broken = append(broken, wrong...)
	}
	if l.TradeIn != nil && l.TradeIn != before.TradeIn {
		own, wrong, odd := rules.Check("body.tradeIn", *l.TradeIn)
		l.TradeIn = &own
		broken, warnings = append(broken, wrong...), append(warnings, odd...)
	}
	return broken, warnings, nil
}
