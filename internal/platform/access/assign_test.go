package access_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestARecordOfAYardCanBeTheWorkOfActiveUsersWithTheRoleThere(t *testing.T) {
	w := dealership.New(t)
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(dealership.Harbour, dealership.Second), access.User{ID: dealership.Second, Disabled: true})); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		company ident.Company
		user    access.UserID
		role    access.Role
		yard    string
		want    bool
	}{
		{dealership.Harbour, dealership.Sydney, access.ManageLeads, "sydney", true},
		{dealership.Harbour, dealership.Sydney, access.ManageLeads, "melbourne", false},
		{dealership.Harbour, dealership.Sydney, access.CustomerRecapture, "sydney", false},
		{dealership.Harbour, dealership.Second, access.ManageLeads, "sydney", false},
		{dealership.Harbour, dealership.Kiel, access.ManageLeads, "kiel", false},
		{dealership.Nordlicht, dealership.Kiel, access.ManageLeads, "kiel", true},
		{dealership.Harbour, "", access.ManageLeads, "sydney", false},
	} {
		got, err := w.Access.Works(t.Context(), test.company, test.user, test.role, test.yard)
		if err != nil || got != test.want {
			t.Errorf("%q as %s in %s of %s: %t, %v; want %t", test.user, test.role, test.yard, test.company, got, err, test.want)
		}
	}
}

func TestTheMainYardIsTheFirstOfOnesOwnWhereARoleAllowsIt(t *testing.T) {
	leads := access.Grant{Role: access.ManageLeads, Yards: []string{"a", "b", "c"}}
	for _, test := range []struct {
		home   []string
		grants []access.Grant
		want   string
	}{
		{[]string{"z", "c", "a"}, []access.Grant{leads}, "c"},
		{[]string{"z"}, []access.Grant{leads}, "a"},
		{nil, []access.Grant{leads}, "a"},
		{[]string{"a"}, []access.Grant{{Role: access.ManageProspects, Yards: []string{"a"}}}, ""},
	} {
		caller := access.NewCaller(dealership.Harbour, "u", "", test.grants...)
		caller.Home = test.home
		if got := caller.MainYard(access.LeadWrite); got != test.want {
			t.Errorf("at home in %v: %q, want %q", test.home, got, test.want)
		}
	}
}
