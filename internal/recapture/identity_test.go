package recapture_test

import (
	"strings"
	"testing"
)

// vehicles submits vehicles, written as JSON, and returns the batch.
func (w *world) vehicles(user, vehicles string) string {
	w.Helper()
	return w.check(user, `{"vehicles":[`+vehicles+`]}`).Batch
}

// C12: one watch per vehicle, whatever it is submitted with.

func TestACarSubmittedByItsPlateMeetsTheWatchOverItsVIN(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`","rego":"AB12CD","state":"NSW"}`)
	batch := w.vehicles(ann, `{"rego":"ab 12 cd","state":"nsw","customer":{"last":"Late"}}`)
	w.run()
	if b := w.batch(batch); b.Duplicates != 1 || b.Total != 1 {
		t.Errorf("batch %+v", b)
	}
	if all := w.list(ann, ""); len(all) != 1 || all[0].ID != id || all[0].Customer.Last != "Late" {
		t.Errorf("%+v", all)
	}
	if n := w.partner.called("upload"); n != 1 {
		t.Errorf("uploaded %d times", n)
	}
}

func TestACarSubmittedByItsVINMeetsTheWatchOverItsPlate(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"rego":"AB12CD","state":"NSW"}`)
	w.vehicles(ann, `{"vin":"`+polo+`","rego":"AB12CD","state":"NSW","make":"VW"}`)
	w.run()
	all := w.list(ann, "")
	if len(all) != 1 || all[0].ID != id || all[0].Vehicle.VIN != polo || all[0].Vehicle.Make != "VW" {
		t.Fatalf("%+v", all)
	}
	// From then on the VIN alone leads there, for submissions, searches and the banner.
	b := w.batch(w.vehicles(ann, `{"vin":"`+polo+`"}`))
	if b.Duplicates != 1 || len(w.list(ann, "q="+polo)) != 1 {
		t.Errorf("batch %+v", b)
	}
	lead := w.lead(polo)
	if read := want[leadView](w, 200, owner, "GET", "/v1/leads/"+lead, ""); read.Watchlist == nil || read.Watchlist.Recapture != id {
		t.Errorf("banner %+v", read.Watchlist)
	}
}

func TestACarWhoseVINThePartnerLookedUpIsFoundByIt(t *testing.T) {
	w := open(t)
	w.partner.lookedUp["AB12CD"] = polo
	id := w.watched(ann, `{"rego":"AB12CD","state":"NSW"}`)
	b := w.batch(w.vehicles(ann, `{"vin":"`+polo+`"}`))
	if all := w.list(ann, ""); b.Duplicates != 1 || len(all) != 1 || all[0].ID != id {
		t.Errorf("batch %+v, %+v", b, all)
	}
}

func TestAPlateThatMovedToAnotherCarIsAnotherWatch(t *testing.T) {
	w := open(t)
	first := w.watched(ann, `{"vin":"`+vin(1)+`","rego":"AB12CD","state":"NSW"}`)
	w.vehicles(ann, `{"vin":"`+vin(2)+`","rego":"AB12CD","state":"NSW"}`)
	w.vehicles(ann, `{"rego":"AB12CD","state":"VIC"}`)
	w.run()
	all := w.list(ann, "")
	if len(all) != 3 {
		t.Fatalf("%d watches, want 3: %+v", len(all), all)
	}
	for _, r := range all {
		if r.ID == first && r.Vehicle.VIN != vin(1) {
			t.Errorf("%+v", r)
		}
	}
}

func TestRowsOfOneListThatNameACarDifferentlyAreOne(t *testing.T) {
	w := open(t)
	batch := w.vehicles(ann, `{"rego":"AB12CD","state":"NSW"},{"vin":"`+polo+`","rego":"AB12CD","state":"NSW"},{"vin":"`+polo+`"},{"rego":"AB12CD","state":"NSW","make":"VW"}`)
	w.run()
	if b := w.batch(batch); b.Active != 1 || b.Duplicates != 3 || b.Total != 4 {
		t.Errorf("batch %+v", b)
	}
	if all := w.list(ann, ""); len(all) != 1 || all[0].Vehicle.VIN != polo || all[0].Vehicle.Make != "VW" {
		t.Errorf("%+v", all)
	}
}

func TestTwoRowsThatMeetOneWatchUnderDifferentKeysJoinItTogether(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`","rego":"AB12CD","state":"NSW"}`)
	batch := w.vehicles(ann, `{"vin":"`+polo+`","make":"VW"},{"rego":"AB12CD","state":"NSW","model":"Polo"}`)
	w.run()
	if b := w.batch(batch); b.Duplicates != 2 || b.Total != 2 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if r := w.get(ann, id); r.Vehicle.Make != "VW" || r.Vehicle.Model != "Polo" {
		t.Errorf("%+v", r.Vehicle)
	}
}

func TestASecondCheckBeforeTheFirstOneRanMeetsItAllTheSame(t *testing.T) {
	w := open(t)
	w.vehicles(ann, `{"rego":"AB12CD","state":"NSW"}`)
	second := w.vehicles(ann, `{"vin":"`+polo+`","rego":"AB12CD","state":"NSW"}`)
	w.run()
	if all := w.list(ann, ""); len(all) != 1 || all[0].Vehicle.VIN != polo {
		t.Errorf("%+v", all)
	}
	if b := w.batch(second); b.Duplicates != 1 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if n := strings.Count(strings.Join(w.partner.calls, " "), "upload"); n != 1 {
		t.Errorf("uploaded %d times", n)
	}
}
