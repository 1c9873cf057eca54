package company_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
)

const key = "good-key-1234"

// connected is a world in which Harbour Motors has a yard with a connection.
func connected(t *testing.T) (w *world, yard, connection string) {
	t.Helper()
	w = newWorld(t)
	yard = w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	connection = w.admin(t, 201, "POST", "/v1/connections", connect(yard, key)).id(t)
	return w, yard, connection
}

func connect(yard, key string) string {
	return fmt.Sprintf(`{"name":"AutoGrab Sydney","api":"autograb","yards":[%q],"key":%q}`, yard, key)
}

// token is the one in the only address that the partner has.
func (w *world) token(t *testing.T) string {
	t.Helper()
	tokens := w.partner.tokens()
	if len(tokens) != 1 {
		t.Fatalf("the partner has %d addresses", len(tokens))
	}
	return tokens[0]
}

func (w *world) letsIn(t *testing.T, token string) bool {
	t.Helper()
	c, _, err := company.ByHook(t.Context(), w.Deps, token)
	if err != nil && !errs.Is(err, errs.NotFound) {
		t.Fatal(err)
	}
	if err == nil && c != harbour {
		t.Fatalf("the token leads to %v", c)
	}
	return err == nil
}

func TestAConnectionRegistersASecretAddressAndHidesTheKey(t *testing.T) {
	w, yard, id := connected(t)
	shown := w.admin(t, 200, "GET", "/v1/connections/"+id, "")
	if !strings.Contains(shown.body, `"keyLast4":"1234"`) || !strings.Contains(shown.body, `"state":"active"`) || strings.Contains(shown.body, key) {
		t.Errorf("shown as %s", shown.body)
	}
	token := w.token(t)
	if len(token) != 43 || strings.Contains(shown.body, token) {
		t.Errorf("token %q, shown as %s", token, shown.body)
	}
	c, connection, err := company.ByHook(t.Context(), w.Deps, token)
	if err != nil || c != harbour || string(connection) != id {
		t.Errorf("the token leads to %v %v, %v", c, connection, err)
	}
	if _, err := w.Table.Get(t.Context(), hookKey(token)); !errs.Is(err, errs.NotFound) {
		t.Errorf("the token itself is stored: %v", err)
	}
	for what, secret := range map[string]string{"key": key, "token": token} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the %s is in the log", what)
		}
	}
	found, err := company.ConnectionForYard(t.Context(), w.Deps, harbour, yard)
	if err != nil || string(found.ID) != id {
		t.Fatalf("%+v, %v", found, err)
	}
	if _, err := company.Watcher(t.Context(), w.Deps, w.partner.dial, harbour, found); err != nil {
		t.Error(err)
	}
	if _, err := company.Watcher(t.Context(), w.Deps, w.partner.dial, nordlicht, found); !errs.Is(err, errs.Internal) {
		t.Errorf("another company opens the key: %v", err)
	}
	if slices.ContainsFunc(w.partner.countries, func(country string) bool { return country != "AU" }) {
		t.Errorf("countries %v", w.partner.countries)
	}
}

func TestAYardWithoutAConnectionSaysWhatIsMissing(t *testing.T) {
	w, _, _ := connected(t)
	other := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Melbourne"}`).id(t)
	if _, err := company.ConnectionForYard(t.Context(), w.Deps, harbour, other); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "no AutoGrab connection") {
		t.Errorf("%v", err)
	}
	if _, err := company.ConnectionForYard(t.Context(), w.Deps, harbour, "nowhere"); !errs.Is(err, errs.NotFound) {
		t.Errorf("an unknown yard: %v", err)
	}
}

