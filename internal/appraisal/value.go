package appraisal

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/vehicle"
)

// partnerPatience bounds all calls of one valuation together: whoever asks waits for the answer, 30 seconds at most.
const partnerPatience = 20 * time.Second

// value asks the partner what an appraisal's car is worth, over the connection of its yard (R63), and keeps the answer with
// the appraisal. A repeated request meets the answer to the first one.
func value(ctx context.Context, d app.Deps, dial partner.DialValuer, caller access.Caller, id ID, condition int) (Appraisal, error) {
	as := cmp.Or(web.IdempotencyKey(ctx), d.NewID())
	record, err := visible(ctx, d, caller, id, access.AppraisalValue)
	if err != nil || record.Value.Valuation.ID == as {
		return record.Value, err
	}
	asked := record.Value
	connection, err := company.ConnectionForYard(ctx, d, caller.Company, asked.Yard)
	if err != nil {
		return Appraisal{}, err
	}
	account, err := company.Account(ctx, d, caller.Company, connection)
	if err != nil {
		return Appraisal{}, err
	}
	if err := asked.valuable(account.Country); err != nil {
		return Appraisal{}, err
	}
	made := Valuation{ID: as, OdometerKm: asked.OdometerKm, Condition: condition, By: caller.User, Car: asked.Valuation.Car}
	estimate, err := made.ask(ctx, dial(account), asked.Vehicle)
	if err != nil {
		return Appraisal{}, answered(err)
	}
	made.Score, made.At = estimate.Score, d.Now().UTC()
	made.Retail, made.Trade = amount(account.Country, estimate.Retail), amount(account.Country, estimate.Trade)
	return change(ctx, d, caller, id, access.AppraisalValue, func(a *Appraisal) (commit, error) {
		if !vehicle.Same(a.Vehicle, asked.Vehicle) {
			return nil, errs.E(errs.Conflict, "the appraisal has become about another vehicle meanwhile; ask again")
		}
		a.Valuation = made
		line := customer.Activity(caller.Company, a.Customer, made.At, "appraisal", string(id), "Valued by the partner")
		return func(ctx context.Context, ops ...table.Op) error { return d.Commit(ctx, append(ops, line)...) }, nil
	})
}

// ask gets the estimate, and the partner's id of the car where that is not known yet or not valid any more.
func (v *Valuation) ask(ctx context.Context, valuer partner.Valuer, car vehicle.Vehicle) (partner.Estimate, error) {
	ctx, cancel := context.WithTimeout(ctx, partnerPatience)
	defer cancel()
	if v.Car != "" {
		estimate, err := valuer.Value(ctx, v.question())
		if !errs.Is(err, errs.NotFound) {
			return estimate, err
		}
	}
	var err error
	if v.Car, err = valuer.Identify(ctx, partner.Vehicle{VIN: car.VIN, Rego: car.Rego, State: car.State}); err != nil {
		return partner.Estimate{}, err
	}
	return valuer.Value(ctx, v.question())
}

func (v *Valuation) question() partner.Valuation {
	return partner.Valuation{Ref: v.Car, OdometerKm: v.OdometerKm, Condition: v.Condition}
}

// amount is an amount of whole units in the currency of a country; 0 is not stated.
func amount(country string, whole int64) money.Money {
	if whole == 0 {
		return money.Money{}
	}
	stated, _ := money.In(country, whole)
	return stated
}

// answered is a partner's error as ours.
func answered(err error) error {
	if errs.Is(err, errs.NotFound) {
		return errs.E(errs.Conflict, "AutoGrab does not know the vehicle; check its VIN, or its rego and state")
	}
	return company.Ours(err)
}
