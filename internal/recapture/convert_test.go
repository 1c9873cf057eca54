package recapture_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

// sighted is a recapture of a list's line that was seen for sale.
func (w *world) sighted(customer string) string {
	w.Helper()
	id := w.watched(ann, `{"vin":"`+polo+`","make":"VW","customer":`+customer+`}`)
	w.sight(id, w.onSale(0, 9000))
	return id
}

// R10, R50, R51, R52, R61, R62: the customer is filled in, and the recapture remembers what was made of it.
func TestASightingBecomesALeadAndAProspectWithTheCustomerFilledIn(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"first":"Cy","last":"Old","email":"cy@mail.example","mobile":"+61 400 000 001"}`)
	made := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/leads", `{"notes":"Call him."}`)
	if made.CustomerName != "Cy Old" || made.Vehicle.VIN != polo || made.Yard != "sydney" || made.User != ann || made.Status != "new" || made.Recapture != id {
		t.Errorf("%+v", made)
	}
	prospect := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/prospects", `{}`)
	r := w.get(ann, id)
	if r.Status != "active" || strings.Join(r.CreatedLeads, " ") != made.ID || strings.Join(r.CreatedProspects, " ") != prospect.ID || r.Customer.ID != made.Customer || prospect.Customer != made.Customer {
		t.Errorf("%+v", r)
	}
	known := want[struct{ Email string }](w, 200, owner, "GET", "/v1/customers/"+made.Customer, "")
	if known.Email != "cy@mail.example" {
		t.Errorf("customer %+v", known)
	}
	if s := w.summary(ann); s.DistinctCustomers != 1 || s.ByStatus["active"] != 1 {
		t.Errorf("summary %+v", s)
	}
	if read := want[leadView](w, 200, owner, "GET", "/v1/leads/"+made.ID, ""); read.Watchlist == nil || read.Watchlist.Recapture != id || read.Watchlist.Banner != "On AutoGrab Customer Recapture Watchlist" {
		t.Errorf("R57: %+v", read.Watchlist)
	}
}

func TestParticularsThatNobodyCanUseAreKeptAsNotes(t *testing.T) {
	for name, test := range map[string]struct{ customer, want string }{
		"no name":   {`{"mobile":"call the office"}`, "Unknown"},
		"bad email": {`{"last":"Lee","email":"at lee's"}`, "Lee"},
		"nobody":    {`{}`, "Unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			made := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+w.sighted(test.customer)+"/leads", `{}`)
			if made.CustomerName != test.want {
				t.Errorf("%+v", made)
			}
			want[any](w, 200, owner, "GET", "/v1/customers/"+made.Customer, "")
		})
	}
}

func TestOnlyWhatWasSightedIsConverted(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`"}`)
	for _, what := range []string{"leads", "prospects"} {
		want[any](w, 409, ann, "POST", "/v1/recaptures/"+id+"/"+what, `{}`)
	}
}

func TestTwoUsersMayEachMakeALeadOfTheSameRecapture(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"last":"Old"}`)
	w.role(harbour, "autograb_customer_recapture", makes, []string{"sydney"}, "zoe")
	var group sync.WaitGroup
	answers := make([]answer, 2)
	for i, user := range []string{ann, "zoe"} {
		group.Go(func() { answers[i] = w.call(user, "POST", "/v1/recaptures/"+id+"/leads", `{}`) })
	}
	group.Wait()
	made := make([]leadView, 2)
	for i, a := range answers {
		if err := json.Unmarshal([]byte(a.body), &made[i]); err != nil || a.status != 201 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	r := w.get(ann, id)
	if len(r.CreatedLeads) != 2 || made[0].ID == made[1].ID || made[0].Customer != made[1].Customer {
		t.Errorf("%+v of %+v", r.CreatedLeads, made)
	}
}

func TestARepeatedRequestMakesOneLead(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"last":"Old"}`)
	once := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`, "Idempotency-Key: k1")
	again := want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`, "Idempotency-Key: k1")
	if once.ID != again.ID || len(w.get(ann, id).CreatedLeads) != 1 {
		t.Errorf("%s and %s", once.ID, again.ID)
	}
}

