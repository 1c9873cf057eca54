package functions_test

import (
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

// inSydney is the rule about leads of Sydney.
const inSydney = rule.ID("01KANN7G4L8P2R6V0X3A7D1RUL")

// asked is a lead that came in, and that nobody was told of.
const asked = lead.ID("32AMTZBT00FTHCFVFHT4H07RDG")

// desk opens a leads connection, and says who is told. Its address is random, and the same in every world.
func (w *world) desk(t *testing.T) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 100)
	desk := company.Connection{ID: "desk", Name: "Lead desk", Yards: []string{"sydney", "melbourne"}}
	must[company.Saved[company.Connection]](t)(company.Admit(t.Context(), w.Deps, dealership.Harbour, desk))
	_, address, err := company.NewAddress(t.Context(), w.Deps, dealership.Harbour, desk.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.leads = strings.TrimPrefix(address, w.Site.BaseURL)
	w.leave(t)
	for _, r := range []rule.Rule{
		{ID: inSydney, Name: "Sydney in turn", Conditions: rule.Conditions{Yard: "sydney"}, Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, "busy"}, Capacity: 20},
		{ID: "everything", Name: "Everything", Recipients: []access.UserID{dealership.Manager}},
	} {
		if _, _, err := rule.Add(t.Context(), w.Deps, dealership.Harbour, r); err != nil {
			t.Fatal(err)
		}
	}
	asks := enquiry.Enquiry{
		ID: "CF-90017", Provider: enquiry.Provider{Name: "Carfinder"}, Comments: "Is it still there?",
		Customer: enquiry.Customer{Name: enquiry.Name{First: "Noor", Last: "Haddad"}, Email: "noor.haddad@mail.example"},
		Vehicle:  &enquiry.Vehicle{Vehicle: vehicle.Vehicle{Make: "Skoda", Model: "Kamiq", Year: 2022}, Status: "used"},
	}
	arrived := must[lead.Captured](t)(lead.Capture(t.Context(), w.Deps, dealership.Harbour, asks, lead.Place{Yards: []string{"sydney"}}))
	if arrived.Lead.ID != asked {
		t.Fatalf("samples speak of the lead %s, not of %s", asked, arrived.Lead.ID)
	}
	w.queue.take(lead.Alert.Name)
	w.answers(t)
}

// answers gives the team of Sydney a default response for mails.
func (w *world) answers(t *testing.T) {
	t.Helper()
	first := response.Template{ID: "first-answer", Name: "First answer", Text: response.Text{
		Channel: response.Email, Subject: "Your {{vehicle.name}}", Body: "Hello {{customer.firstName|there}},\n\nwhen may I call you?\n\n{{user.name|Your team}}, {{company.name}}",
	}}
	if _, _, err := response.Add(t.Context(), w.Deps, dealership.Harbour, first); err != nil {
		t.Fatal(err)
	}
	w.Serve(w.functions["response-api"])
	w.Want(t, 200, ident.Of("sign-in", people()[dealership.Sydney]), "POST", "/v1/templates/first-answer/default", "")
}

// leftLying is a lead that nobody has worked on for hours.
const leftLying = lead.ID("01KANN2C6E0H3L7N1Q4S8V2YLF")

// leave makes the lead that is left lying, and the settings that say what becomes of it.
func (w *world) leave(t *testing.T) {
	t.Helper()
	now := w.Time
	w.Time = dealership.Noon.Add(-3 * time.Hour)
	who := must[customer.Customer](t)(customer.Add(t.Context(), w.Deps, dealership.Harbour, customer.Customer{ID: "01KANN0R1B5X8W3N6D2T0C4LEE", First: "Pat", Last: "Lee", Email: "pat.lee@mail.example"}, nil))
	must[lead.Lead](t)(lead.Add(t.Context(), w.Deps, dealership.Harbour, lead.Lead{
		ID: leftLying, Customer: who.ID, CustomerName: who.Name(), Yard: "sydney", User: "busy", CreatedBy: "busy", Source: "Newspaper",
	}, nil))
	w.Time = now
	w.Serve(w.functions["lead-api"])
	w.Want(t, 200, ident.Of("sign-in", "admin@harbour.example"), "PUT", "/v1/lead-settings", `{"remind": {"after": "2h", "times": 3}, "escalate": "2d"}`)
	planned := w.Want(t, 201, ident.Of("sign-in", people()[dealership.Sydney]), "POST", "/v1/leads/"+string(leftLying)+"/events",
		`{"title": "Test drive", "start": "2026-11-25T00:00:00Z", "location": "12 Main St", "invite": ["customer"]}`, "Idempotency-Key: planned")
	if planned.ID(t) != visit {
		t.Fatalf("samples speak of the appointment %s, not of %s", visit, planned.ID(t))
	}
	w.queue.take(mail.Deliver.Name)
}

// visit is an appointment about the lead that is left lying; its customer is invited.
const visit = "DDJX15H7ZB5HE516KVCA3Q2WRC"
