package access_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
)

func TestTheAttributesOfATeamAreThoseOfTheUserInTheYard(t *testing.T) {
	w := newWorld(t)
	w.write(t, role(harbour, access.RoleRecord{
		ID: "r1", Role: access.CustomerRecapture, Members: []access.Member{{User: "a"}}, Yards: []string{"sydney"},
		Attributes: access.Attributes{LookUpVIN: true, Notify: access.LeadOwner},
	}))
	w.write(t, role(harbour, access.RoleRecord{
		ID: "r2", Role: access.CustomerRecapture, Members: []access.Member{{User: "b"}}, Yards: []string{"sydney", "perth"},
	}))
	w.write(t, role(harbour, access.RoleRecord{ID: "r3", Role: access.ManageLeads, Members: []access.Member{{User: "a"}}, Yards: []string{"perth"}}))
	for _, c := range []struct {
		user access.UserID
		yard string
		want access.Attributes
		ok   bool
	}{
		{"a", "sydney", access.Attributes{LookUpVIN: true, Notify: access.LeadOwner}, true},
		{"b", "sydney", access.Attributes{Notify: access.RecaptureUser}, true},
		{"a", "perth", access.Attributes{}, false},
		{"", "sydney", access.Attributes{LookUpVIN: true, Notify: access.Both}, true},
		{"", "kiel", access.Attributes{}, false},
	} {
		team, err := w.directory.Team(t.Context(), harbour, access.CustomerRecapture, c.yard)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := team.Attributes(c.user); got != c.want || ok != c.ok {
			t.Errorf("%q in %s: %+v %v, want %+v %v", c.user, c.yard, got, ok, c.want, c.ok)
		}
	}
}

func TestATeamIsWhoeverHasTheRoleInTheYardOfTheCompany(t *testing.T) {
	w := newWorld(t)
	fill := func(company ident.Company, id access.RoleID, name access.Role, yards []string, members ...access.Member) {
		w.write(t, role(company, access.RoleRecord{ID: id, Role: name, Members: members, Yards: yards}))
	}
	fill(harbour, "r1", access.CustomerRecapture, []string{"sydney"}, access.Member{User: "b"}, access.Member{User: "a", Manager: true})
	fill(harbour, "r2", access.CustomerRecapture, []string{"perth", "sydney"}, access.Member{User: "c", Manager: true}, access.Member{User: "a"})
	fill(harbour, "r3", access.CustomerRecapture, []string{"perth"}, access.Member{User: "d", Manager: true})
	fill(harbour, "r4", access.ManageLeads, []string{"sydney"}, access.Member{User: "e", Manager: true})
	fill(ident.Trusted("nordlicht"), "r5", access.CustomerRecapture, []string{"sydney"}, access.Member{User: "f", Manager: true})
	team, err := w.directory.Team(t.Context(), harbour, access.CustomerRecapture, "sydney")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := team.Users(), []access.UserID{"a", "b", "c"}; !slices.Equal(got, want) {
		t.Errorf("users %v, want %v", got, want)
	}
	if got, want := team.Managers(), []access.UserID{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("managers %v, want %v", got, want)
	}
	if !team.Has("b") || team.Has("d") || team.Has("e") || team.Has("f") || team.Has("") {
		t.Errorf("%v", team)
	}
}
