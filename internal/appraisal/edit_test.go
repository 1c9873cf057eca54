package appraisal_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestAnEditChangesWhatItNamesAndMovesTheAppraisalInTheLists(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "vehicle": {"make": "BMW"}, "odometer": 10, "notes": "n"}`)
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/appraisals/"+id,
		`{"vehicle": {"vin": "`+vin+`"}, "yard": "melbourne", "user": "`+dealership.Melbourne+`", "status": "bought", "value": {"amount": 5, "currency": "AUD"}}`)
	a := read(t, w, dealership.Melbourne, id)
	if a.Vehicle.VIN != vin || a.Yard != "melbourne" || a.User != dealership.Melbourne || a.Status != appraisal.Bought || a.Value != (money.Money{Amount: 5, Currency: "AUD"}) ||
		a.OdometerKm != 10 || a.Notes != "n" {
		t.Errorf("changed to %+v", a)
	}
	for path, want := range map[string]int{"?yard=sydney": 0, "?yard=melbourne": 1, "?status=open": 0, "?status=bought": 1, "?user=" + dealership.Manager: 0, "?q=" + vin: 1, "?q=bmw": 0} {
		if got := ids(t, w, dealership.Manager, "/v1/appraisals"+path); len(got) != want {
			t.Errorf("%s lists %v, want %d", path, got, want)
		}
	}
	w.Want(t, 200, dealership.Melbourne, "PATCH", "/v1/appraisals/"+id, `{"status": "lost"}`)
	if got := w.Want(t, 422, dealership.Melbourne, "PATCH", "/v1/appraisals/"+id, `{"odometer": 9999999, "vehicle": {"vin": "x"}, "yard": "sydney"}`).Wrong(t); !slices.Contains(got, "body.odometer") ||
		!slices.Contains(got, "body.vehicle.vin") || !slices.Contains(got, "body.yard") {
		t.Errorf("violations at %v", got)
	}
}

func TestTwoEditsAtTheSameTimeBothHold(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {}}`)
	raced := false
	w.Refuse = func(ops []table.Op) error {
		if !raced && ops[0].Item.Kind == "appraisal" {
			raced = true
			w.Want(t, 200, dealership.Second, "PATCH", "/v1/appraisals/"+id, `{"notes": "from the second"}`)
		}
		return nil
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/appraisals/"+id, `{"odometer": 7}`)
	if a := read(t, w, dealership.Sydney, id); !raced || a.Notes != "from the second" || a.OdometerKm != 7 {
		t.Errorf("raced: %t, appraisal %+v", raced, a)
	}
}