// Either everything that belongs to a lead is there, or nothing.
func TestALeadThatCouldNotBeWrittenLeavesNothingBehind(t *testing.T) {
	for crash := range tabletest.Crashes(t, 5) {
		w := open(t)
		id := w.sighted(`{"last":"Old"}`)
		w.faulty(crash.Fault)
		a := w.call(ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`)
		w.faulty(nil)
		leads := want[pageView[leadView]](w, 200, owner, "GET", "/v1/leads", "").Items
		customers := want[pageView[leadView]](w, 200, owner, "GET", "/v1/customers", "").Items
		made := len(leads)
		if r := w.get(ann, id); made > 1 || len(customers) != made || len(r.CreatedLeads) != made || made == 0 && (a.status == 201 || !crash.Dead()) {
			t.Errorf("answered %d, %d leads, %d customers, the recapture %+v", a.status, made, len(customers), r)
		}
	}
}

func TestThereIsAnEndToWhatIsMadeOfOneRecapture(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"last":"Old"}`)
	for range 20 {
		want[leadView](w, 201, ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`)
	}
	want[any](w, 409, ann, "POST", "/v1/recaptures/"+id+"/leads", `{}`)
}

// R10, R51, R5: what is missing is said.
func TestWhatIsMissingToConvertIsSaid(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"last":"Old"}`)
	german := func() string {
		w.check(kim, `{"vehicles":[{"vin":"`+vin(1)+`"}]}`)
		w.run()
		return w.list(kim, "")[0].ID
	}()
	for name, test := range map[string]struct {
		user, path, body string
		status           int
		says             string
	}{
		"role without the attribute": {ben, "/v1/recaptures/" + id + "/leads", `{}`, 403, "autograb_customer_recapture"},
		"another role":               {owner, "/v1/recaptures/" + id + "/leads", `{}`, 403, "autograb_customer_recapture"},
		"prospects are off":          {kim, "/v1/recaptures/" + german + "/prospects", `{}`, 409, "does not work with prospects"},
		"another yard":               {ann, "/v1/recaptures/" + id + "/leads", `{"yard":"melbourne"}`, 422, "is not a yard of yours"},
		"somebody without the role":  {ann, "/v1/recaptures/" + id + "/leads", `{"user":"kim"}`, 422, "body.user"},
		"unknown member":             {ann, "/v1/recaptures/" + id + "/leads", `{"customer":"c"}`, 422, "customer"},
	} {
		if a := w.call(test.user, "POST", test.path, test.body); a.status != test.status || !strings.Contains(a.body, test.says) {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

func TestOpeningAndDismissingEndWhatIsNew(t *testing.T) {
	for _, act := range []string{"open", "dismiss"} {
		w := open(t)
		id := w.sighted(`{"last":"Old"}`)
		if r := w.get(ann, id); r.Status != "new_sighting" {
			t.Errorf("a GET has changed it: %s", r.Status)
		}
		for range 2 {
			if r := want[recaptureView](w, 200, ben, "POST", fmt.Sprintf("/v1/recaptures/%s/%s", id, act), ""); r.Status != "active" || r.LastSighting == nil {
				t.Errorf("%s: %+v", act, r)
			}
		}
		if s := w.summary(ann); s.ByStatus["new_sighting"] != 0 || s.ByStatus["active"] != 1 || s.CapturedCustomers != 1 {
			t.Errorf("summary %+v", s)
		}
		w.sight(id, w.onSale(2, 8000))
		if r := w.get(ann, id); r.Status != "new_sighting" || len(r.Sightings) != 2 {
			t.Errorf("a new price after %s: %+v", act, r)
		}
	}
}

func TestWhoOpensWhileTheTableIsAwayIsToldToTryAgain(t *testing.T) {
	w := open(t)
	id := w.sighted(`{"last":"Old"}`)
	w.faulty(func(op string) (bool, error) { return false, errs.E(errs.Unavailable, "away") })
	if a := w.call(ann, "POST", "/v1/recaptures/"+id+"/open", ""); a.status != 503 {
		t.Errorf("%d %s", a.status, a.body)
	}
}
