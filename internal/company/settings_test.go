package company_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

const sam = `{"name":{"first":"Sam","last":"Sales"},"email":"sam@harbour.example"}`

func TestAYardHasANameOfItsOwnAndAStateOfItsCountry(t *testing.T) {
	w := newWorld(t)
	w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney","state":"new south wales","timezone":"Australia/Sydney","address":{"street":"1 Quay St","city":"Sydney","postcode":"2000"}}`)
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{"name":" SYDNEY "}`, []string{"body.name"}},
		{`{"name":""}`, []string{"body.name"}},
		{`{"name":"Kiel","state":"SH"}`, []string{"body.state"}},
		{`{"name":"","timezone":"Moon","address":{"planet":"x"}}`, []string{"body.address.planet", "body.name", "body.timezone"}},
	} {
		if got := locations(t, w.call(t, "admin@harbour.example", "POST", "/v1/yards", c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.body, got, c.want)
		}
	}
	if a := w.call(t, "admin@nordlicht.example", "POST", "/v1/yards", `{"name":"Kiel","state":"SH"}`); a.status != 201 {
		t.Errorf("a state that Australia does not have, in Germany: %d %s", a.status, a.body)
	}
	yards, err := company.Yards(t.Context(), w.Deps, harbour)
	if err != nil || len(yards) != 1 || yards[0].State != "NSW" {
		t.Errorf("%+v, %v", yards, err)
	}
}

func TestAYardIsReplacedUnderItsId(t *testing.T) {
	w := newWorld(t)
	created := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney","state":"NSW"}`)
	id, tag := created.id(t), "If-Match: "+created.header.Get("ETag")
	w.admin(t, 200, "PUT", "/v1/yards/"+id, `{"id":"other","name":"Sydney CBD"}`, tag)
	w.admin(t, 412, "PUT", "/v1/yards/"+id, `{"name":"Parramatta"}`, tag)
	w.admin(t, 422, "PUT", "/v1/yards/"+id, `{"name":"Kiel","state":"SH"}`)
	yards, err := company.Yards(t.Context(), w.Deps, harbour)
	if err != nil || len(yards) != 1 || yards[0] != (company.Yard{ID: id, Name: "Sydney CBD"}) {
		t.Errorf("%+v, %v", yards, err)
	}
}

func TestAYardThatSomethingNamesStays(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	named := `,"yards":["` + yard + `"]`
	user := w.admin(t, 201, "POST", "/v1/users", `{"name":{"first":"Sam","last":"Sales"},"email":"sam@harbour.example"`+named+`}`).id(t)
	w.admin(t, 409, "DELETE", "/v1/yards/"+yard, "")
	w.admin(t, 200, "PATCH", "/v1/users/"+user, `{"yards":[]}`)
	role := w.admin(t, 201, "POST", "/v1/roles", `{"role":"manage_leads"`+named+`}`).id(t)
	w.admin(t, 409, "DELETE", "/v1/yards/"+yard, "")
	w.admin(t, 200, "PUT", "/v1/roles/"+role, `{"role":"manage_leads"}`)
	connection := w.admin(t, 201, "POST", "/v1/connections", `{"name":"x","api":"autograb","key":"good-key-1234"`+named+`}`).id(t)
	w.admin(t, 409, "DELETE", "/v1/yards/"+yard, "")
	w.admin(t, 204, "DELETE", "/v1/connections/"+connection, "")
	w.admin(t, 204, "DELETE", "/v1/yards/"+yard, "")
	w.admin(t, 404, "GET", "/v1/yards/"+yard, "")
}

