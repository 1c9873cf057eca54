package prospect_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

func TestANewProspectIsReadBackAsItWasEntered(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"rego": "abc 12d"}, "action": " End Of Finance Follow Up ", "type": "Phone Out", "due": "2026-12-01T09:30:00+11:00", "notes": "rings after six"}`)
	var p prospect.Prospect
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+id, "").Into(t, &p)
	if p.Activity != prospect.ProspectActivity || p.Action != "End Of Finance Follow Up" || p.Type != "Phone Out" || p.Notes != "rings after six" || p.Yard != "sydney" ||
		p.User != dealership.Sydney || p.CreatedBy != dealership.Sydney || p.CustomerName != "Ann Lee" || p.Completed || p.Due.Format("2006-01-02T15:04") != "2026-11-30T22:30" {
		t.Errorf("read back as %+v", p)
	}
	if want := (vehicle.Vehicle{Rego: "ABC12D", State: "NSW"}); p.Vehicle != want {
		t.Errorf("vehicle %+v, want %+v with the yard's state", p.Vehicle, want)
	}
	if history, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(p.Customer)+"/activity", "").List(t); !slices.Equal(history, []string{id}) {
		t.Errorf("the customer's activity is %v, want the prospect", history)
	}
}

func TestEveryRuleThatANewProspectBreaksIsTold(t *testing.T) {
	w := open(t)
	for _, test := range []struct {
		name, user, body string
		want             []string
	}{
		{
			"everything", dealership.Sydney, `{"customer": "nobody", "yard": "melbourne", "due": "1926-11-22T12:00:00Z", "activity": " ", "vehicle": {"year": 1}}`,
			[]string{"body.activity", "body.customer", "body.due", "body.vehicle.year", "body.yard"},
		},
		{"work for a colleague", dealership.Sydney, `{` + ann + `, "user": "` + dealership.Second + `"}`, []string{"body.user"}},
		{"a manager's work for somebody elsewhere", dealership.Manager, `{` + ann + `, "yard": "sydney", "user": "` + dealership.Melbourne + `"}`, []string{"body.user"}},
	} {
		if wrong := w.Want(t, 422, test.user, "POST", "/v1/prospects", test.body).Wrong(t); !slices.Equal(wrong, test.want) {
			t.Errorf("%s: violations at %v, want %v", test.name, wrong, test.want)
		}
	}
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "user": "`+dealership.Sydney+`"}`)
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+id, "")
}

func TestACompanyWithoutProspectsGetsNone(t *testing.T) {
	w := open(t)
	w.Want(t, 409, dealership.Kiel, "POST", "/v1/prospects", `{`+ann+`}`)
	_, err := prospect.Add(t.Context(), w.Deps, dealership.Nordlicht, prospect.Prospect{User: "u", CreatedBy: "u", Activity: "A", Due: dealership.Noon}, nil)
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("another feature adds one: %v", err)
	}
}

func TestARepeatedRequestMakesOneProspectAndOneCustomer(t *testing.T) {
	w := open(t)
	var ids []string
	for _, w.Refuse = range []func([]table.Op) error{dealership.Unanswered, nil, nil} {
		ids = append(ids, w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects", `{`+ann+`}`, "Idempotency-Key: k1").ID(t))
		w.Time = w.Time.Add(1e12)
	}
	prospects, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects", "").List(t)
	customers, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers", "").List(t)
	if ids[1] != ids[0] || ids[2] != ids[0] || len(prospects) != 1 || len(customers) != 1 {
		t.Errorf("answers %v, prospects %v, customers %v", ids, prospects, customers)
	}
}

func TestAProspectIsAddedInTheTransactionOfItsCauseOrNotAtAll(t *testing.T) {
	w := open(t)
	draft := prospect.Prospect{ID: "P1", Customer: "C1", Yard: "sydney", User: dealership.Watcher, CreatedBy: dealership.Watcher, Activity: prospect.ProspectActivity, Recapture: "R1"}
	_, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, draft, func(context.Context, ...table.Op) error { return errors.New("the cause fails") })
	found, loadErr := prospect.LoadAll(t.Context(), w.Deps, dealership.Harbour, []prospect.ID{"P1"})
	if err == nil || loadErr != nil || len(found) != 0 {
		t.Fatalf("%v, %v, %+v", err, loadErr, found)
	}
	made, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil)
	if err != nil || !made.Due.Equal(dealership.Noon) || made.Recapture != "R1" {
		t.Errorf("%+v, %v", made, err)
	}
	if _, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil); !errs.Is(err, errs.Conflict) {
		t.Errorf("added twice: %v", err)
	}
	draft.User = dealership.Kiel
	if _, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, draft, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("added for another company's user: %v", err)
	}
}
