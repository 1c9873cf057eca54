package customer_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/customer"
)

func TestACustomersAddressesAreTheirsAndTheirAliases(t *testing.T) {
	w := newWorld(t)
	kate := w.must(t, 201, "POST", "/v1/customers", `{"name": {"first": "Kate", "last": "Fox"}, "email": "Kate@mail.example"}`).id(t)
	alias := w.must(t, 201, "POST", "/v1/customers", `{"name": {"first": "Kate", "last": "Fox"}, "email": "kate@work.example"}`).id(t)
	bob := w.must(t, 201, "POST", "/v1/customers", `{"name": {"first": "Bob", "last": "Ray"}, "mobile": "0412 345 678"}`).id(t)
	w.must(t, 200, "POST", "/v1/customers/"+alias+"/merge", `{"into": "`+kate+`"}`)
	for _, c := range []struct {
		id, address string
		want        bool
	}{
		{kate, "KATE@MAIL.example", true},
		{kate, "kate@work.example", true},
		{alias, "kate@mail.example", true},
		{alias, "kate@work.example", true},
		{kate, "kate@elsewhere.example", false},
		{bob, "", false},
		{"unknown", "kate@mail.example", false},
	} {
		if got, err := customer.HasAddress(t.Context(), w.Deps, harbour, customer.ID(c.id), c.address); got != c.want || err != nil {
			t.Errorf("%s has %q: %v, %v", c.id, c.address, got, err)
		}
	}
}
