package access

// Role is one of the roles that a company fills with users and yards.
type Role string

// The roles, by the names that the interface uses (api.md, Settings).
const (
	Admin             Role = "admin"
	ManageLeads       Role = "manage_leads"
	ManageProspects   Role = "manage_prospects"
	CustomerRecapture Role = "autograb_customer_recapture"
	Valuations        Role = "autograb" // AutoGrab Appraisal Valuations (R63, C2)
	CloseToProspects  Role = "allow_close_to_prospects"
	DMS               Role = "dms" // a sign-in of the dealer's management system, for the whole company and nothing else
)

// KnownRoles lists the roles in the order in which settings show them.
func KnownRoles() []Role {
	return []Role{Admin, ManageLeads, ManageProspects, CustomerRecapture, Valuations, CloseToProspects, DMS}
}

// CompanyWide reports whether the role is a switch of the whole company: it has no users and no yards, gives no
// permission, and whoever needs it asks Caller.CompanyAllows.
func (r Role) CompanyWide() bool { return r == CloseToProspects }

// RoleID names one filling of a role within the company.
type RoleID string

// RoleRecord fills a role with users and yards.
type RoleRecord struct {
	ID         RoleID     `json:"id"`
	Role       Role       `json:"role"`
	Members    []Member   `json:"users,omitempty"`
	Yards      []string   `json:"yards,omitempty"`
	Attributes Attributes `json:"attributes,omitzero"`
}

// Member is a user in a role.
type Member struct {
	User    UserID `json:"id"`
	Manager bool   `json:"manager,omitempty"`
}

// Attributes are the settings of a role; only autograb_customer_recapture has any.
type Attributes struct {
	CreateLeadOrProspect bool      `json:"createLeadOrProspect,omitempty"` // may turn a sighting into a lead or prospect
	LookUpVIN            bool      `json:"lookUpVin,omitempty"`            // look up a missing VIN; the partner charges for it
	Notify               Recipient `json:"notify,omitempty"`               // empty: DefaultRecipient; see Told
}

// Recipient says who is told of a sighting.
type Recipient string

// The recipients of a sighting.
const (
	LeadOwner     Recipient = "lead_owner"     // who owns the lead or appraisal that the watch came from
	RecaptureUser Recipient = "recapture_user" // who submitted the vehicle
	Both          Recipient = "both"

	DefaultRecipient = RecaptureUser
)

// Told is who is told of a sighting, with the default filled in.
func (a Attributes) Told() Recipient {
	if a.Notify == "" {
		return DefaultRecipient
	}
	return a.Notify
}

// plus adds what two fillings of a role give: each switch that one of them turns on, and all recipients that one names.
func (a Attributes) plus(b Attributes) Attributes {
	a.CreateLeadOrProspect = a.CreateLeadOrProspect || b.CreateLeadOrProspect
	a.LookUpVIN = a.LookUpVIN || b.LookUpVIN
	if a.Told() == b.Told() {
		a.Notify = a.Told()
	} else {
		a.Notify = Both
	}
	return a
}

// member finds a user among the role's users.
func (r RoleRecord) member(user UserID) (Member, bool) {
	for _, m := range r.Members {
		if m.User == user {
			return m, true
		}
	}
	return Member{}, false
}
