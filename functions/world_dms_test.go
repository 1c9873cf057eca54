package functions_test

import (
	"context"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// madeHere is a prospect that the DMS has not been told of.
const madeHere = prospect.ID("01KANN4D2H6L9P3R7T1W5Y8DMS")

// exchange is a prospect that the DMS has not been told of, and one of its own.
func (w *world) exchange(t *testing.T) {
	t.Helper()
	ctx, d, co := t.Context(), w.Deps, dealership.Harbour
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
