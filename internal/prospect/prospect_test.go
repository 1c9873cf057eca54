package prospect_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestAProspectIsCompletedOnce(t *testing.T) {
	var p prospect.Prospect
	if p.State() != prospect.Pending {
		t.Errorf("a new prospect is %s", p.State())
	}
	if err := p.Complete("u1", " reached ", dealership.Noon); err != nil || p.State() != prospect.Completed || p.CompletedBy != "u1" || p.CompletionNotes != "reached" || !p.CompletedAt.Equal(dealership.Noon) {
		t.Errorf("%v, completed as %+v", err, p)
	}
	before := p
	if err := p.Complete("u2", "again", dealership.Noon); !errs.Is(err, errs.Conflict) || p != before {
		t.Errorf("%v, completed again as %+v", err, p)
	}
}

func TestManagersSeeTheProspectsOfTheirYardsAndOthersTheirOwn(t *testing.T) {
	company := ident.Trusted("c")
	caller := func(user access.UserID, role access.Role, manager bool, yards ...string) access.Caller {
		return access.NewCaller(company, user, "", access.Grant{Role: role, Manager: manager, Yards: yards})
	}
	p := prospect.Prospect{User: "u1", Yard: "sydney"}
	for _, test := range []struct {
		name   string
		caller access.Caller
		want   bool
	}{
		{"the user", caller("u1", access.ManageProspects, false, "sydney"), true},
		{"the user after moving away", caller("u1", access.ManageProspects, false, "melbourne"), false},
		{"a colleague", caller("u2", access.ManageProspects, false, "sydney"), false},
		{"the manager", caller("u2", access.ManageProspects, true, "melbourne", "sydney"), true},
		{"a manager of another yard", caller("u2", access.ManageProspects, true, "melbourne"), false},
		{"a manager of leads", caller("u2", access.ManageLeads, true, "sydney"), false},
		{"the user without the role", caller("u1", access.ManageLeads, false, "sydney"), false},
	} {
		if got := p.VisibleTo(test.caller, access.ProspectRead); got != test.want {
			t.Errorf("%s sees it: %t, want %t", test.name, got, test.want)
		}
	}
}
