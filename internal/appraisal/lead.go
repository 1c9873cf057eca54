package appraisal

import (
	"cmp"
	"context"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// completion is what the user adds to what the appraisal knows.
type completion struct {
	Vehicle vehicle.Vehicle `json:"vehicle,omitzero" doc:"What the customer asks about; the appraised car is the trade-in."`
	Source  string          `json:"source,omitempty" maxLength:"100"`
	Type    string          `json:"type,omitempty" maxLength:"100"`
	User    access.UserID   `json:"user,omitempty" maxLength:"64" doc:"Whose work it is; default: the caller."`
	Notes   string          `json:"notes,omitempty" maxLength:"2000"`
}

// makeLead makes a lead with the appraisal (R64), in one transaction with the appraisal that remembers it. An appraisal
// has one lead; a repeated request meets the lead that the first one made.
func makeLead(ctx context.Context, d app.Deps, caller access.Caller, id ID, c completion) (lead.Lead, error) {
	record, err := visible(ctx, d, caller, id, access.AppraisalWrite)
	if err != nil {
		return lead.Lead{}, err
	}
	as := lead.ID(cmp.Or(web.IdempotencyKey(ctx), d.NewID()))
	if record.Value.Lead == as {
		made, err := lead.Load(ctx, d, caller.Company, as)
		return made.Value, err
	}
	rules, err := company.LoadVehicleRules(ctx, d, caller.Company, record.Value.Yard)
	if err != nil {
		return lead.Lead{}, err
	}
	wanted, broken, _ := rules.Check("body.vehicle", c.Vehicle)
	if err := errs.Violate(broken...); err != nil {
		return lead.Lead{}, err
	}
	var made lead.Lead
	_, err = change(ctx, d, caller, id, access.AppraisalWrite, func(a *Appraisal) (commit, error) {
		if a.Lead != "" {
			return nil, errs.E(errs.Conflict, "this appraisal has a lead already")
		}
		a.Lead = as
		tradeIn := a.Vehicle
		next := lead.Lead{
			ID: as, Customer: a.Customer, CustomerName: a.CustomerName, Vehicle: wanted, TradeIn: &tradeIn, Yard: a.Yard,
			User: cmp.Or(c.User, caller.User), Source: c.Source, Type: c.Type, Notes: c.Notes, Appraisal: string(id), CreatedBy: caller.User,
		}
		return func(ctx context.Context, ops ...table.Op) (err error) {
			made, err = lead.Add(ctx, d, caller.Company, next, func(ctx context.Context, more ...table.Op) error {
				return d.Commit(ctx, append(ops, more...)...)
			})
			return err
		}, nil
	})
	return made, err
}
