package functions_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/dms"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/webhook"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// What is exchanged with the dealer's management system.
const (
	madeHere     = prospect.ID("01KANN4D2H6L9P3R7T1W5Y8DMS") // it has not been told of
	toldOf       = prospect.ID("01KANN4D2H6L9P3R7T1W5Y8TLD")
	listening    = dms.EndpointID("01KANN8A1B2C3D4E5F6G7H8DMS")
	unanswered   = dms.EndpointID("01KANN8A1B2C3D4E5F6G7HDEAF") // nobody answers there
	nobodysPort  = "127.0.0.1:9"
	sampleSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)

// hooked lets webhooks go to a management system of this machine, and to where nobody is.
func (w *world) hooked(t *testing.T) webhook.Options {
	t.Helper()
	if w.system == nil {
		w.system = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		t.Cleanup(w.system.Close)
	}
	return webhook.Options{Local: []string{w.system.Listener.Addr().String(), nobodysPort}}
}

// exchange is a prospect that the DMS has not been told of, and one of its own.
func (w *world) exchange(t *testing.T) {
	t.Helper()
	ctx, d, co := t.Context(), w.Deps, dealership.Harbour
	hooks := webhook.New(w.hooked(t))
	for _, e := range []dms.Endpoint{{ID: listening, Name: "Autoline", URL: w.system.URL}, {ID: unanswered, Name: "Old system", URL: "http://" + nobodysPort}} {
		must[table.Record[dms.Endpoint]](t)(dms.Open(ctx, d, hooks, co, e, sampleSecret))
	}
	must[prospect.Prospect](t)(prospect.Add(ctx, d, co, prospect.Prospect{
		ID: toldOf, Customer: kim, CustomerName: "Kim Nguyen", Yard: "melbourne", User: dealership.Melbourne, CreatedBy: dealership.Melbourne,
		Activity: prospect.ProspectActivity, Type: "Phone Out", Due: dealership.Noon.AddDate(0, 2, 0), DMS: new(prospect.DMS),
	}, nil))
	if err := dms.Publisher.Consumes.Handle(ctx, d, prospect.Publish.Message(co, prospect.Telling{Prospect: toldOf}).Body); err != nil {
		t.Fatal(err)
	}
	must[prospect.Prospect](t)(prospect.Add(ctx, d, co, prospect.Prospect{
		ID: madeHere, Customer: kim, CustomerName: "Kim Nguyen", Yard: "melbourne", User: dealership.Melbourne, CreatedBy: dealership.Melbourne,
		Activity: prospect.ProspectActivity, Type: "Phone Out", Due: dealership.Noon.AddDate(0, 2, 0), DMS: new(prospect.DMS),
	}, nil))
	plan := prospect.Plan{Yard: "melbourne", User: dealership.Melbourne, Activity: prospect.ProspectActivity, Type: "Phone Out", Due: dealership.Noon.AddDate(0, 2, 0)}
	_, _, err := prospect.Hear(ctx, d, co, prospect.Heard{
		ID: "F-2000", Said: prospect.Revision{Version: 1}, Plan: plan, By: dealership.Manager,
		Meet: func(ctx context.Context) (customer.Chosen, error) {
			return customer.Meet(ctx, d, co, customer.Customer{Last: "Zephyr"}, "F-2000")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}
