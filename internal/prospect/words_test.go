package prospect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestARetiredWordIsForOldProspectsOnly(t *testing.T) {
	w := open(t)
	old := enter(t, w, dealership.Sydney, `{`+ann+`, "activity": "Marketing", "action": "12 month follow up", "type": "Phone Out"}`)
	if p := read(t, w, dealership.Sydney, old); p.Action != "12 Month Follow Up" {
		t.Errorf("spelt %q", p.Action)
	}
	w.Want(t, 200, boss, "PUT", "/v1/prospect-settings", `{"activities": [{"name": "Prospect Activity"}, {"name": "CRM Follow Up"}], "actions": [{"name": "Test Drive"}], "types": []}`)
	wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/prospects", `{`+ann+`, "activity": "Marketing", "action": "12 Month Follow Up", "type": "Phone Out"}`)
	if at := wrong.Wrong(t); !slices.Equal(at, []string{"body.action", "body.activity", "body.type"}) || !strings.Contains(wrong.Body, "Test Drive") {
		t.Errorf("wrong %v in %s", at, wrong.Body)
	}
	if found, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects?activity=Marketing", "").List(t); !slices.Equal(found, []string{old}) {
		t.Errorf("found %v", found)
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/prospects/"+old, `{"notes": "still mine"}`)
	enter(t, w, dealership.Sydney, `{`+ann+`, "action": "test drive"}`)
	var c prospect.Choices
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/choices", "").Into(t, &c)
	if !slices.Contains(c.Activities, company.Choice{Name: "Marketing", Retired: true}) || !slices.Contains(c.Actions, company.Choice{Name: "Test Drive"}) {
		t.Errorf("choices %+v", c)
	}
}

func TestManagersAskForThoseWhoShareTheRoleAndAYard(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.ManageProspects, []string{"melbourne"}, access.Member{User: "melbourne-boss", Manager: true})
	for user, want := range map[string][]string{
		dealership.Sydney:  {dealership.Sydney},
		dealership.Manager: {dealership.Manager, dealership.Melbourne, "melbourne-boss", dealership.Second, dealership.Sydney},
		"melbourne-boss":   {dealership.Manager, dealership.Melbourne, "melbourne-boss"},
	} {
		var c prospect.Choices
		w.Want(t, 200, user, "GET", "/v1/prospects/choices", "").Into(t, &c)
		var got []string
		for _, u := range c.Users {
			got = append(got, string(u.ID))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s may ask for %v, want %v", user, got, want)
		}
	}
	w.Want(t, 403, dealership.Watcher, "GET", "/v1/prospects/choices", "")
}

func TestAnotherFeatureCannotUseATypeThatThereIsNot(t *testing.T) {
	w := open(t)
	p := prospect.Prospect{Customer: "C1", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Sydney, Activity: prospect.ProspectActivity, Type: "Pigeon"}
	if _, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, p, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("added: %v", err)
	}
	p.Type = "phone out"
	if made, err := prospect.Add(t.Context(), w.Deps, dealership.Harbour, p, nil); err != nil || made.Type != "Phone Out" {
		t.Errorf("%+v, %v", made, err)
	}
}

func TestFiltersThatNothingCouldPassAreRefused(t *testing.T) {
	w := open(t)
	for query, want := range map[string]string{"?q=-+a": "query.q", "?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z": "query.to", "?state=lost": "query.state"} {
		if wrong := w.Want(t, 422, dealership.Sydney, "GET", "/v1/prospects"+query, "").Wrong(t); !slices.Equal(wrong, []string{want}) {
			t.Errorf("%s: wrong %v", query, wrong)
		}
	}
}
