package lead_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

func TestANewLeadIsReadBackAsItWasEntered(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"vin": " wba3a5c51cf256651", "make": "BMW", "year": 2012},
		"tradeIn": {"rego": "abc 12d", "make": "Mazda"}, "source": "Website", "type": "New car", "notes": " calls back "}`)
	var got struct {
		lead.Lead
		Watchlist *lead.Watch
		OpenLeads []lead.Lead
	}
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &got)
	l := got.Lead
	if l.Status != lead.New || l.Yard != "sydney" || l.User != dealership.Sydney || l.CreatedBy != dealership.Sydney || l.CustomerName != "Ann Lee" ||
		l.Source != "Website" || l.Type != "New car" || l.Notes != "calls back" || !l.CreatedAt.Equal(dealership.Noon) || !l.UpdatedAt.Equal(dealership.Noon) {
		t.Errorf("read back as %+v", l)
	}
	if want := (vehicle.Vehicle{VIN: vin, Make: "BMW", Year: 2012}); l.Vehicle != want {
		t.Errorf("vehicle %+v, want %+v", l.Vehicle, want)
	}
	if want := (vehicle.Vehicle{Rego: "ABC12D", State: "NSW", Make: "Mazda"}); l.TradeIn == nil || *l.TradeIn != want {
		t.Errorf("trade-in %+v, want %+v with the yard's state", l.TradeIn, want)
	}
	if got.Watchlist == nil || *got.Watchlist != (lead.Watch{Recapture: "R1", Banner: "On AutoGrab Customer Recapture Watchlist"}) {
		t.Errorf("watchlist %+v", got.Watchlist)
	}
	if got.OpenLeads == nil || len(got.OpenLeads) > 0 {
		t.Errorf("other open leads %v, want an empty list", got.OpenLeads)
	}

	var customer struct{ Name struct{ First, Last string } }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(l.Customer), "").Into(t, &customer)
	if customer.Name.First != "Ann" || customer.Name.Last != "Lee" {
		t.Errorf("the new customer is %+v", customer)
	}
	if history, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(l.Customer)+"/activity", "").List(t); !slices.Equal(history, []string{id}) {
		t.Errorf("the customer's activity is %v, want the lead", history)
	}
}

func TestALeadWithoutAKnownVehicleIsALead(t *testing.T) {
	w := open(t)
	answer := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`)
	var got struct{ Watchlist *lead.Watch }
	if answer.Into(t, &got); got.Watchlist != nil {
		t.Errorf("nothing is on the watchlist as %+v", got.Watchlist)
	}
}

func TestEveryRuleThatANewLeadBreaksIsTold(t *testing.T) {
	w := open(t)
	foreign := enter(t, w, dealership.Kiel, `{"customer": {"last": "Hansen"}}`)
	var hansen lead.Lead
	w.Want(t, 200, dealership.Kiel, "GET", "/v1/leads/"+foreign, "").Into(t, &hansen)
	for _, test := range []struct {
		name, body string
		want       []string
	}{
		{"no customer", `{}`, []string{"body"}},
		{"neither an id nor a person", `{"customer": 5}`, []string{"body.customer"}},
		{"an empty id", `{"customer": ""}`, []string{"body.customer"}},
		{"a person without a name", `{"customer": {}}`, []string{"body.customer.name"}},
		{"a misspelt member", `{"customer": {"Last": "Lee"}}`, []string{"body.customer"}},
		{"an unknown customer", `{"customer": "nobody"}`, []string{"body.customer"}},
		{"another company's customer", `{"customer": "` + string(hansen.Customer) + `"}`, []string{"body.customer"}},
		{"a foreign yard", `{` + ann + `, "yard": "melbourne"}`, []string{"body.yard"}},
		{"another company's user", `{` + ann + `, "user": "` + dealership.Kiel + `"}`, []string{"body.user"}},
		{"a user of another yard", `{` + ann + `, "user": "` + dealership.Melbourne + `"}`, []string{"body.user"}},
		{"a user without the role", `{` + ann + `, "user": "` + dealership.Watcher + `"}`, []string{"body.user"}},
		{
			"everything", `{"customer": {"email": "no address", "mobile": "x"}, "yard": "kiel", "user": "nobody", "vehicle": {"vin": "short", "year": 1}, "tradeIn": {"rego": "A_B"}}`,
			[]string{"body.customer.email", "body.customer.mobile", "body.tradeIn.rego", "body.user", "body.vehicle.vin", "body.vehicle.year", "body.yard"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads", test.body).Wrong(t)
			for _, want := range test.want {
				if !slices.Contains(wrong, want) {
					t.Errorf("violations at %v, want %v", wrong, test.want)
				}
			}
		})
	}
	if n := total(t, w, dealership.Manager, "/v1/leads"); n > 0 {
		t.Errorf("%d leads were made all the same", n)
	}
}

