package company_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/vehicle"
)

func TestAVehicleIsHeldToTheRulesOfItsYard(t *testing.T) {
	w := newWorld(t)
	yard, err := company.AddYard(t.Context(), w.Deps, harbour, company.Yard{Name: "Perth", State: "WA"})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := company.LoadVehicleRules(t.Context(), w.Deps, harbour, yard.Value.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, problems, warnings := rules.Check("body.vehicle", vehicle.Vehicle{Rego: "1abc234"})
	if want := (vehicle.Vehicle{Rego: "1ABC234", State: "WA"}); got != want || len(problems)+len(warnings) > 0 {
		t.Errorf("%+v, %v, %q; want %+v", got, problems, warnings, want)
	}
	if _, problems, _ = rules.Check("body.vehicle", vehicle.Vehicle{VIN: "AB1"}); len(problems) != 1 || problems[0].Location != "body.vehicle.vin" {
		t.Errorf("problems %v, want one at body.vehicle.vin", problems)
	}
	if _, _, warnings = rules.Check("body.tradeIn", vehicle.Vehicle{VIN: "1BA3A5C51CF256652"}); len(warnings) != 1 || warnings[0][:13] != "body.tradeIn." {
		t.Errorf("warnings %q, want one about body.tradeIn", warnings)
	}
	rules, err = company.LoadVehicleRules(t.Context(), w.Deps, harbour, "unknown")
	if err != nil {
		t.Fatal(err)
	}
	if _, problems, _ = rules.Check("body.vehicle", vehicle.Vehicle{Rego: "1ABC234"}); len(problems) != 1 || problems[0].Location != "body.vehicle.state" {
		t.Errorf("without a yard: %v, want one at body.vehicle.state", problems)
	}
}