func TestEveryInvalidTokenGetsTheSameAnswer(t *testing.T) {
	w, _, _ := connected(t)
	token := w.token(t)
	var texts []string
	for _, wrong := range []string{"", "x", token[:42], token + "A", strings.ToUpper(token), token[1:] + "A", "../" + token, strings.Repeat("A", 8000)} {
		_, _, err := company.ByHook(t.Context(), w.Deps, wrong)
		if !errs.Is(err, errs.NotFound) {
			t.Errorf("%.50q: %v", wrong, err)
			continue
		}
		texts = append(texts, err.Error())
	}
	if slices.Sort(texts); len(slices.Compact(texts)) != 1 {
		t.Errorf("the answers differ: %v", texts)
	}
}

func TestAConnectionIsRefusedWithAllThatIsWrong(t *testing.T) {
	w, yard, _ := connected(t)
	for _, c := range []struct {
		body string
		want []string
	}{
		{`{"name":" ","api":"autograb","yards":[],"key":"short"}`, []string{"body.key", "body.name", "body.yards"}},
		{`{"name":"x","api":"carsales","yards":["a"],"key":"with a blank in it"}`, []string{"body.api", "body.key"}},
		{connect("nowhere", key), []string{"body.yards[0]"}},
		{connect(yard, key), []string{"body.yards[0]"}}, // has one already
	} {
		if got := locations(t, w.call(t, "admin@harbour.example", "POST", "/v1/connections", c.body)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.body, got, c.want)
		}
	}
	if len(w.partner.hooks) != 1 {
		t.Errorf("%d registrations", len(w.partner.hooks))
	}
}

func TestAKeyThatThePartnerRefusesLeavesNothingBehind(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	a := w.call(t, "admin@harbour.example", "POST", "/v1/connections", connect(yard, "bad-key-12345"))
	if got := locations(t, a); !slices.Equal(got, []string{"body.key"}) || !strings.Contains(a.body, "AutoGrab does not accept") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := w.admin(t, 200, "GET", "/v1/connections", ""); strings.TrimSpace(a.body) != `{"items":[]}` {
		t.Errorf("left: %s", a.body)
	}
	w.admin(t, 204, "DELETE", "/v1/yards/"+yard, "")
}

func TestALostAnswerOfThePartnerIsCompletedByTheNextTest(t *testing.T) {
	for _, c := range []struct {
		name      string
		applied   bool
		registers int
	}{
		{"the call never arrived", false, 1},
		{"the call took effect", true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
			lost := func(string) error {
				return errs.E(errs.Unavailable, "AutoGrab is not available: %w", partner.ErrAmbiguous)
			}
			if c.applied {
				w.partner.lost = lost
			} else {
				w.partner.answer = lost
			}
			created := w.admin(t, 201, "POST", "/v1/connections", connect(yard, key))
			if !strings.Contains(created.body, `"state":"registering"`) || !strings.Contains(created.body, "not available") {
				t.Errorf("created as %s", created.body)
			}
			w.partner.lost, w.partner.answer = nil, nil
			first := w.partner.tokens()
			for _, token := range first {
				if !w.letsIn(t, token) {
					t.Error("a push to the address whose confirmation was lost is let in")
				}
			}
			w.partner.pinged = w.push(t)
			if a := w.admin(t, 200, "POST", "/v1/connections/"+created.id(t)+"/test", ""); !strings.Contains(a.body, `"reached":true,"pushArrived":true`) {
				t.Errorf("tested: %s", a.body)
			}
			if a := w.admin(t, 200, "GET", "/v1/connections/"+created.id(t), ""); !strings.Contains(a.body, `"state":"active"`) || strings.Contains(a.body, "problem") {
				t.Errorf("shown as %s", a.body)
			}
			if len(w.partner.hooks) != c.registers {
				t.Errorf("%d registrations, want %d", len(w.partner.hooks), c.registers)
			}
			w.now = w.now.Add(25 * time.Hour)
			for _, token := range first {
				if w.letsIn(t, token) {
					t.Error("an address that was replaced is let in after a day")
				}
			}
		})
	}
}

