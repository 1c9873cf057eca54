package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

func TestTheFunctionFitsItsDeclaration(t *testing.T) {
	if err := app.Validate([]app.Function{company.API((&account{}).dial)}); err != nil {
		t.Error(err)
	}
}

func TestFoundingACompanyTwiceFoundsItOnce(t *testing.T) {
	w := newWorld(t)
	w.found(t, harbour, company.Company{Name: "Another name", Country: "NZ", TimeZone: "Pacific/Auckland", Language: "en"}, "other@harbour.example")
	profile, err := company.Load(t.Context(), w.Deps, harbour)
	if err != nil || profile.Name != "Harbour Motors" {
		t.Errorf("%+v %v", profile, err)
	}
	users, err := w.Access.Users(t.Context(), harbour)
	if err != nil || len(users) != 1 {
		t.Errorf("%d users, %v", len(users), err)
	}
	caller, err := w.Access.Caller(t.Context(), "sub-admin@harbour.example")
	if err != nil || caller.Company != harbour || !caller.Can(access.SettingsWrite) {
		t.Errorf("the first administrator is %+v, %v", caller, err)
	}
}

func TestACompanyIsNotFoundedOnAnotherCompanysSignIn(t *testing.T) {
	w := newWorld(t)
	err := company.Create(t.Context(), w.Deps, company.Founding{
		ID:      ident.Trusted("third"),
		Company: company.Company{Name: "Third", Country: "AU", TimeZone: "Australia/Perth", Language: "en"},
		Admin:   access.User{First: "Ada", Email: "admin@harbour.example"},
	})
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("%v, want a conflict", err)
	}
}

func TestACompanyIsRefusedWithAllThatIsWrong(t *testing.T) {
	w := newWorld(t)
	good := `{"name":"Harbour","country":"AU","timezone":"Australia/Perth","language":"en-AU","features":{"prospects":true},"ownStock":{"vins":["wba3a5c51cf256651"],"sellers":["harbour.example"]}}`
	for _, c := range []struct {
		body string
		want []string // locations
	}{
		{good, nil},
		{
			`{"name":" ","country":"UK","timezone":"Local","language":"english!","ownStock":{"vins":["SHORT"],"sellers":[" "]}}`,
			[]string{"body.country", "body.language", "body.name", "body.ownStock.sellers[0]", "body.ownStock.vins[0]", "body.timezone"},
		},
		{`{"name":"x","country":"EU","timezone":"","language":"de"}`, []string{"body.country", "body.timezone"}},
		{`{"name":"x","country":"aus","timezone":"Mars/Base","language":"de","extra":1}`, []string{"body.country", "body.extra", "body.timezone"}},
	} {
		a := w.call(t, "admin@harbour.example", "PUT", "/v1/company", c.body)
		if got := locations(t, a); !slices.Equal(got, c.want) {
			t.Errorf("%s\n%d %v, want %v", c.body, a.status, got, c.want)
		}
	}
	profile, err := company.Load(t.Context(), w.Deps, harbour)
	if err != nil || !slices.Equal(profile.OwnStock.VINs, []string{"WBA3A5C51CF256651"}) || !profile.Features.Prospects {
		t.Errorf("stored %+v, %v", profile, err)
	}
}

