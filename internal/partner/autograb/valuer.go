package autograb

import (
	"cmp"
	"context"
	"net/url"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func (a *account) Identify(ctx context.Context, car partner.Vehicle) (string, error) {
	asked, id, query := routeVIN, car.VIN, url.Values(nil)
	if id == "" {
		asked, id = routePlate, car.Rego
		if car.State != "" {
			query = url.Values{queryState: {car.State}}
		}
	}
	if err := usable(id); err != nil {
		return "", err
	}
	var answer vehicleAnswer
	err := a.do(ctx, call{
		route: asked, id: id, query: query, repeatable: true,
		out: &answer, check: func() bool { return answer.Vehicle == nil || answer.Vehicle.ID != "" },
	})
	if err != nil {
		return "", err
	}
	if answer.Vehicle == nil {
		return "", errs.E(errs.NotFound, "AutoGrab does not know it")
	}
	return string(answer.Vehicle.ID), nil
}

func (a *account) Value(ctx context.Context, car partner.Valuation) (partner.Estimate, error) {
	var answer valuationAnswer
	err := a.do(ctx, call{
		route: routeValuation, repeatable: true,
		in:  valuationRequest{Region: a.region, VehicleID: car.Ref, Kms: car.OdometerKm, Condition: car.Condition},
		out: &answer, check: func() bool { _, ok := answer.estimate(); return ok },
	})
	if err != nil {
		return partner.Estimate{}, err
	}
	estimate, _ := answer.estimate()
	return estimate, nil
}

// estimate is what the answer says, or false where it states no amount.
func (v valuationAnswer) estimate() (partner.Estimate, bool) {
	said := v.Prediction
	if said == nil || said.Price.err != nil || said.Retail.err != nil || said.Trade.err != nil {
		return partner.Estimate{}, false
	}
	estimate := partner.Estimate{Retail: cmp.Or(said.Retail.units, said.Price.units), Trade: said.Trade.units, Score: float64(said.Score)}
	return estimate, estimate.Retail > 0 || estimate.Trade > 0
}
