package prospect_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func open(t *testing.T) *dealership.World {
	return dealership.New(t).Serve(prospect.API).Serve(customer.API)
}

// enter files a prospect and returns its id.
func enter(t *testing.T, w *dealership.World, user, body string) string {
	t.Helper()
	return w.Want(t, 201, user, "POST", "/v1/prospects", body).ID(t)
}

// ann is the member of a body that names a new customer.
const ann = `"customer": {"first": "Ann", "last": "Lee"}`
