package rule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// admin is the user who may change Harbour's settings.
const admin = "ada@harbour.example"

func open(t *testing.T) *dealership.World { return dealership.New(t).Serve(rule.API) }

const all = `{"name": "Everything", "recipients": ["manager"]}`

func TestARuleIsMadeReadChangedAndDeleted(t *testing.T) {
	w := open(t)
	var r rule.Saved
	id := w.Want(t, 201, admin, "POST", "/v1/lead-rules", `{"name": " Toyotas ", "conditions": {"yard": "sydney", "make": " toyota  motor "}, "recipients": ["sydneyman", "second"],
		"mode": "round_robin", "channels": ["sms"], "workingHours": [{"days": ["mon", "tue"], "from": "08:30", "to": "17:30"}], "capacity": 20}`).ID(t)
	w.Want(t, 200, admin, "GET", "/v1/lead-rules/"+id, "").Into(t, &r)
	if r.Name != "Toyotas" || r.Conditions.Make != "toyota motor" || !*r.Active || r.Mode != rule.RoundRobin || r.Capacity != 20 || len(r.Hours) != 1 ||
		!slices.Equal(r.Channels, []rule.Channel{rule.InApp, rule.SMS}) || !slices.Equal(r.Recipients, []access.UserID{"sydneyman", "second"}) || !r.CreatedAt.Equal(w.Time) {
		t.Errorf("%+v", r)
	}
	w.Want(t, 200, admin, "PUT", "/v1/lead-rules/"+id, all, `If-Match: "1"`)
	w.Want(t, 412, admin, "PUT", "/v1/lead-rules/"+id, all, `If-Match: "1"`)
	r = rule.Saved{}
	w.Want(t, 200, admin, "GET", "/v1/lead-rules/"+id, "").Into(t, &r)
	if r.Mode != rule.NotifyOnly || r.Capacity != 0 || len(r.Hours) != 0 || r.Conditions != (rule.Conditions{}) || !slices.Equal(r.Channels, []rule.Channel{rule.Email, rule.InApp}) {
		t.Errorf("%+v", r)
	}
	w.Want(t, 412, admin, "DELETE", "/v1/lead-rules/"+id, "", `If-Match: "1"`)
	w.Want(t, 204, admin, "DELETE", "/v1/lead-rules/"+id, "")
	w.Want(t, 404, admin, "DELETE", "/v1/lead-rules/"+id, "")
	w.Want(t, 404, admin, "GET", "/v1/lead-rules/"+id, "")
	w.Want(t, 404, admin, "PUT", "/v1/lead-rules/"+id, all)
	if ids, _ := w.Want(t, 200, admin, "GET", "/v1/lead-rules", "").List(t); len(ids) != 0 {
		t.Errorf("%v", ids)
	}
}

func TestARepeatedRequestMakesOneRule(t *testing.T) {
	w := open(t)
	first := w.Want(t, 201, admin, "POST", "/v1/lead-rules", all, "Idempotency-Key: k1").ID(t)
	if again := w.Want(t, 201, admin, "POST", "/v1/lead-rules", all, "Idempotency-Key: k1").ID(t); again != first {
		t.Errorf("%s and %s", first, again)
	}
}

func TestOnlyAdministratorsSeeAndChangeRules(t *testing.T) {
	w := open(t)
	id := w.Want(t, 201, admin, "POST", "/v1/lead-rules", all).ID(t)
	for _, user := range []string{dealership.Manager, dealership.Watcher} {
		w.Want(t, 403, user, "GET", "/v1/lead-rules", "")
		w.Want(t, 403, user, "POST", "/v1/lead-rules", all)
	}
	w.Want(t, 404, "ada@nordlicht.example", "GET", "/v1/lead-rules/"+id, "")
	w.Want(t, 404, "ada@nordlicht.example", "DELETE", "/v1/lead-rules/"+id, "")
}

