package lead_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestAnEditChangesWhatItNamesAndMovesTheLeadInTheLists(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "source": "Website", "tradeIn": {"make": "Mazda"}}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/leads/"+id, `{"yard": "melbourne", "user": "`+dealership.Melbourne+`", "status": "open", "source": "Walk-in", "tradeIn": {}}`).Into(t, &l)
	if l.Yard != "melbourne" || l.User != dealership.Melbourne || l.Status != lead.Open || l.Source != "Walk-in" || l.TradeIn != nil || l.CustomerName != "Ann Lee" {
		t.Errorf("changed to %+v", l)
	}
	for path, want := range map[string]int{
		"/v1/leads?yard=melbourne": 1, "/v1/leads?yard=sydney": 0, "/v1/leads?user=" + dealership.Melbourne: 1, "/v1/leads?user=" + dealership.Manager: 0,
		"/v1/leads?status=open": 1, "/v1/leads?status=new": 0, "/v1/leads?source=Walk-in": 1, "/v1/leads?source=website": 0, "/v1/leads?q=lee": 1,
	} {
		if n := total(t, w, dealership.Manager, path); n != want {
			t.Errorf("%s lists %d, want %d", path, n, want)
		}
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads"); n != 0 {
		t.Errorf("the old yard still lists %d", n)
	}
}

func TestAnEditThatBreaksRulesChangesNothing(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "notes": "first"}`)
	wrong := w.Want(t, 422, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"notes": "second", "yard": "melbourne", "user": "nobody", "vehicle": {"vin": "x"}}`).Wrong(t)
	for _, want := range []string{"body.yard", "body.user", "body.vehicle.vin"} {
		if !slices.Contains(wrong, want) {
			t.Errorf("violations at %v lack %s", wrong, want)
		}
	}
	w.Want(t, 422, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"status": "won"}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.Notes != "first" {
		t.Errorf("notes are %q", l.Notes)
	}
}

func TestTheLeadOfSomebodyWhoHasLeftCanStillBeWorkedOn(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "user": "`+dealership.Second+`"}`)
	user, err := access.Users.Get(t.Context(), w.Table, access.UserKey(dealership.Harbour, dealership.Second))
	if err != nil {
		t.Fatal(err)
	}
	user.Value.Disabled = true
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(user.Key(), user.Value)); err != nil {
		t.Fatal(err)
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"notes": "took over the call"}`)
	w.Want(t, 422, dealership.Manager, "POST", "/v1/leads", `{`+ann+`, "yard": "sydney", "user": "`+dealership.Second+`"}`)
}

func TestTwoEditsAtTheSameTimeBothHold(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	raced := false
	w.Refuse = func(ops []table.Op) error {
		if !raced && ops[0].Item.Kind == "lead" {
			raced = true
			w.Want(t, 200, dealership.Second, "PATCH", "/v1/leads/"+id, `{"notes": "from the second"}`)
		}
		return nil
	}
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"source": "Phone"}`).Into(t, &l)
	if !raced || l.Notes != "from the second" || l.Source != "Phone" {
		t.Errorf("raced: %t, lead %+v", raced, l)
	}
	w.Refuse = func(ops []table.Op) error {
		if ops[0].Item.Kind == "lead" {
			return errs.E(errs.Conflict, "somebody else changed it")
		}
		return nil
	}
	w.Want(t, 409, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"source": "Web"}`)
}