func TestARepeatedCreationMakesOneThing(t *testing.T) {
	w := newWorld(t)
	for path, body := range map[string]string{"/v1/yards": `{"name":"Sydney"}`, "/v1/users": sam, "/v1/roles": `{"role":"manage_leads"}`} {
		first := w.admin(t, 201, "POST", path, body, "Idempotency-Key: k1")
		if again := w.admin(t, 201, "POST", path, body, "Idempotency-Key: k1"); again.body != first.body {
			t.Errorf("%s: %s, then %s", path, first.body, again.body)
		}
		if a := w.call(t, "admin@harbour.example", "POST", path, strings.Replace(body, "{", `{ `, 1), "Idempotency-Key: k1"); a.status != 422 {
			t.Errorf("%s with another body under the same key: %d", path, a.status)
		}
	}
}

func TestACreationThatDiedBeforeItsAnswerIsCompleted(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for range 2 {
		if yard, err := company.AddYard(ctx, w.Deps, harbour, company.Yard{ID: "y", Name: "Sydney"}); err != nil || yard.Version != 1 {
			t.Errorf("yard %+v, %v", yard, err)
		}
		if user, err := company.AddUser(ctx, w.Deps, harbour, access.User{ID: "u", First: "Sam", Email: "sam@harbour.example"}); err != nil || user.Value.Subject == "" {
			t.Errorf("user %+v, %v", user, err)
		}
		if role, err := company.AddRole(ctx, w.Deps, harbour, access.RoleRecord{ID: "r", Role: access.ManageLeads}); err != nil || role.Version != 1 {
			t.Errorf("role %+v, %v", role, err)
		}
		connection := company.Connection{ID: "c", Name: "x", API: company.AutoGrab, Yards: []string{"y"}}
		if added, err := company.Connect(ctx, w.Deps, w.partner.dial, harbour, connection, "good-key-1234"); err != nil || added.Version != 1 {
			t.Errorf("connection %+v, %v", added, err)
		}
	}
	if len(w.partner.hooks) != 1 {
		t.Errorf("the partner has %d registrations", len(w.partner.hooks))
	}
}

