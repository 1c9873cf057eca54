package customer_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func TestWhereACustomerCanBeReached(t *testing.T) {
	for _, c := range []struct {
		name    string
		who     customer.Customer
		by      customer.Channel
		country string
		to      string
		allowed bool
	}{
		{"a mail", customer.Customer{Email: "ann@post.example"}, customer.ByEmail, "AU", "ann@post.example", true},
		{"no address", customer.Customer{}, customer.ByEmail, "AU", "", false},
		{"a refusal", customer.Customer{Email: "ann@post.example", Contact: customer.Contact{Email: customer.Refused}}, customer.ByEmail, "AU", "ann@post.example", false},
		{"a mobile", customer.Customer{Mobile: "0491 570 006"}, customer.BySMS, "AU", "+61491570006", true},
		{"a mobile written as a phone", customer.Customer{Phone: "0491 570 006"}, customer.BySMS, "AU", "+61491570006", true},
		{"a landline takes no texts", customer.Customer{Mobile: "02 9160 0000", Phone: "0491 570 006"}, customer.BySMS, "AU", "+61491570006", true},
		{"a landline alone", customer.Customer{Phone: "02 9160 0000"}, customer.BySMS, "AU", "", false},
		{"a landline rings", customer.Customer{Phone: "02 9160 0000"}, customer.ByPhone, "AU", "+61291600000", true},
		{"a number with a digit too few", customer.Customer{Mobile: "0491 570 00"}, customer.BySMS, "AU", "", false},
		{"silence in Germany", customer.Customer{Mobile: "0151 23456789"}, customer.BySMS, "DE", "+4915123456789", false},
		{"consent in Germany", customer.Customer{Mobile: "0151 23456789", Contact: customer.Contact{SMS: customer.Allowed}}, customer.BySMS, "DE", "+4915123456789", true},
		{"a call to who does not want any", customer.Customer{Phone: "02 9160 0000", Contact: customer.Contact{Phone: customer.Refused}}, customer.ByPhone, "AU", "+61291600000", false},
	} {
		got := c.who.Reached(c.by, c.country)
		if got.To != c.to || got.Allowed != c.allowed || got.Allowed == (got.Why != "") {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestPermissionIsThatOfTheMomentOfSending(t *testing.T) {
	w := newWorld(t)
	id := w.must(t, 201, "POST", "/v1/customers", `{"name": {"last": "Lee"}, "email": "ann@post.example", "mobile": "0491 570 006"}`).id(t)
	ask := func(reader string, by customer.Channel, to string) error {
		t.Helper()
		ours, err := customer.Permit(t.Context(), w.Deps, harbour, reader, by, to)
		if !ours {
			t.Errorf("%s is no customer", reader)
		}
		return err
	}
	unasked, asked := customer.Reader(customer.ID(id)), customer.Asker(customer.ID(id))
	for _, reader := range []string{unasked, asked} {
		if err := ask(reader, customer.ByEmail, "Ann Lee <Ann@post.example>"); err != nil {
			t.Errorf("%s: %v", reader, err)
		}
		if err := ask(reader, customer.BySMS, "+61491570006"); err != nil {
			t.Errorf("%s: %v", reader, err)
		}
		if err := ask(reader, customer.BySMS, "+61491570110"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s at another number: %v", reader, err)
		}
	}
	w.must(t, 200, "PATCH", "/v1/customers/"+id, `{"contact": {"email": "refused"}}`)
	if err := ask(unasked, customer.ByEmail, "ann@post.example"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("after a refusal: %v", err)
	}
	if err := ask(asked, customer.ByEmail, "ann@post.example"); err != nil {
		t.Errorf("an answer after a refusal: %v", err)
	}
	w.must(t, 200, "PATCH", "/v1/customers/"+id, `{"email": "lee@post.example", "contact": {}}`)
	if err := ask(unasked, customer.ByEmail, "ann@post.example"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("after a move: %v", err)
	}
	if err := ask("customer:nobody", customer.ByEmail, "ann@post.example"); !errs.Is(err, errs.Forbidden) {
		t.Errorf("who is gone: %v", err)
	}
	if ours, err := customer.Permit(t.Context(), w.Deps, harbour, "01USER", customer.ByEmail, "x"); ours || err != nil {
		t.Errorf("a user: %v, %v", ours, err)
	}
}
