package vehicle_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/vehicle"
)

func TestAVehicleThatNobodyHasIdentifiedMayLackVINAndRego(t *testing.T) {
	for _, test := range []struct {
		name string
		v    vehicle.Vehicle
		want []string // locations of problems
	}{
		{"nothing at all", vehicle.Vehicle{}, nil},
		{"a wish", vehicle.Vehicle{Make: " Toyota ", Model: "Sienna", Year: 2018}, nil},
		{"a wrong VIN is still wrong", vehicle.Vehicle{VIN: "WBA3A5C51CF25665O"}, []string{"vin"}},
		{"a wrong year is still wrong", vehicle.Vehicle{Make: "Toyota", Year: 18}, []string{"year"}},
		{"a rego still needs its state", vehicle.Vehicle{Rego: "ABC123"}, []string{"state"}},
	} {
		checked, problems, _ := vehicle.CheckPartial(test.v, vehicle.Australia)
		if len(problems) != len(test.want) {
			t.Errorf("%s: problems %v, want them at %v", test.name, problems, test.want)
			continue
		}
		for i, p := range problems {
			if p.Location != test.want[i] {
				t.Errorf("%s: a problem at %s, want %s", test.name, p.Location, test.want[i])
			}
		}
		if test.name == "a wish" && checked.Make != "Toyota" {
			t.Errorf("%s: %+v is not normalised", test.name, checked)
		}
	}
}