func TestACreationThatDiedBeforeThePartnersAnswerIsCompletedByItsRepetition(t *testing.T) {
	w := newWorld(t)
	yard := w.admin(t, 201, "POST", "/v1/yards", `{"name":"Sydney"}`).id(t)
	connection := company.Connection{ID: "c", Name: "x", API: company.AutoGrab, Yards: []string{yard}}
	w.partner.answer = func(string) error { return errs.E(errs.Unavailable, "AutoGrab is not available") }
	for range 2 {
		if _, err := company.Connect(t.Context(), w.Deps, w.partner.dial, harbour, connection, key); err != nil {
			t.Fatal(err)
		}
		w.partner.answer = nil
	}
	if a := w.admin(t, 200, "GET", "/v1/connections/c", ""); !strings.Contains(a.body, `"state":"active"`) || !w.letsIn(t, w.token(t)) {
		t.Errorf("shown as %s", a.body)
	}
}

// push is what the partner's test push does when it arrives.
func TestANewKeyCountsOnlyOnceThePartnerAcceptsIt(t *testing.T) {
	w, yard, id := connected(t)
	change := func(name, key string) string {
		return fmt.Sprintf(`{"name":%q,"yards":[%q],"key":%q}`, name, yard, key)
	}
	a := w.call(t, "admin@harbour.example", "PUT", "/v1/connections/"+id, change("New", "bad-key-99999"))
	if got := locations(t, a); !slices.Equal(got, []string{"body.key"}) {
		t.Errorf("a refused key: %d %s", a.status, a.body)
	}
	if a := w.admin(t, 200, "GET", "/v1/connections/"+id, ""); !strings.Contains(a.body, `"keyLast4":"1234"`) || strings.Contains(a.body, "New") {
		t.Errorf("after a refused key: %s", a.body)
	}
	tag := "If-Match: " + w.admin(t, 200, "GET", "/v1/connections/"+id, "").header.Get("ETag")
	if a := w.admin(t, 200, "PUT", "/v1/connections/"+id, change("New", "good-key-9999"), tag); !strings.Contains(a.body, `"keyLast4":"9999"`) {
		t.Errorf("an accepted key: %s", a.body)
	}
	w.admin(t, 412, "PUT", "/v1/connections/"+id, change("Newer", "good-key-8888"), tag)
	if a := w.admin(t, 200, "PUT", "/v1/connections/"+id, `{"name":"Newest","yards":["`+yard+`"]}`); !strings.Contains(a.body, `"keyLast4":"9999"`) {
		t.Errorf("without a key: %s", a.body)
	}
	if !w.letsIn(t, w.token(t)) {
		t.Error("the partner's address is let in")
	}
}

func TestAnEndedConnectionIsGoneOnBothSides(t *testing.T) {
	w, _, id := connected(t)
	token := w.token(t)
	w.partner.answer = func(string) error { return errs.E(errs.TooMany, "AutoGrab asks us to slow down") }
	w.admin(t, 503, "DELETE", "/v1/connections/"+id, "")
	if !w.letsIn(t, token) {
		t.Error("a connection that could not be ended works on")
	}
	w.partner.answer = nil
	w.admin(t, 412, "DELETE", "/v1/connections/"+id, "", `If-Match: "7"`)
	w.admin(t, 204, "DELETE", "/v1/connections/"+id, "")
	if len(w.partner.hooks) != 0 || w.letsIn(t, token) {
		t.Errorf("left: %v, let in: %v", w.partner.hooks, w.letsIn(t, token))
	}
	w.admin(t, 404, "GET", "/v1/connections/"+id, "")
}

func TestAConnectionWhoseKeyWasRevokedCanBeEnded(t *testing.T) {
	w, _, id := connected(t)
	w.partner.answer = func(string) error { return errs.E(errs.Forbidden, "AutoGrab does not accept the API key") }
	w.admin(t, 204, "DELETE", "/v1/connections/"+id, "")
}
