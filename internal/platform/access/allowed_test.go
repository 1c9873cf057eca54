package access_test

import (
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
)

var harbour = ident.Trusted("harbour")

func TestEachRoleAllowsWhatItsLineSays(t *testing.T) {
	everybody := []access.Permission{access.Notifications, access.Self}
	for _, c := range []struct {
		name  string
		grant access.Grant
		want  []access.Permission
	}{
		{"admin", access.Grant{Role: access.Admin}, []access.Permission{access.SettingsRead, access.SettingsWrite, access.AuditRead, access.TemplateRead, access.TemplateWrite, access.GroupRead, access.GroupWrite, access.DMSExchange}},
		{"leads", access.Grant{Role: access.ManageLeads}, []access.Permission{
			access.LeadRead, access.LeadWrite, access.LeadAllocate, access.LeadClose,
			access.CustomerRead, access.CustomerWrite, access.AppraisalRead, access.AppraisalWrite, access.TemplateRead, access.GroupRead, access.GroupFill,
		}},
		{"prospects", access.Grant{Role: access.ManageProspects}, []access.Permission{
			access.ProspectRead, access.ProspectWrite, access.CustomerRead, access.CustomerWrite, access.TemplateRead, access.GroupRead, access.GroupFill,
		}},
		{"recapture", access.Grant{Role: access.CustomerRecapture}, []access.Permission{
			access.RecaptureRead, access.RecaptureCheck, access.RecaptureWork,
			access.CustomerRead, access.AppraisalRead, access.LeadRead,
		}},
		{"valuations", access.Grant{Role: access.Valuations}, []access.Permission{access.AppraisalRead, access.AppraisalValue}},
		{
			"recapture that may create",
			access.Grant{Role: access.CustomerRecapture, Attributes: access.Attributes{CreateLeadOrProspect: true}},
			[]access.Permission{
				access.RecaptureRead, access.RecaptureCheck, access.RecaptureWork, access.RecaptureMake,
				access.CustomerRead, access.AppraisalRead, access.LeadRead,
			},
		},
		{"a management system", access.Grant{Role: access.DMS}, []access.Permission{access.DMSExchange}},
		{"a company-wide switch", access.Grant{Role: access.CloseToProspects}, nil},
		{
			"the attribute on another role",
			access.Grant{Role: access.Admin, Attributes: access.Attributes{CreateLeadOrProspect: true}},
			[]access.Permission{access.SettingsRead, access.SettingsWrite, access.AuditRead, access.TemplateRead, access.TemplateWrite, access.GroupRead, access.GroupWrite, access.DMSExchange},
		},
		{"an unknown role", access.Grant{Role: "root"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, manager := range []bool{false, true} {
				c.grant.Manager = manager
				got := access.NewCaller(harbour, "u1", "Ann", c.grant).Permissions()
				want := slices.Sorted(slices.Values(slices.Concat(everybody, c.want)))
				if !slices.Equal(got, want) {
					t.Errorf("manager %v: got %v, want %v", manager, got, want)
				}
			}
		})
	}
}

func TestARefusalNamesTheRolesThatWouldHelp(t *testing.T) {
	for permission, want := range map[access.Permission][]access.Role{
		access.SettingsWrite:  {access.Admin},
		access.LeadAllocate:   {access.ManageLeads},
		access.CustomerRead:   {access.ManageLeads, access.ManageProspects, access.CustomerRecapture},
		access.RecaptureMake:  {access.CustomerRecapture},
		access.RecaptureCheck: {access.CustomerRecapture},
		access.Self:           nil,
		"no:such":             nil,
	} {
		if got := access.RolesWith(permission); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", permission, got, want)
		}
	}
}

func TestNobodyMayDoNothing(t *testing.T) {
	var nobody access.Caller
	for _, permission := range []access.Permission{access.Self, access.Notifications, access.LeadRead} {
		if nobody.Can(permission) {
			t.Errorf("the zero caller can %s", permission)
		}
	}
	if got := nobody.Permissions(); got != nil {
		t.Errorf("the zero caller can %v", got)
	}
}

