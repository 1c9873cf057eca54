package recapture_test

import (
	"fmt"
	"strings"
	"testing"
)

// C13: a submission is seen by whoever sent it and by those who may submit for its yards; others do not learn of it.
func TestASubmissionIsSeenWhereItsYardsAre(t *testing.T) {
	w := open(t)
	lists := map[string]string{
		"vehicles":  w.check(ann, `{"vehicles":[{"vin":"`+vin(1)+`"}]}`).Batch,
		"a lead":    w.check(ann, `{"leads":["`+w.lead(vin(2))+`"]}`).Batch,
		"a list":    want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", "vin\n"+vin(3)+"\n", "Content-Type: text/csv").Batch,
		"bad rows":  want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", "vin\nWVW\n", "Content-Type: text/csv").Batch,
		"a no lead": w.check(ann, `{"leads":["nothing"]}`).Batch,
	}
	for name, batch := range lists {
		for _, part := range []string{"", "/rejected"} {
			path := "/v1/recapture-batches/" + batch + part
			for user, status := range map[string]int{ann: 200, ben: 200, mel: 404, kim: 404} {
				if name == "a no lead" && user == ben {
					status = 404 // it is about no yard, so it is only ann's
				}
				if a := w.call(user, "GET", path, ""); a.status != status || status == 404 && !strings.Contains(a.body, "there is no such batch") {
					t.Errorf("%s%s as %s: %d %s, want %d", name, part, user, a.status, a.body, status)
				}
			}
		}
	}
}

// A vehicle given in a request may name a customer record of the company, whose particulars count; any other id is refused.
func TestASuppliedVehicleNamesOnlyCustomersThatThereAre(t *testing.T) {
	w := open(t)
	id := want[leadView](w, 201, owner, "POST", "/v1/leads", `{"customer":{"first":"Rae","last":"Real"},"vehicle":{"make":"VW"},"yard":"sydney"}`).Customer
	a := w.call(ann, "POST", "/v1/recaptures", fmt.Sprintf(`{"vehicles":[{"vin":"%s","customer":{"id":%q}},{"vin":"%s","customer":{"id":"nothing"}}]}`, vin(2), id, vin(3)))
	if a.status != 422 || !strings.Contains(a.body, "body.vehicles[1].customer.id") || strings.Contains(a.body, "vehicles[0]") || w.step(0) {
		t.Errorf("a customer that there is not: %d %s", a.status, a.body)
	}
	w.check(ann, fmt.Sprintf(`{"vehicles":[{"vin":"%s","customer":{"id":%q,"last":"Made Up"}}]}`, vin(2), id))
	w.run()
	found := w.list(ann, "origin=api")
	if len(found) != 1 || found[0].Customer.ID != id || found[0].Customer.Last != "Real" {
		t.Errorf("%+v", found)
	}
}
