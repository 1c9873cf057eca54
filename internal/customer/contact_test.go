package customer_test

import (
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/customer"
)

func TestSilenceIsConsentOnlyWhereTheLawSaysSo(t *testing.T) {
	for _, c := range []struct {
		said    customer.Permission
		country string
		want    bool
	}{
		{customer.Allowed, "DE", true},
		{customer.Allowed, "AU", true},
		{customer.Refused, "AU", false},
		{customer.Refused, "DE", false},
		{"", "AU", true},
		{"", "US", true},
		{"", "DE", false},
	} {
		if got := c.said.Permits(c.country); got != c.want {
			t.Errorf("%q in %s: %v", c.said, c.country, got)
		}
	}
}

func TestOfTwoRecordsTheStricterHolds(t *testing.T) {
	const a, r = customer.Allowed, customer.Refused
	for _, c := range [][3]customer.Permission{{a, a, a}, {a, r, r}, {r, "", r}, {a, "", ""}, {"", "", ""}} {
		for _, pair := range [][2]customer.Permission{{c[0], c[1]}, {c[1], c[0]}} {
			got := customer.Contact{Email: pair[0], SMS: pair[0], Phone: pair[0]}.Stricter(customer.Contact{Email: pair[1], SMS: pair[1], Phone: pair[1]})
			if want := (customer.Contact{Email: c[2], SMS: c[2], Phone: c[2]}); got != want {
				t.Errorf("%q: %+v, want %+v", pair, got, want)
			}
		}
	}
}

func TestWhatACustomerSaysAboutContactIsKept(t *testing.T) {
	w := newWorld(t)
	a := w.must(t, 201, "POST", "/v1/customers", `{"name": {"last": "Lee"}, "contact": {"email": "allowed", "sms": "refused"}}`)
	if !strings.Contains(a.body, `"contact":{"email":"allowed","sms":"refused"}`) {
		t.Errorf("read back as %s", a.body)
	}
	id := a.id(t)
	if a := w.must(t, 200, "PATCH", "/v1/customers/"+id, `{"contact": {"email": "refused", "sms": "refused", "phone": "refused"}}`); !strings.Contains(a.body, `"contact":{"email":"refused","sms":"refused","phone":"refused"}`) {
		t.Errorf("changed to %s", a.body)
	}
	if a := w.must(t, 200, "PATCH", "/v1/customers/"+id, `{"notes": "rang"}`); !strings.Contains(a.body, `"phone":"refused"`) {
		t.Errorf("another change took it away: %s", a.body)
	}
	w.must(t, 422, "PATCH", "/v1/customers/"+id, `{"contact": {"email": "maybe"}}`)
}
