package access

// UserID names a user within the company.
type UserID string

// Role is one of the roles that a company fills with users and yards.
type Role string

// The roles, by the names that the interface uses (api.md, Settings).
const (
	Admin             Role = "admin"
	ManageLeads       Role = "manage_leads"
	ManageProspects   Role = "manage_prospects"
	CustomerRecapture Role = "autograb_customer_recapture"
	CloseToProspects  Role = "allow_close_to_prospects"
)

// The permissions. Which role gives which is one table: allowed.
const (
	SettingsRead   Permission = "settings:read"
	SettingsWrite  Permission = "settings:write"
	CustomerRead   Permission = "customer:read"
	CustomerWrite  Permission = "customer:write"
	AppraisalRead  Permission = "appraisal:read"
	AppraisalWrite Permission = "appraisal:write"
	LeadRead       Permission = "lead:read"
	LeadWrite      Permission = "lead:write"
	LeadAllocate   Permission = "lead:allocate"
	LeadClose      Permission = "lead:close"
	ProspectRead   Permission = "prospect:read"
	ProspectWrite  Permission = "prospect:write"
	RecaptureRead  Permission = "recapture:read"
	RecaptureCheck Permission = "recapture:check"   // submit vehicles, retry
	RecaptureWork  Permission = "recapture:work"    // open, dismiss, not our car, delete
	RecaptureMake  Permission = "recapture:convert" // create a lead or prospect; only with the role's attribute
	Notifications  Permission = "notification:read" // one's own; every signed-in user has it
	Self           Permission = "self:read"         // GET /v1/me; every signed-in user has it
)