func TestAPermissionReachesOnlyTheYardsOfTheRoleThatGivesIt(t *testing.T) {
	caller := access.NewCaller(harbour, "u1", "Ann",
		access.Grant{Role: access.ManageLeads, Yards: []string{"sydney", "melbourne"}},
		access.Grant{Role: access.ManageLeads, Manager: true, Yards: []string{"melbourne", "perth"}},
		access.Grant{Role: access.CustomerRecapture, Yards: []string{"kiel"}, Attributes: access.Attributes{CreateLeadOrProspect: true}},
		access.Grant{Role: access.CustomerRecapture, Yards: []string{"perth"}},
	)
	if got, want := caller.Yards(access.LeadAllocate), []string{"melbourne", "perth", "sydney"}; !slices.Equal(got, want) {
		t.Errorf("yards %v, want %v", got, want)
	}
	for _, c := range []struct {
		yard       string
		permission access.Permission
		want       bool
	}{
		{"sydney", access.LeadWrite, true},
		{"kiel", access.LeadWrite, false},
		{"kiel", access.LeadRead, true},
		{"kiel", access.RecaptureMake, true},
		{"perth", access.RecaptureMake, false},
		{"hobart", access.LeadRead, false},
	} {
		if got := caller.In(c.yard, c.permission); got != c.want {
			t.Errorf("%s in %s: %v, want %v", c.permission, c.yard, got, c.want)
		}
	}
	if caller.ManagesIn(access.ManageLeads, "sydney") || !caller.ManagesIn(access.ManageLeads, "perth") {
		t.Error("a manager manages in the yards of that filling only")
	}
	if !caller.Manages(access.ManageLeads) || caller.Manages(access.CustomerRecapture) {
		t.Error("a manager of one role is none of another")
	}
}

func TestOnlyACompanyWideRoleIsAskedOfTheCompany(t *testing.T) {
	caller := access.NewCaller(harbour, "u1", "Ann", access.Grant{Role: access.CloseToProspects}, access.Grant{Role: access.Admin})
	if !caller.CompanyAllows(access.CloseToProspects) {
		t.Error("the switch is on")
	}
	if caller.CompanyAllows(access.Admin) {
		t.Error("admin is no switch of the company")
	}
	if access.NewCaller(harbour, "u1", "Ann").CompanyAllows(access.CloseToProspects) {
		t.Error("the switch is off")
	}
}

func TestAttributesOfTheSameRoleAddUp(t *testing.T) {
	grant := func(a access.Attributes) access.Grant {
		return access.Grant{Role: access.CustomerRecapture, Attributes: a}
	}
	for _, c := range []struct {
		name   string
		grants []access.Grant
		want   access.Attributes
		ok     bool
	}{
		{"no role", nil, access.Attributes{}, false},
		{"the default recipient", []access.Grant{grant(access.Attributes{})}, access.Attributes{Notify: access.RecaptureUser}, true},
		{"one", []access.Grant{grant(access.Attributes{Notify: access.LeadOwner})}, access.Attributes{Notify: access.LeadOwner}, true},
		{
			"switches",
			[]access.Grant{grant(access.Attributes{LookUpVIN: true}), grant(access.Attributes{CreateLeadOrProspect: true})},
			access.Attributes{CreateLeadOrProspect: true, LookUpVIN: true, Notify: access.RecaptureUser},
			true,
		},
		{
			"different recipients",
			[]access.Grant{grant(access.Attributes{Notify: access.LeadOwner}), grant(access.Attributes{})},
			access.Attributes{Notify: access.Both},
			true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := access.NewCaller(harbour, "u1", "Ann", c.grants...).Attributes(access.CustomerRecapture)
			if got != c.want || ok != c.ok {
				t.Errorf("got %+v %v, want %+v %v", got, ok, c.want, c.ok)
			}
		})
	}
}
