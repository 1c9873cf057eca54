package recapture_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
)

// appraise enters an appraisal of owner's about a vehicle, in sydney.
func (w *world) appraise(vin string) string {
	w.Helper()
	return want[leadView](w, 201, owner, "POST", "/v1/appraisals", `{"customer":{"first":"Di","last":"App"},"vehicle":{"vin":"`+vin+`"},"yard":"sydney"}`).ID
}

// R21, R22, R24, R30, C10, C11: any lead and any appraisal with a vehicle; the rest is skipped with a reason.
func TestLeadsAndAppraisalsAreCheckedTogether(t *testing.T) {
	w := open(t)
	lead, appraisal := w.lead(vin(1)), w.appraise(vin(2))
	without := want[leadView](w, 201, owner, "POST", "/v1/leads", `{"customer":{"last":"No"},"vehicle":{"make":"VW"},"yard":"sydney"}`).ID
	elsewhere := want[leadView](w, 201, owner, "POST", "/v1/leads", `{"customer":{"last":"Mel"},"vehicle":{"vin":"`+vin(3)+`"},"yard":"melbourne"}`).ID
	c := w.check(ann, fmt.Sprintf(`{"leads":["%s","%s","%s","nothing"],"appraisals":["%s","nothing"]}`, lead, without, elsewhere, appraisal))
	if c.Accepted != 2 || len(c.Warnings) != 1 || c.Warnings[0].ID != lead {
		t.Errorf("%+v", c)
	}
	reasons := map[string]string{}
	for _, s := range c.Skipped {
		reasons[s.ID] += s.Reason
	}
	if len(c.Skipped) != 4 || !strings.Contains(reasons[without], "neither") || reasons[elsewhere] != "there is no such lead" || !strings.Contains(reasons["nothing"], "no such appraisal") {
		t.Errorf("skipped %+v", c.Skipped)
	}
	w.run()
	for origin, source := range map[string]string{"lead": lead, "appraisal": appraisal} {
		found := w.list(ann, "origin="+origin)
		if len(found) != 1 || found[0].Origin != origin || found[0].Customer.ID == "" {
			t.Fatalf("origin %s: %+v", origin, found)
		}
		if r := w.get(ann, found[0].ID); !slices.Contains(append(r.SourceLeads, r.SourceAppraisals...), source) {
			t.Errorf("origin %s: %+v", origin, r)
		}
	}
	w.role(harbour, access.ManageLeads, access.Attributes{}, []string{"sydney"}, "ria")
	w.role(harbour, access.CustomerRecapture, access.Attributes{}, []string{"sydney"}, "ria")
	if read := want[leadView](w, 200, "ria", "GET", "/v1/appraisals/"+appraisal, ""); read.Watchlist == nil {
		t.Error("R57: the appraisal has no banner")
	}
	if read := want[leadView](w, 200, owner, "GET", "/v1/appraisals/"+appraisal, ""); read.Watchlist != nil {
		t.Error("R15: recapture shows on the appraisal to a user without the role")
	}
	if read := want[leadView](w, 200, owner, "GET", "/v1/leads/"+lead, ""); read.Watchlist == nil {
		t.Error("R57: the lead has no banner")
	}
}

// C12, R59, R60: one watch per vehicle, with all its sources.
func TestAVehicleSubmittedAgainJoinsItsWatch(t *testing.T) {
	w := open(t)
	id := w.watched(ann, `{"vin":"`+polo+`","make":"VW"}`)
	lead, appraisal := w.lead(polo), w.appraise(polo)
	batch := w.check(ben, fmt.Sprintf(`{"leads":["%s"],"appraisals":["%s"]}`, lead, appraisal)).Batch
	w.run()
	r := w.get(ann, id)
	if strings.Join(r.SourceLeads, " ") != lead || strings.Join(r.SourceAppraisals, " ") != appraisal || r.User != ann || r.Customer.Last != "Old" && r.Customer.Last != "App" || r.Vehicle.Make != "VW" {
		t.Errorf("%+v", r)
	}
	if b := w.batch(batch); b.Duplicates != 2 || b.Total != 2 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if s := w.summary(ann); s.TotalCustomers != 1 || s.DistinctCustomers != 1 {
		t.Errorf("summary %+v", s)
	}
	w.uploadedOnce(1)
	if b := w.batch(w.check(ben, `{"leads":["`+lead+`"]}`).Batch); b.Duplicates != 1 || !b.Done {
		t.Errorf("nothing new: %+v", b)
	}
}

