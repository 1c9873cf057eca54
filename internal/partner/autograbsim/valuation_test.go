package autograbsim_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestACarIsWorthMoreTheLessItHasRunAndTheBetterItIsKept(t *testing.T) {
	w := newWorld(t, "")
	dealer := autograb.DialValuer(autograb.Options{BaseURL: w.server.URL, Now: w.clock})(partner.Account{Key: apiKey, Country: "AU"})
	ref, err := dealer.Identify(t.Context(), partner.Vehicle{VIN: polo})
	if err != nil {
		t.Fatal(err)
	}
	value := func(km, condition int) int64 {
		t.Helper()
		estimate, err := dealer.Value(t.Context(), partner.Valuation{Ref: ref, OdometerKm: km, Condition: condition})
		if err != nil {
			t.Fatal(err)
		}
		if estimate.Trade >= estimate.Retail || estimate.Score <= 0 {
			t.Errorf("%d km in condition %d: %+v", km, condition, estimate)
		}
		return estimate.Retail
	}
	before := value(0, 5)
	for _, km := range []int{10_000, 100_000, 300_000} {
		now := value(km, 5)
		if now >= before {
			t.Errorf("%d after %d km, %d before", now, km, before)
		}
		before = now
	}
	for condition := 1; condition < 5; condition++ {
		if value(50_000, condition) >= value(50_000, condition+1) {
			t.Errorf("condition %d is not worth less than the next", condition)
		}
	}
	if again, err := dealer.Identify(t.Context(), partner.Vehicle{VIN: polo}); err != nil || again != ref {
		t.Errorf("the car is %s now and was %s: %v", again, ref, err)
	}
}

func TestAnEstimateIsForACarOfTheFeedOrAVIN(t *testing.T) {
	w := newWorld(t, "")
	w.load("vin,rego,state,make,model,year\n" + polo + ",ABC12D,NSW,Volkswagen,Polo,2019")
	dealer := autograb.DialValuer(autograb.Options{BaseURL: w.server.URL, Now: w.clock})(partner.Account{Key: apiKey, Country: "AU"})
	for _, known := range []partner.Vehicle{{Rego: "ABC12D", State: "NSW"}, {VIN: polo}, {VIN: "1M8GDM9AXKP042788"}} {
		if _, err := dealer.Identify(t.Context(), known); err != nil {
			t.Errorf("%+v: %v", known, err)
		}
	}
	for _, strange := range []partner.Vehicle{{Rego: "ABC12D", State: "VIC"}, {VIN: "1M8GDM9AXKPO42788"}} {
		if _, err := dealer.Identify(t.Context(), strange); !errs.Is(err, errs.NotFound) {
			t.Errorf("%+v: %v", strange, err)
		}
	}
	for _, body := range []string{`{"region":"nz","vehicle_id":"x","kms":1,"condition_score":3}`, `{"region":"au","vehicle_id":"x","condition_score":3}`, `[]`} {
		if status, text := w.ask(apiKey, "POST", "/v2/valuations/predict?region=au", body); status != 400 {
			t.Errorf("%s = %d %s", body, status, text)
		}
	}
}
