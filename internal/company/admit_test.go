package company_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
)

// admitted makes a leads connection and its first address.
func admitted(t *testing.T) (w *world, id, token string) {
	t.Helper()
	w = newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"South","state":"NSW"}`).id(t)
	made := w.admin(t, 201, "POST", "/v1/connections", `{"name":"Lead desk","api":"leads","yards":["`+yard+`"]}`)
	if !strings.Contains(made.body, `"state":"registering"`) || strings.Contains(made.body, "webhooks") {
		t.Errorf("made: %s", made.body)
	}
	return w, made.id(t), w.address(t, made.id(t))
}

// address makes a new address of a leads connection and returns its token.
func (w *world) address(t *testing.T, id string) string {
	t.Helper()
	var shown struct{ Address, State string }
	if err := json.Unmarshal([]byte(w.admin(t, 200, "POST", "/v1/connections/"+id+"/rotate-webhook", "").body), &shown); err != nil {
		t.Fatal(err)
	}
	token, found := strings.CutPrefix(shown.Address, "https://winback.example/webhooks/leads/")
	if !found || len(token) < 40 || shown.State != "active" {
		t.Fatalf("shown %+v", shown)
	}
	return token
}

// admits reports whether a token leads to the connection.
func (w *world) admits(t *testing.T, token string) bool {
	t.Helper()
	_, connection, err := company.ByLeadHook(t.Context(), w.Deps, token)
	return err == nil && connection.Name != ""
}

func TestTheAddressOfALeadsConnectionIsShownOnce(t *testing.T) {
	w, id, token := admitted(t)
	if !w.admits(t, token) {
		t.Error("the address does not lead to the connection")
	}
	for _, path := range []string{"/v1/connections", "/v1/connections/" + id} {
		if a := w.admin(t, 200, "GET", path, ""); strings.Contains(a.body, token) || strings.Contains(a.body, "address") {
			t.Errorf("%s shows it again: %s", path, a.body)
		}
	}
	if strings.Contains(w.log.String(), token) {
		t.Error("the log has it")
	}
}

func TestANewAddressOfALeadsConnectionLeavesTheOldOneADay(t *testing.T) {
	w, id, old := admitted(t)
	fresh := w.address(t, id)
	w.now = w.now.Add(24*time.Hour - time.Second)
	if !w.admits(t, old) || !w.admits(t, fresh) {
		t.Error("within a day both are let in")
	}
	w.now = w.now.Add(2 * time.Second)
	if w.admits(t, old) || !w.admits(t, fresh) {
		t.Error("after a day only the new one is let in")
	}
	for range 20 {
		fresh = w.address(t, id)
	}
	if registration, err := company.LoadRegistration(t.Context(), w.Deps, harbour, company.ConnectionID(id)); err != nil || len(registration.Hooks) > 8 || !w.admits(t, fresh) {
		t.Errorf("%d addresses, %v", len(registration.Hooks), err)
	}
}

func TestTokensOfPushesAndOfLeadsAreNotTheSame(t *testing.T) {
	w, id, token := admitted(t)
	if w.letsIn(t, token) {
		t.Error("the token of leads lets a push in")
	}
	if w.admits(t, "") || w.admits(t, token[1:]) || w.admits(t, strings.ToUpper(token)) {
		t.Error("a wrong token leads somewhere")
	}
	w.admin(t, 204, "DELETE", "/v1/connections/"+id, "")
	if w.admits(t, token) {
		t.Error("the connection has ended and its address has not")
	}
}

func TestALeadsConnectionStandsBesideThatToAPartner(t *testing.T) {
	w, yard, _ := connected(t)
	pushes := w.token(t)
	second := w.admin(t, 201, "POST", "/v1/connections", `{"name":"Lead desk","api":"leads","yards":["`+yard+`"]}`, "Idempotency-Key: k")
	if again := w.admin(t, 201, "POST", "/v1/connections", `{"name":"Lead desk","api":"leads","yards":["`+yard+`"]}`, "Idempotency-Key: k"); again.id(t) != second.id(t) {
		t.Errorf("repeated: %s", again.body)
	}
	w.admin(t, 201, "POST", "/v1/connections", `{"name":"Another desk","api":"leads","yards":["`+yard+`"]}`)
	if found, err := company.ConnectionForYard(t.Context(), w.Deps, harbour, yard); err != nil || found.API != company.AutoGrab {
		t.Errorf("%+v, %v watches for the yard", found, err)
	}
	if w.admits(t, pushes) || !w.letsIn(t, pushes) {
		t.Error("the partner's token")
	}
	if calls := len(w.partner.tokens()); calls != 1 {
		t.Errorf("the partner was given %d addresses", calls)
	}
}

func TestALeadsConnectionIsHeldToItsRules(t *testing.T) {
	w, id, token := admitted(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"North","state":"NSW"}`).id(t)
	for _, test := range []struct{ method, path, body, want string }{
		{"POST", "/v1/connections", `{"name":"x","api":"leads","yards":["` + yard + `"],"key":"good-1234567890"}`, "body.key"},
		{"POST", "/v1/connections", `{"name":" ","api":"leads","yards":[]}`, "body.yards"},
		{"POST", "/v1/connections", `{"name":"x","api":"leads","yards":["nowhere"]}`, "body.yards[0]"},
		{"POST", "/v1/connections", `{"name":"x","api":"autograb","yards":["` + yard + `"]}`, "body.key"},
		{"PUT", "/v1/connections/" + id, `{"name":"x","api":"autograb","yards":["` + yard + `"]}`, "body.api"},
		{"PUT", "/v1/connections/" + id, `{"name":"x","yards":["` + yard + `"],"key":"good-1234567890"}`, "body.key"},
	} {
		if a := w.admin(t, 422, test.method, test.path, test.body); !strings.Contains(a.body, `"`+test.want+`"`) {
			t.Errorf("%s %s: %s, want %s", test.method, test.body, a.body, test.want)
		}
	}
	changed := w.admin(t, 200, "PUT", "/v1/connections/"+id, `{"name":"Desk","api":"leads","yards":["`+yard+`"]}`)
	if _, connection, err := company.ByLeadHook(t.Context(), w.Deps, token); err != nil || connection.Name != "Desk" || connection.Yards[0] != yard {
		t.Errorf("changed to %s, %+v, %v", changed.body, connection, err)
	}
	w.admin(t, 409, "POST", "/v1/connections/"+id+"/test", "")
	w.admin(t, 409, "DELETE", "/v1/yards/"+yard, "")
}