func TestBadRulesAreRefusedAtTheFieldThatIsWrong(t *testing.T) {
	w := open(t)
	_, err := company.ChangeUser(t.Context(), w.Deps, dealership.Harbour, web.Precondition{}, dealership.Second, func(u *access.User) { u.Disabled = true })
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"name": "x"}`:                                                                                                 "body.recipients",
		`{"name": "x", "recipients": []}`:                                                                               "body.recipients",
		`{"name": " ", "recipients": ["manager"]}`:                                                                      "body.name",
		`{"name": "x", "recipients": ["manager", "manager"]}`:                                                           "body.recipients[1]",
		`{"name": "x", "recipients": ["manager", "nobody"]}`:                                                            "body.recipients[1]",
		`{"name": "x", "recipients": ["kieler"]}`:                                                                       "body.recipients[0]",
		`{"name": "x", "recipients": ["watcher"]}`:                                                                      "body.recipients[0]",
		`{"name": "x", "recipients": ["second"]}`:                                                                       "body.recipients[0]",
		`{"name": "x", "recipients": ["melbman"], "conditions": {"yard": "sydney"}}`:                                    "body.recipients[0]",
		`{"name": "x", "recipients": ["manager"], "conditions": {"yard": "kiel"}}`:                                      "body.conditions.yard",
		`{"name": "x", "recipients": ["manager"], "conditions": {"colour": "red"}}`:                                     "body.conditions.colour",
		`{"name": "x", "recipients": ["manager"], "mode": "sometimes"}`:                                                 "body.mode",
		`{"name": "x", "recipients": ["manager"], "channels": ["fax"]}`:                                                 "body.channels[0]",
		`{"name": "x", "recipients": ["manager"], "capacity": 3}`:                                                       "body.capacity",
		`{"name": "x", "recipients": ["manager"], "mode": "round_robin", "capacity": -1}`:                               "body.capacity",
		`{"name": "x", "recipients": ["manager"], "workingHours": [{"days": ["mon"], "from": "08:00", "to": "17:00"}]}`: "body.workingHours",
		`{"name": "x", "recipients": ["manager"], "mode": "round_robin", "workingHours": [{"days": ["mon"], "from": "8:00", "to": "17:00"}]}`:         "body.workingHours[0].from",
		`{"name": "x", "recipients": ["manager"], "mode": "round_robin", "workingHours": [{"days": ["mon"], "from": "17:00", "to": "08:00"}]}`:        "body.workingHours[0].to",
		`{"name": "x", "recipients": ["manager"], "mode": "round_robin", "workingHours": [{"days": ["someday"], "from": "08:00", "to": "17:00"}]}`:    "body.workingHours[0].days[0]",
		`{"name": "x", "recipients": ["manager"], "mode": "round_robin", "workingHours": [{"days": ["mon", "mon"], "from": "08:00", "to": "17:00"}]}`: "body.workingHours[0].days",
	} {
		if wrong := w.Want(t, 422, admin, "POST", "/v1/lead-rules", body).Wrong(t); !slices.Contains(wrong, want) {
			t.Errorf("%s: %q, want %q", body, wrong, want)
		}
	}
	if ids, _ := w.Want(t, 200, admin, "GET", "/v1/lead-rules", "").List(t); len(ids) != 0 {
		t.Errorf("%v", ids)
	}
}

func TestALargeRuleFits(t *testing.T) {
	w := open(t)
	var members []access.Member
	var names, hours []string
	for n := range 50 {
		id := fmt.Sprintf("%064d", n)
		members, names = append(members, access.Member{User: access.UserID(id)}), append(names, `"`+id+`"`)
	}
	for range 21 {
		hours = append(hours, `{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "08:30", "to": "17:30"}`)
	}
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, members[:25]...)
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"melbourne"}, members[25:]...)
	long := strings.Repeat("€", 100)
	w.Want(t, 201, admin, "POST", "/v1/lead-rules", fmt.Sprintf(`{"name": %q, "conditions": {"source": %q, "type": %q}, "recipients": [%s], "mode": "round_robin", "workingHours": [%s]}`,
		long, long, long, strings.Join(names, ","), strings.Join(hours, ",")))
}
