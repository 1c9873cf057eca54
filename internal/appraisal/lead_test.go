package appraisal_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestALeadMadeWithAnAppraisalTakesTheCarInTrade(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"vin": "`+vin+`"}}`)
	w.Time = w.Time.Add(1e9)
	made := w.Want(t, 201, dealership.Manager, "POST", "/v1/appraisals/"+id+"/lead", `{"vehicle": {"make": "Volvo"}, "source": "Appraisal", "user": "`+dealership.Second+`", "notes": "wants more room"}`).ID(t)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+made, "").Into(t, &l)
	a := read(t, w, dealership.Sydney, id)
	if l.Customer != a.Customer || l.CustomerName != "Ann Lee" || l.Vehicle.Make != "Volvo" || l.TradeIn == nil || l.TradeIn.VIN != vin || l.Yard != "sydney" ||
		l.User != dealership.Second || l.CreatedBy != dealership.Manager || l.Source != "Appraisal" || l.Appraisal != id || l.Status != lead.New {
		t.Errorf("the lead is %+v", l)
	}
	if string(a.Lead) != made {
		t.Errorf("the appraisal remembers %q, its lead is %s", a.Lead, made)
	}
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", `{}`)
	if leads := ids(t, w, dealership.Manager, "/v1/leads"); !slices.Equal(leads, []string{made}) {
		t.Errorf("leads %v", leads)
	}
}

func TestALeadAndItsAppraisalAreWrittenTogetherOrNotAtAll(t *testing.T) {
	for _, kind := range []string{"lead", "appraisal", "activity"} {
		w := open(t)
		id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {}}`)
		w.Refuse = failing(kind)
		w.Want(t, 500, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", `{}`)
		w.Refuse = nil
		if a, leads := read(t, w, dealership.Sydney, id), ids(t, w, dealership.Sydney, "/v1/leads"); a.Lead != "" || len(leads) != 0 {
			t.Errorf("without the %s: lead %q, leads %v", kind, a.Lead, leads)
		}
		w.Want(t, 201, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", `{}`)
	}
}

func TestARequestForALeadThatDiedBeforeItsAnswerIsCompletedByTheNext(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {}}`)
	w.Refuse = dealership.Unanswered
	first := w.Want(t, 201, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", `{}`, "Idempotency-Key: k1").ID(t)
	w.Refuse = nil
	w.Time = w.Time.Add(1e12)
	second := w.Want(t, 201, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", `{}`, "Idempotency-Key: k1").ID(t)
	if first != second {
		t.Errorf("leads %s and %s", first, second)
	}
}

func TestTheLeadOfAnAppraisalIsCheckedLikeAnyOther(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {}}`)
	for body, want := range map[string]string{
		`{"vehicle": {"vin": "short"}}`:            "body.vehicle.vin",
		`{"user": "` + dealership.Melbourne + `"}`: "body.user",
	} {
		if got := w.Want(t, 422, dealership.Sydney, "POST", "/v1/appraisals/"+id+"/lead", body).Wrong(t); !slices.Contains(got, want) {
			t.Errorf("%s: violations at %v", body, got)
		}
	}
}
