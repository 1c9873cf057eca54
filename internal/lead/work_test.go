package lead_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestACallBeginsTheWorkAndIsTheResponse(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Time = w.Time.Add(time.Hour)
	var first lead.Work
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/calls", `{"to": "+61400000001", "outcome": "missed", "notes": "busy"}`).Into(t, &first)
	if first.Kind != lead.Called || first.By != dealership.Sydney || first.Outcome != "missed" || first.Text != "busy" || !first.At.Equal(w.Time) {
		t.Errorf("noted as %+v", first)
	}
	w.Time = w.Time.Add(time.Hour)
	w.Want(t, 201, dealership.Second, "POST", "/v1/leads/"+id+"/calls", `{}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.Status != lead.Open || l.Acts != 2 || !l.RespondedAt.Equal(first.At) || !l.ActedAt.Equal(w.Time) {
		t.Errorf("the lead is %+v", l)
	}
	var page struct{ Items []lead.Work }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id+"/work", "").Into(t, &page)
	if len(page.Items) != 2 || page.Items[0].By != dealership.Second || page.Items[1] != first {
		t.Errorf("the work is %+v", page.Items)
	}
	if n := total(t, w, dealership.Sydney, "/v1/customers/"+string(l.Customer)+"/activity"); n != 3 {
		t.Errorf("%d lines in the customer's activity", n)
	}
	closed(t, w, dealership.Sydney, id, `{"outcome": "won"}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/calls", `{}`)
	w.Want(t, 404, dealership.Melbourne, "POST", "/v1/leads/"+id+"/calls", `{}`)
	w.Want(t, 404, dealership.Melbourne, "GET", "/v1/leads/"+id+"/work", "")
}

func TestARepeatedCallIsOneCall(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for range 3 {
		w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/calls", `{"notes": "once"}`, "Idempotency-Key: call")
	}
	w.Refuse = failing("idempotent answer") // an attempt that dies between its effect and its answer
	w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+id+"/calls", `{"notes": "once"}`, "Idempotency-Key: call")
	w.Refuse = nil
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if n := total(t, w, dealership.Sydney, "/v1/leads/"+id+"/work"); n != 1 || l.Acts != 1 {
		t.Errorf("%d calls, %d acts", n, l.Acts)
	}
}

func TestTheCustomerIsReachedWithOneTap(t *testing.T) {
	w := open(t)
	for body, want := range map[string]string{
		`{"last": "Lee", "mobile": "0400 000 001", "email": "ann+x@mail.example"}`: "[{0400 000 001 tel:+61400000001 true}] {ann+x@mail.example mailto:ann+x@mail.example false}",
		`{"last": "Nobody"}`: "[] <nil>",
	} {
		id := enter(t, w, dealership.Sydney, `{"customer": `+body+`}`)
		var l struct{ Contact lead.Contact }
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		mail := "<nil>"
		if l.Contact.Email != nil {
			mail = fmt.Sprint(*l.Contact.Email)
		}
		if got := fmt.Sprint(l.Contact.Phones) + " " + mail; got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