func TestWhatLooksOddIsAWarningAndNoObstacle(t *testing.T) {
	w := open(t)
	var got struct{ Warnings []string }
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`, "vehicle": {"vin": "1BA3A5C51CF256652"}}`).Into(t, &got)
	if len(got.Warnings) != 1 {
		t.Errorf("warnings %q, want one about the check digit", got.Warnings)
	}
}

func TestARepeatedRequestMakesOneLeadAndOneCustomer(t *testing.T) {
	w := open(t)
	first := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`, "Idempotency-Key: k1").ID(t)
	second := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`, "Idempotency-Key: k1").ID(t)
	if first != second {
		t.Errorf("leads %s and %s", first, second)
	}
	if leads, customers := total(t, w, dealership.Sydney, "/v1/leads"), total(t, w, dealership.Sydney, "/v1/customers"); leads != 1 || customers != 1 {
		t.Errorf("%d leads and %d customers", leads, customers)
	}
}

func TestARequestThatDiedBeforeItsAnswerIsCompletedByTheNext(t *testing.T) {
	w := open(t)
	w.Refuse = dealership.Unanswered
	first := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`, "Idempotency-Key: k1").ID(t)
	w.Refuse = nil
	w.Time = w.Time.Add(1e12)
	second := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`, "Idempotency-Key: k1").ID(t)
	if n := total(t, w, dealership.Sydney, "/v1/leads"); first != second || n != 1 {
		t.Errorf("leads %s and %s, %d in all", first, second, n)
	}
}

func TestALeadAndItsNewCustomerAreMadeTogetherOrNotAtAll(t *testing.T) {
	for _, kind := range []string{"lead", "customer", "activity"} {
		w := open(t)
		w.Refuse = failing(kind)
		w.Want(t, 500, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`)
		w.Refuse = nil
		if leads, customers := total(t, w, dealership.Sydney, "/v1/leads"), total(t, w, dealership.Sydney, "/v1/customers"); leads+customers > 0 {
			t.Errorf("without the %s there are %d leads and %d customers", kind, leads, customers)
		}
	}
}

func TestACustomersOtherOpenLeadsAreShown(t *testing.T) {
	w := open(t)
	var first lead.Lead
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{`+ann+`}`).Into(t, &first)
	known := `{"customer": "` + string(first.Customer) + `"}`
	closed := enter(t, w, dealership.Sydney, known)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+closed+"/close", `{"outcome": "lost"}`)
	enter(t, w, dealership.Melbourne, known) // in a yard that the user does not see
	enter(t, w, dealership.Sydney, `{"customer": {"last": "Other"}}`)
	var got struct{ OpenLeads []lead.Lead }
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", known).Into(t, &got)
	if len(got.OpenLeads) != 1 || got.OpenLeads[0].ID != first.ID {
		t.Errorf("other open leads %+v, want the first", got.OpenLeads)
	}
}

func TestAnotherFeatureAddsALeadInItsOwnTransaction(t *testing.T) {
	w := open(t)
	var seen int
	made, err := lead.Add(t.Context(), w.Deps, dealership.Harbour, lead.Lead{
		ID: "L1", Customer: "C1", CustomerName: "Ann", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Watcher, Recapture: "R1",
	}, nil)
	if err != nil || made.Status != lead.New {
		t.Fatalf("%+v, %v", made, err)
	}
	_, err = lead.Add(t.Context(), w.Deps, dealership.Harbour, lead.Lead{ID: "L2", Yard: "sydney", User: "u", CreatedBy: "u"}, func(_ context.Context, ops ...table.Op) error {
		seen = len(ops)
		return errors.New("the other feature's write fails")
	})
	if err == nil || seen == 0 {
		t.Errorf("the commit saw %d ops and its failure became %v", seen, err)
	}
	found, err := lead.LoadAll(t.Context(), w.Deps, dealership.Harbour, []lead.ID{"L2", "L1", "L0"})
	if err != nil || len(found) != 1 || found[0].Value.Recapture != "R1" {
		t.Errorf("%+v, %v; want the one that was committed", found, err)
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads"); n != 1 {
		t.Errorf("%d leads are listed", n)
	}
}