func TestAUserIsRefusedWithAllThatIsWrong(t *testing.T) {
	w := newWorld(t)
	w.admin(t, 201, "POST", "/v1/users", sam)
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{"name":{"first":" ","last":""},"email":"Sam <sam@x.example>","mobile":"call me","yards":["x"]}`, []string{"body.email", "body.mobile", "body.name"}},
		{`{"name":{"first":"A","last":"B"},"email":"a@x.example","yards":["x","x"]}`, []string{"body.yards[0]", "body.yards[1]"}},
		{`{"name":{"first":"A","last":"B"},"email":"SAM@harbour.example"}`, []string{"body.email"}},
		{`{"name":{"first":"A","last":"B"},"email":"a@x.example","defaultProspectRange":"century","subject":"s"}`, []string{"body.defaultProspectRange", "body.subject"}},
		{`{"name":{"first":"A","last":"B"},"email":"a"}`, []string{"body.email"}},
	} {
		if got := locations(t, w.call(t, "admin@harbour.example", "POST", "/v1/users", c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.body, got, c.want)
		}
	}
	if len(w.people.subjects) != 3 {
		t.Errorf("a refused user is not invited: %v", w.people.subjects)
	}
}

func TestAnAddressThatSignsInElsewhereIsNotTakenOver(t *testing.T) {
	w := newWorld(t)
	w.admin(t, 409, "POST", "/v1/users", `{"name":{"first":"A","last":"B"},"email":"admin@nordlicht.example"}`)
	caller, err := w.Access.Caller(t.Context(), w.people.subjects["admin@nordlicht.example"])
	if err != nil || caller.Company != nordlicht {
		t.Errorf("%+v, %v", caller, err)
	}
}

func TestADisabledUserIsOutAtOnceAndComesBackEnabled(t *testing.T) {
	w := newWorld(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	subject := w.people.subjects["sam@harbour.example"]
	me := func() int { return w.call(t, "sam@harbour.example", "GET", "/v1/me", "").status }
	if me() != 200 {
		t.Fatal("a new user signs in")
	}
	w.admin(t, 200, "PATCH", "/v1/users/"+user, `{"disabled":true}`)
	if me() != 401 || !w.people.disabled[subject] {
		t.Errorf("disabled: %d, sign-in ended: %v", me(), w.people.disabled[subject])
	}
	w.admin(t, 200, "PUT", "/v1/users/"+user, sam)
	if me() != 200 || w.people.disabled[subject] {
		t.Errorf("enabled: %d, sign-in ended: %v", me(), w.people.disabled[subject])
	}
}

func TestAUserIsOutEvenWhereTheIdentityProviderDoesNotAnswer(t *testing.T) {
	w := newWorld(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	w.people.err = errs.E(errs.Unavailable, "the sign-in service does not answer")
	w.admin(t, 503, "PATCH", "/v1/users/"+user, `{"disabled":true}`)
	if a := w.call(t, "sam@harbour.example", "GET", "/v1/me", ""); a.status != 401 {
		t.Errorf("status %d", a.status)
	}
}

func TestTheSignInAddressOfAUserStays(t *testing.T) {
	w := newWorld(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	a := w.call(t, "admin@harbour.example", "PUT", "/v1/users/"+user, strings.Replace(sam, "sam@", "samuel@", 1))
	if got := locations(t, a); !slices.Equal(got, []string{"body.email"}) {
		t.Errorf("%v", got)
	}
}

func TestADeletedUserIsGoneWithTheWayFromTheSignIn(t *testing.T) {
	w := newWorld(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	role := w.admin(t, 201, "POST", "/v1/roles", `{"role":"manage_leads","users":[{"id":"`+user+`"}]}`).id(t)
	w.admin(t, 409, "DELETE", "/v1/users/"+user, "")
	w.admin(t, 204, "DELETE", "/v1/roles/"+role, "")
	w.admin(t, 204, "DELETE", "/v1/users/"+user, "")
	w.admin(t, 404, "GET", "/v1/users/"+user, "")
	if a := w.call(t, "sam@harbour.example", "GET", "/v1/me", ""); a.status != 401 {
		t.Errorf("status %d", a.status)
	}
	w.admin(t, 201, "POST", "/v1/users", sam)
	if a := w.call(t, "sam@harbour.example", "GET", "/v1/me", ""); a.status != 200 || w.people.disabled["sub-sam@harbour.example"] {
		t.Errorf("invited again: %d, sign-in ended: %v", a.status, w.people.disabled["sub-sam@harbour.example"])
	}
}

func TestARoleIsRefusedWithAllThatIsWrong(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	member := `{"id":"` + user + `"}`
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{"role":"allow_close_to_prospects","users":[` + member + `],"yards":["` + yard + `"]}`, []string{"body.users", "body.yards"}},
		{`{"role":"allow_close_to_prospects","attributes":{"notify":"both"}}`, []string{"body.attributes"}},
		{`{"role":"manage_leads","attributes":{"lookUpVin":false}}`, []string{"body.attributes"}},
		{`{"role":"autograb_customer_recapture","attributes":{"notify":"everybody","colour":"red"}}`, []string{"body.attributes.colour", "body.attributes.notify"}},
		{`{"role":"root"}`, []string{"body.role"}},
		{`{"role":"manage_leads","users":[` + member + `,` + member + `],"yards":["nowhere"]}`, []string{"body.users[1].id"}},
		{`{"role":"manage_leads","users":[{"id":"nobody"}],"yards":["` + yard + `","nowhere"]}`, []string{"body.users[0].id", "body.yards[1]"}},
		{`{"role":"manage_leads","users":[` + member + `],"yards":["` + yard + `"]}`, nil},
		{`{"role":"allow_close_to_prospects"}`, nil},
	} {
		if got := locations(t, w.call(t, "admin@harbour.example", "POST", "/v1/roles", c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.body, got, c.want)
		}
	}
	w.admin(t, 409, "POST", "/v1/roles", `{"role":"allow_close_to_prospects"}`)
}