// locations are where a 422 says the rules are broken, each once; none for a success.
func locations(t *testing.T, a answer) []string {
	t.Helper()
	if a.status < 300 {
		return nil
	}
	if a.status != 422 {
		t.Fatalf("%d: %s", a.status, a.body)
	}
	var found []string
	for _, v := range a.json(t)["errors"].([]any) {
		found = append(found, v.(map[string]any)["location"].(string))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestOwnStockIsKnownByCarAndBySeller(t *testing.T) {
	own := company.OwnStock{VINs: []string{"WBA3A5C51CF256651"}, Sellers: []string{"harbour.example", "Harbour Motors"}}
	for _, c := range []struct {
		vin   string
		names []string
		want  bool
	}{
		{"WBA3A5C51CF256651", nil, true},
		{"wba3a5c5 1cf256651", nil, true},
		{"", []string{"HARBOUR motors"}, true},
		{"", []string{"", "carsales.example", " harbour.example "}, true},
		{"", []string{"", "dealer"}, false},
		{"JHMCM56557C404453", []string{"carsales.example"}, false},
		{"", nil, false},
	} {
		if got := own.Owns(c.vin, c.names...); got != c.want {
			t.Errorf("%q %q: %v, want %v", c.vin, c.names, got, c.want)
		}
	}
	if (company.OwnStock{}).Owns("", "") {
		t.Error("nothing owns nothing")
	}
}

func TestACompanysDaysAreThoseOfItsZone(t *testing.T) {
	sydney := company.Company{TimeZone: "Australia/Sydney"}.Location()
	if got := noon.In(sydney).Format("2006-01-02 15:04"); got != "2026-11-22 23:00" {
		t.Errorf("noon in UTC is %s there", got)
	}
	if (company.Company{TimeZone: "Gone/Zone"}).Location() != time.UTC {
		t.Error("a zone that is not known is UTC")
	}
}

func TestALostRaceForASettingIs412(t *testing.T) {
	w := newWorld(t)
	read := w.admin(t, 200, "GET", "/v1/company", "")
	body := func(name string) string {
		return fmt.Sprintf(`{"name":%q,"country":"AU","timezone":"Australia/Sydney","language":"en-AU"}`, name)
	}
	tag := "If-Match: " + read.header.Get("ETag")
	written := w.admin(t, 200, "PUT", "/v1/company", body("First"), tag)
	if a := w.call(t, "admin@harbour.example", "PUT", "/v1/company", body("Second"), tag); a.status != 412 {
		t.Errorf("with the old tag: %d", a.status)
	}
	if got := w.admin(t, 200, "GET", "/v1/company", ""); got.header.Get("ETag") != written.header.Get("ETag") || !strings.Contains(got.body, "First") {
		t.Errorf("after the write %s %s, and read %s", written.header.Get("ETag"), got.header.Get("ETag"), got.body)
	}
	w.admin(t, 200, "PUT", "/v1/company", body("Third"), "If-Match: "+written.header.Get("ETag"))
	w.admin(t, 200, "PUT", "/v1/company", body("Fourth"))
}

func TestSettingsNeedTheRoleAdmin(t *testing.T) {
	w := newWorld(t)
	w.admin(t, 201, "POST", "/v1/users", `{"name":{"first":"Sam","last":"Sales"},"email":"sam@harbour.example"}`)
	for _, route := range app.Routes(company.API(w.partner.dial)) {
		path := strings.ReplaceAll(route.Path, "{id}", "x")
		a := w.call(t, "sam@harbour.example", route.Method, path, "")
		if route.Path == "/v1/me" {
			if a.status != 200 {
				t.Errorf("%s: %d", route.Key(), a.status)
			}
			continue
		}
		if a.status != 403 || !strings.Contains(a.body, "the role admin") {
			t.Errorf("%s: %d %s", route.Key(), a.status, a.body)
		}
		if a := w.call(t, "nobody@harbour.example", route.Method, path, ""); a.status != 401 {
			t.Errorf("%s without a user: %d", route.Key(), a.status)
		}
	}
}

func TestAnotherCompanysSettingsLookLikeNoneAtAll(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	user := w.admin(t, 201, "POST", "/v1/users", `{"name":{"first":"Sam","last":"Sales"},"email":"sam@harbour.example"}`).id(t)
	role := w.admin(t, 201, "POST", "/v1/roles", `{"role":"manage_leads","users":[{"id":"`+user+`"}],"yards":["`+yard+`"]}`).id(t)
	connection := w.admin(t, 201, "POST", "/v1/connections", `{"name":"AutoGrab","api":"autograb","yards":["`+yard+`"],"key":"good-key-1234"}`).id(t)
	bodies := map[string]string{
		"yards":       `{"name":"Mine"}`,
		"users":       `{"name":{"first":"Eve","last":"Evil"},"email":"sam@harbour.example"}`,
		"roles":       `{"role":"manage_leads"}`,
		"connections": `{"name":"Mine","yards":["x"]}`,
	}
	tried := 0
	for _, route := range app.Routes(company.API(w.partner.dial)) {
		if !strings.Contains(route.Path, "{id}") {
			continue
		}
		noun := strings.Split(route.Path, "/")[2]
		id := map[string]string{"yards": yard, "users": user, "roles": role, "connections": connection}[noun]
		body := ""
		switch route.Method {
		case "PUT":
			body = bodies[noun]
		case "PATCH":
			body = `{"disabled":true}`
		}
		foreign := w.call(t, "admin@nordlicht.example", route.Method, strings.ReplaceAll(route.Path, "{id}", id), body)
		unknown := w.call(t, "admin@nordlicht.example", route.Method, strings.ReplaceAll(route.Path, "{id}", "unknown"), body)
		if foreign.status != 404 || unknown.status != 404 || foreign.body != unknown.body {
			t.Errorf("%s: foreign %d %s, unknown %d %s", route.Key(), foreign.status, foreign.body, unknown.status, unknown.body)
		}
		tried++
	}
	if tried != 15 {
		t.Errorf("tried %d routes", tried)
	}
	for _, path := range []string{"/v1/yards", "/v1/connections"} {
		if a := w.call(t, "admin@nordlicht.example", "GET", path, ""); strings.TrimSpace(a.body) != `{"items":[]}` {
			t.Errorf("%s shows %s", path, a.body)
		}
	}
	for path, id := range map[string]string{"yards": yard, "users": user, "roles": role, "connections": connection} {
		w.admin(t, 200, "GET", "/v1/"+path+"/"+id, "")
	}
}

func TestMeIsTheCallerWithRolesAndPermissions(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	user := w.admin(t, 201, "POST", "/v1/users", `{"name":{"first":"Sam","last":"Sales"},"email":"sam@harbour.example","yards":["`+yard+`"]}`).id(t)
	w.admin(t, 201, "POST", "/v1/roles", `{"role":"autograb_customer_recapture","users":[{"id":"`+user+`","manager":true}],"yards":["`+yard+`"],"attributes":{"createLeadOrProspect":true}}`)
	a := w.call(t, "sam@harbour.example", "GET", "/v1/me", "")
	for _, want := range []string{
		`"name":{"first":"Sam","last":"Sales"}`, `"timezone":"Australia/Sydney"`, `"companyYards":[{"id":"` + yard + `","name":"Sydney"}]`,
		`"role":"autograb_customer_recapture","manager":true,"yards":["` + yard + `"]`,
		`"attributes":{"createLeadOrProspect":true,"lookUpVin":false,"notify":"recapture_user"}`, `"recapture:convert"`, `"notify":{"email":true,"sms":false,"inApp":true}`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%d %s\nlacks %s", a.status, a.body, want)
		}
	}
}
