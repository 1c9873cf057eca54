package appraisal_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestANewAppraisalIsReadBackAsItWasEntered(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"vin": "`+vin+`", "make": "BMW"}, "odometer": 84000, "value": {"amount": 1350000, "currency": "AUD"}, "notes": " dented "}`)
	var got struct {
		appraisal.Appraisal
		Watchlist *lead.Watch
	}
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/appraisals/"+id, "").Into(t, &got)
	a := got.Appraisal
	if a.Status != appraisal.Open || a.Yard != "sydney" || a.User != dealership.Sydney || a.CustomerName != "Ann Lee" || a.OdometerKm != 84000 ||
		a.Value != (money.Money{Amount: 1350000, Currency: "AUD"}) || a.Notes != "dented" || !a.CreatedAt.Equal(dealership.Noon) {
		t.Errorf("read back as %+v", a)
	}
	if got.Watchlist == nil || *got.Watchlist != (lead.Watch{Recapture: "R1", Banner: "On AutoGrab Customer Recapture Watchlist"}) {
		t.Errorf("watchlist %+v", got.Watchlist)
	}
	if history := ids(t, w, dealership.Sydney, "/v1/customers/"+string(a.Customer)+"/activity"); !slices.Equal(history, []string{id}) {
		t.Errorf("the customer's activity is %v, want the appraisal", history)
	}
	var unwatched struct{ Watchlist *lead.Watch }
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/appraisals", `{"customer": "`+string(a.Customer)+`", "vehicle": {"make": "Mazda"}}`).Into(t, &unwatched)
	if unwatched.Watchlist != nil {
		t.Errorf("a car without VIN and rego is watched as %+v", unwatched.Watchlist)
	}
}

func TestEveryRuleThatANewAppraisalBreaksIsTold(t *testing.T) {
	w := open(t)
	got := w.Want(t, 422, dealership.Sydney, "POST", "/v1/appraisals", `{"customer": "nobody", "yard": "kiel", "user": "nobody", "vehicle": {"vin": "AB1"},
		"odometer": -1, "value": {"amount": -5, "currency": "XXL"}}`).Wrong(t)
	want := []string{"body.customer", "body.odometer", "body.user", "body.value.amount", "body.value.currency", "body.vehicle.vin", "body.yard"}
	if !slices.Equal(got, want) {
		t.Errorf("violations at %v, want %v", got, want)
	}
}

func TestARepeatedRequestMakesOneAppraisalAndOneCustomer(t *testing.T) {
	w := open(t)
	var made []string
	for _, w.Refuse = range []func([]table.Op) error{dealership.Unanswered, nil, nil} {
		made = append(made, w.Want(t, 201, dealership.Sydney, "POST", "/v1/appraisals", `{`+ann+`, "vehicle": {}}`, "Idempotency-Key: k1").ID(t))
		w.Time = w.Time.Add(1e12)
	}
	all, customers := ids(t, w, dealership.Sydney, "/v1/appraisals"), ids(t, w, dealership.Sydney, "/v1/customers")
	if made[1] != made[0] || made[2] != made[0] || len(all) != 1 || len(customers) != 1 {
		t.Errorf("answers %v, appraisals %v, customers %v", made, all, customers)
	}
}

func TestAnotherFeatureAddsAnAppraisalInItsOwnTransactionOrNotAtAll(t *testing.T) {
	w := open(t)
	draft := appraisal.Appraisal{ID: "A1", Customer: "C1", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Manager, Status: appraisal.Bought}
	_, err := appraisal.Add(t.Context(), w.Deps, dealership.Harbour, draft, func(context.Context, ...table.Op) error { return errors.New("the cause fails") })
	found, loadErr := appraisal.LoadAll(t.Context(), w.Deps, dealership.Harbour, []appraisal.ID{"A1"})
	if err == nil || loadErr != nil || len(found) != 0 {
		t.Fatalf("%v, %v, %+v", err, loadErr, found)
	}
	made, err := appraisal.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil)
	if err != nil || made.Status != appraisal.Bought {
		t.Errorf("%+v, %v", made, err)
	}
	if _, err := appraisal.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil); !errs.Is(err, errs.Conflict) {
		t.Errorf("added twice: %v", err)
	}
	draft.User = dealership.Watcher
	if _, err := appraisal.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("added for a user without the role: %v", err)
	}
}