func TestAChangedRoleTakesEffectAtOnce(t *testing.T) {
	w := newWorld(t)
	user := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	permissions := func() string { return w.call(t, "sam@harbour.example", "GET", "/v1/me", "").body }
	if strings.Contains(permissions(), "lead:read") {
		t.Fatal("a user without a role reads leads")
	}
	role := w.admin(t, 201, "POST", "/v1/roles", `{"role":"manage_leads","users":[{"id":"`+user+`"}]}`)
	if !strings.Contains(permissions(), "lead:read") {
		t.Error("the role is not in effect")
	}
	if a := w.call(t, "admin@harbour.example", "PUT", "/v1/roles/"+role.id(t), `{"role":"admin"}`); !slices.Equal(locations(t, a), []string{"body.role"}) {
		t.Errorf("one role becomes another: %s", a.body)
	}
	w.admin(t, 204, "DELETE", "/v1/roles/"+role.id(t), "", "If-Match: "+role.header.Get("ETag"))
	if strings.Contains(permissions(), "lead:read") {
		t.Error("the role is still in effect")
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	users, err := w.Access.UsersIn(t.Context(), harbour, access.Admin)
	if err != nil || len(users) != 1 {
		t.Fatal(users, err)
	}
	roles, err := w.Access.Roles(t.Context(), harbour)
	if err != nil || len(roles) != 1 {
		t.Fatal(roles, err)
	}
	admin, role := string(users[0].ID), string(roles[0].ID)
	w.admin(t, 409, "PATCH", "/v1/users/"+admin, `{"disabled":true}`)
	w.admin(t, 409, "DELETE", "/v1/roles/"+role, "")
	w.admin(t, 409, "PUT", "/v1/roles/"+role, `{"role":"admin"}`)

	second := w.admin(t, 201, "POST", "/v1/users", sam).id(t)
	w.admin(t, 200, "PATCH", "/v1/users/"+second, `{"disabled":true}`)
	w.admin(t, 409, "PUT", "/v1/roles/"+role, `{"role":"admin","users":[{"id":"`+second+`"}]}`)
	w.admin(t, 200, "PATCH", "/v1/users/"+second, `{"disabled":false}`)
	w.admin(t, 200, "PUT", "/v1/roles/"+role, `{"role":"admin","users":[{"id":"`+second+`"}]}`)
	w.admin(t, 403, "GET", "/v1/roles", "")
}

func TestTwoAdministratorsCannotRemoveEachOtherAtOnce(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	second, err := company.AddUser(ctx, w.Deps, harbour, access.User{First: "Sam", Email: "sam@harbour.example"})
	if err != nil {
		t.Fatal(err)
	}
	first, err := w.Access.UsersIn(ctx, harbour, access.Admin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := company.AddRole(ctx, w.Deps, harbour, access.RoleRecord{Role: access.Admin, Members: []access.Member{{User: second.Value.ID}}}); err != nil {
		t.Fatal(err)
	}
	quiet := w.Deps
	quiet.Identity = nobodyAsked{}
	var group sync.WaitGroup
	results := make([]error, 2)
	for i, id := range []access.UserID{first[0].ID, second.Value.ID} {
		group.Go(func() {
			_, results[i] = company.ChangeUser(ctx, quiet, harbour, web.Precondition{}, id, func(u *access.User) { u.Disabled = true })
		})
	}
	group.Wait()
	left, err := w.Access.UsersIn(ctx, harbour, access.Admin)
	if err != nil || len(left) != 1 {
		t.Errorf("%d administrators are left, %v; %v", len(left), err, results)
	}
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("one of the two succeeds: %v", results)
	}
}

// nobodyAsked is an identity provider that many may call at once.
type nobodyAsked struct{ *people }

func (nobodyAsked) Disable(context.Context, string) error { return nil }
