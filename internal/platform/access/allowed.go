package access

import "slices"

// Permission is something that a role allows, as noun:verb. The operation that needs it names it.
type Permission string

// The permissions.
const (
	SettingsRead   Permission = "settings:read"
	SettingsWrite  Permission = "settings:write"
	AuditRead      Permission = "audit:read"
	CustomerRead   Permission = "customer:read"
	CustomerWrite  Permission = "customer:write"
	AppraisalRead  Permission = "appraisal:read"
	AppraisalWrite Permission = "appraisal:write"
	AppraisalValue Permission = "appraisal:value" // ask the partner what a car is worth
	LeadRead       Permission = "lead:read"
	LeadWrite      Permission = "lead:write"
	LeadAllocate   Permission = "lead:allocate"
	LeadClose      Permission = "lead:close"
	ProspectRead   Permission = "prospect:read"
	ProspectWrite  Permission = "prospect:write"
	TemplateRead   Permission = "template:read"
	TemplateWrite  Permission = "template:write"
	GroupRead      Permission = "group:read"
	GroupWrite     Permission = "group:write"
	GroupFill      Permission = "group:fill" // see, add and take out customers
	RecaptureRead  Permission = "recapture:read"
	RecaptureCheck Permission = "recapture:check"   // submit vehicles, retry
	RecaptureWork  Permission = "recapture:work"    // open, dismiss, not our car, delete
	RecaptureMake  Permission = "recapture:convert" // create a lead or prospect; only with the role's attribute
	DMSExchange    Permission = "dms:exchange"      // hand in prospects, read what became of them
	Notifications  Permission = "notification:read" // one's own; every signed-in user has it
	Self           Permission = "self:read"         // GET /v1/me; every signed-in user has it
)

// row is a line of the table from role to permissions.
type row struct {
	role Role
	with func(Attributes) bool // the line counts only with this attribute; nil: always
	give []Permission
}

// allowed is the table. Being a manager gives no permission of its own: it widens whose records a permission reaches,
// which the features ask with Caller.Manages.
func allowed() []row {
	return []row{
		{role: Admin, give: []Permission{SettingsRead, SettingsWrite, AuditRead, TemplateRead, TemplateWrite, GroupRead, GroupWrite, DMSExchange}},
		{role: ManageLeads, give: []Permission{
			LeadRead, LeadWrite, LeadAllocate, LeadClose, CustomerRead, CustomerWrite, AppraisalRead, AppraisalWrite, TemplateRead, GroupRead, GroupFill,
		}},
		{role: ManageProspects, give: []Permission{ProspectRead, ProspectWrite, CustomerRead, CustomerWrite, TemplateRead, GroupRead, GroupFill}},
		{role: DMS, give: []Permission{DMSExchange}},
		{role: CustomerRecapture, give: []Permission{
			RecaptureRead, RecaptureCheck, RecaptureWork, CustomerRead, AppraisalRead, LeadRead,
		}},
		{role: Valuations, give: []Permission{AppraisalRead, AppraisalValue}},
		{role: CustomerRecapture, with: func(a Attributes) bool { return a.CreateLeadOrProspect }, give: []Permission{RecaptureMake}},
	}
}

// everybody is what every signed-in user may do.
func everybody() []Permission { return []Permission{Self, Notifications} }

// gives lists what a role with these attributes allows.
func gives(role Role, attributes Attributes) []Permission {
	var permissions []Permission
	for _, line := range allowed() {
		if line.role == role && (line.with == nil || line.with(attributes)) {
			permissions = append(permissions, line.give...)
		}
	}
	return permissions
}

// RolesWith lists the roles that can allow it, so that a refusal can name what is missing.
func RolesWith(p Permission) []Role {
	var roles []Role
	for _, line := range allowed() {
		if slices.Contains(line.give, p) {
			roles = append(roles, line.role)
		}
	}
	return slices.Compact(roles)
}