// The sources of one vehicle are bounded, so that no list can make a record that nothing can be written to any more.
func TestManyLeadsOfOneVehicleAreOneWatch(t *testing.T) {
	w := open(t)
	var ids []string
	for range 30 {
		ids = append(ids, `"`+w.lead(polo)+`"`)
	}
	batch := w.check(ann, `{"leads":[`+strings.Join(ids, ",")+`]}`).Batch
	w.run()
	if b := w.batch(batch); b.Active != 1 || b.Duplicates != 29 || b.Total != 30 {
		t.Errorf("batch %+v", b)
	}
	if r := w.get(ann, w.list(ann, "")[0].ID); len(r.SourceLeads) != 20 {
		t.Errorf("%d sources", len(r.SourceLeads))
	}
}

func TestAnErroredVehicleThatAnotherYardSubmitsMovesThere(t *testing.T) {
	w := open(t)
	w.partner.refused[polo] = "not now"
	w.watched(ann, `{"vin":"`+polo+`","customer":{"last":"Old"}}`)
	delete(w.partner.refused, polo)
	w.watched(mel, `{"vin":"`+polo+`"}`)
	if in, out := w.summary(mel), w.summary(ann); in.TotalCustomers != 1 || in.ByStatus["active"] != 1 || in.DistinctCustomers != 1 || out.TotalCustomers != 0 || out.ByStatus["errored"] != 0 {
		t.Errorf("melbourne %+v, sydney %+v", in, out)
	}
	if len(w.list(ann, "")) != 0 || len(w.list(mel, "status=active")) != 1 {
		t.Error("the lists do not show it where it is")
	}
}

// R37, R38, C7: whoever calls is a program: all problems at once, and nothing is queued.
func TestProblemsOfSuppliedVehiclesAreAllTold(t *testing.T) {
	w := open(t)
	a := w.call(ann, "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+polo+`"},{"vin":"WVWZZZAWZKU06530O"},{"make":"VW"},{"vin":"WVW"}]}`)
	for _, place := range []string{"body.vehicles[1].vin", "body.vehicles[2].vin", "body.vehicles[3].vin"} {
		if a.status != 422 || !strings.Contains(a.body, place) {
			t.Errorf("%s: %d %s", place, a.status, a.body)
		}
	}
	if strings.Contains(a.body, "vehicles[0]") || w.step(0) {
		t.Error("the good one is told, or something was queued")
	}
	for name, body := range map[string]string{
		"nothing": `{}`, "both": `{"leads":["l"],"vehicles":[{"vin":"` + polo + `"}]}`, "too many": `{"vehicles":[` + strings.Repeat(`{"vin":"`+polo+`"},`, 1000) + `{"vin":"` + polo + `"}]}`,
		"a yard of others": `{"vehicles":[{"vin":"` + polo + `"}],"yard":"melbourne"}`,
	} {
		if a := w.call(ann, "POST", "/v1/recaptures", body); a.status != 422 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
}

// R5: without both role and connection, the answer says which is missing.
func TestTheMissingRoleOrConnectionIsNamed(t *testing.T) {
	w := open(t)
	w.role(harbour, "autograb_customer_recapture", makes, []string{"perth"}, "pat")
	if a := w.call("pat", "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+polo+`"}]}`); a.status != 409 || !strings.Contains(a.body, "connection") {
		t.Errorf("without a connection: %d %s", a.status, a.body)
	}
	if a := w.call("pat", "POST", "/v1/recaptures/uploads", "vin\n"+polo, "Content-Type: text/csv"); a.status != 409 || !strings.Contains(a.body, "connection") {
		t.Errorf("upload without a connection: %d %s", a.status, a.body)
	}
	if a := w.call(owner, "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+polo+`"}]}`); a.status != 403 || !strings.Contains(a.body, "autograb_customer_recapture") {
		t.Errorf("without the role: %d %s", a.status, a.body)
	}
	for _, method := range []string{"/v1/recaptures", "/v1/recaptures/summary", "/v1/recaptures/users", "/v1/recaptures/x", "/v1/recapture-batches/x"} {
		if a := w.call(owner, "GET", method, ""); a.status != 403 {
			t.Errorf("%s without the role: %d", method, a.status)
		}
	}
}

func TestARepeatedSubmissionMeetsItsBatch(t *testing.T) {
	w := open(t)
	body := `{"vehicles":[{"vin":"` + polo + `"}]}`
	once := want[checkView](w, 202, ann, "POST", "/v1/recaptures", body, "Idempotency-Key: k1")
	w.run()
	again := want[checkView](w, 202, ann, "POST", "/v1/recaptures", body, "Idempotency-Key: k1")
	if once.Batch != again.Batch {
		t.Errorf("%s and %s", once.Batch, again.Batch)
	}
	want[any](w, 422, ann, "POST", "/v1/recaptures", `{"vehicles":[{"vin":"`+vin(2)+`"}]}`, "Idempotency-Key: k1")
	w.uploadedOnce(1)
}
