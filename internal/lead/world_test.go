package lead_test

import (
	"context"
	"errors"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

const vin = "WBA3A5C51CF256651"

// watching watches the one vehicle with the VIN.
func watching(_ context.Context, _ app.Deps, _ ident.Company, v vehicle.Vehicle) (string, error) {
	if v.VIN == vin {
		return "R1", nil
	}
	return "", nil
}

func open(t *testing.T) *dealership.World {
	return dealership.New(t).Serve(lead.API(watching)).Serve(prospect.API(lead.OfProspect, lead.CareTopic)).Serve(customer.API)
}

// enter files a lead with a new customer and returns its id.
func enter(t *testing.T, w *dealership.World, user, body string) string {
	t.Helper()
	return w.Want(t, 201, user, "POST", "/v1/leads", body).ID(t)
}

// ann is the member of a body that names a new customer.
const ann = `"customer": {"first": "Ann", "last": "Lee", "email": "ann@mail.example", "mobile": "+61 400 000 001"}`

// failing refuses every write that touches a record of the kind.
func failing(kind string) func([]table.Op) error {
	return func(ops []table.Op) error {
		for _, op := range ops {
			if op.Item.Kind == kind {
				return errors.New("the disk is full")
			}
		}
		return nil
	}
}

// total counts what a list answers to a user.
func total(t *testing.T, w *dealership.World, user, path string) int {
	t.Helper()
	ids, _ := w.Want(t, 200, user, "GET", path, "").List(t)
	return len(ids)
}
