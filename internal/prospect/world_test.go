package prospect_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// boss administers Harbour.
const boss = "ada@harbour.example"

func open(t *testing.T) *dealership.World {
	return dealership.New(t).Serve(prospect.API(lead.OfProspect, lead.CareTopic)).Serve(customer.API).Serve(lead.API(nil)).Serve(group.API).Serve(company.API(nil))
}

// enter files a prospect and returns its id.
func enter(t *testing.T, w *dealership.World, user, body string) string {
	t.Helper()
	return w.Want(t, 201, user, "POST", "/v1/prospects", body).ID(t)
}

// read is a prospect as its user sees it.
func read(t *testing.T, w *dealership.World, user, id string) prospect.Detail {
	t.Helper()
	var p prospect.Detail
	w.Want(t, 200, user, "GET", "/v1/prospects/"+id, "").Into(t, &p)
	return p
}

// ann is the member of a body that names a new customer.
const ann = `"customer": {"first": "Ann", "last": "Lee"}`
