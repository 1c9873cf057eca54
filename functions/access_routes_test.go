package functions_test

import "strings"

// accessRow is this test's own opinion of a route: who may call it, and a request that succeeds. A route may have several
// rows. In path and body, <lead> stands for the id of a lead of the caller's company and yard, <+lead> for one that nobody
// has touched, <mark> for a text that only the caller's company has, and so on; see stage.fill.
type accessRow struct {
	route  string // as the API document has it
	may    string // roles, or everybody; a manager may what the others may
	path   string
	body   string
	status int    // of success
	other  string // of lists with a cursor: another path of the same route, or a filter that makes another list
}

func (r accessRow) method() string { method, _, _ := strings.Cut(r.route, " "); return method }

// lets reports whether a role may call the route.
func (r accessRow) lets(role string) bool {
	for _, may := range strings.Fields(r.may) {
		if may == role || may == everybody {
			return true
		}
	}
	return false
}

// roles are those of the row, with one that stands for everybody.
func (r accessRow) roles() []string {
	if r.may == everybody {
		return []string{"leads"}
	}
	return strings.Fields(r.may)
}

const (
	everybody  = "everybody" // who is signed in, with or without a role
	watchers   = "recapture maker"
	readers    = "leads " + watchers
	appraisers = "valuers " + readers
	acquaint   = "leads prospects"
)

// accessRoles are the callers that every route meets, each as a manager of the role, too. A maker is somebody in the
// recapture role with the attribute that lets make leads and prospects; nobody has no role at all.
var accessRoles = []string{"admin", "leads", "prospects", "recapture", "maker", "valuers", "dms", "nobody"}

// publicRoutes is the exact list of what answers without a token.
var publicRoutes = []string{"GET /docs", "GET /l/{token}", "GET /openapi.json", "POST /l/{token}", "POST /webhooks/autograb/{token}", "POST /webhooks/leads/{token}"}

// Bodies that several rows share.
const (
	newYard     = `{"name":"<mark> <number>","state":"NSW","address":{"street":"<mark> street","city":"<mark>","postcode":"2000"}}`
	newUser     = `{"name":{"first":"<mark>","last":"<mark>"},"email":"<email>","mobile":"<phone>","yards":["<yard>"],"notify":{"email":true,"sms":false,"inApp":true}}`
	newRole     = `{"role":"manage_leads","users":[{"id":"<user>","manager":true}],"yards":["<yard>"]}`
	newCustomer = `{"name":{"first":"<mark>","last":"<mark>"},"company":"<mark>","email":"<email>","mobile":"<phone>","phone":"<phone>","address":{"street":"<mark>","city":"<mark>"},"notes":"<mark>","vehicles":[{"vin":"<cvin>","make":"<mark>","model":"<mark>"}]}`
	newcomer    = `{"first":"<mark>","last":"<mark>","email":"<email>","mobile":"<phone>"}`
	newVehicle  = `{"vin":"<vin>","rego":"<rego>","state":"NSW","make":"<ymark>","model":"<ymark>","year":2019}`
	wantedLead  = `{"customer":"<customer>","vehicle":` + newVehicle + `,"tradeIn":` + newVehicle + `,"yard":"<yard>","source":"<ymark>","type":"<ymark>","user":"<user>","notes":"<ymark>"}`
	newEvent    = `{"title":"<ymark>","start":"2026-12-01T09:00:00Z","location":"<ymark>","notes":"<ymark>"}`
	newValued   = `{"customer":"<customer>","vehicle":` + newVehicle + `,"yard":"<yard>","user":"<user>","odometer":61500,"value":{"amount":1450000,"currency":"AUD"},"notes":"<ymark>"}`
	newProspect = `{"customer":"<customer>","vehicle":` + newVehicle + `,"yard":"<yard>","user":"<self>","action":"12 Month Follow Up","type":"Phone Out","notes":"<ymark>"}`
	newRule     = `{"name":"<mark>","conditions":{"yard":"<yard>","make":"<mark>","source":"<mark>","type":"<mark>"},"recipients":["<user>"],"mode":"round_robin","channels":["email","sms"],"workingHours":[{"days":["mon"],"from":"08:30","to":"17:30"}],"capacity":20}`
	handedIn    = `{"prospects":[{"id":"<mark>","version":<number>,"yard":"<yard>","user":"<colleague>","due":"2026-11-25T09:00:00Z","notes":"<ymark>","customer":{"first":"<mark>","last":"<mark>"}}]}`
	newTemplate = `{"name":"<mark> <number>","channel":"sms","body":"<mark> {{customer.firstName|there}}"}`
	newGroup    = `{"name":"<mark> <number>","description":"<mark>"}`
	newEndpoint = `{"name":"<mark> <number>","url":"<hook>/<mark>","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}`
	newWords    = `{"activities":[{"name":"Prospect Activity","source":"<mark>"},{"name":"CRM Follow Up"},{"name":"<mark>"}],"actions":[{"name":"12 Month Follow Up"}],"types":[{"name":"Phone Out"},{"name":"<mark>"}]}`
)

// accessRows has a row for every route; one without fails the test.
var accessRows = []accessRow{
	{route: "GET /v1/me", may: everybody, path: "/v1/me", status: 200},
	{route: "GET /v1/notifications", may: everybody, path: "/v1/notifications", status: 200, other: "unread=true"},
	{route: "POST /v1/notifications/{id}/read", may: everybody, path: "/v1/notifications/<notice>/read", status: 204},

	{route: "GET /v1/company", may: "admin", path: "/v1/company", status: 200},
	{route: "PUT /v1/company", may: "admin", path: "/v1/company", status: 200, body: `{"name":"<mark>","country":"AU","timezone":"Australia/Sydney","language":"en-AU","features":{"prospects":true,"dms":true},"ownStock":{"sellers":["<mark> stock"],"vins":["<cvin>"]}}`},
	{route: "GET /v1/prospect-settings", may: "admin", path: "/v1/prospect-settings", status: 200},
	{route: "PUT /v1/prospect-settings", may: "admin", path: "/v1/prospect-settings", body: newWords, status: 200},
	{route: "GET /v1/lead-settings", may: "admin", path: "/v1/lead-settings", status: 200},
	{route: "PUT /v1/lead-settings", may: "admin", path: "/v1/lead-settings", body: `{"remind":{"after":"4h","times":2},"escalate":"2d","return":{"after":"5d","to":"next"}}`, status: 200},
	{route: "GET /v1/audit", may: "admin", path: "/v1/audit", status: 200, other: "user=<user>"},
	{route: "GET /v1/yards", may: "admin", path: "/v1/yards", status: 200},
	{route: "POST /v1/yards", may: "admin", path: "/v1/yards", body: newYard, status: 201},
	{route: "GET /v1/yards/{id}", may: "admin", path: "/v1/yards/<yard>", status: 200},
	{route: "PUT /v1/yards/{id}", may: "admin", path: "/v1/yards/<+yard>", body: newYard, status: 200},
	{route: "DELETE /v1/yards/{id}", may: "admin", path: "/v1/yards/<+yard>", status: 204},
	{route: "GET /v1/users", may: "admin", path: "/v1/users", status: 200},
	{route: "POST /v1/users", may: "admin", path: "/v1/users", body: newUser, status: 201},
	{route: "GET /v1/users/{id}", may: "admin", path: "/v1/users/<user>", status: 200},
	{route: "PUT /v1/users/{id}", may: "admin", path: "/v1/users/<+user>", body: strings.Replace(newUser, "<email>", "<last email>", 1), status: 200},
	{route: "PATCH /v1/users/{id}", may: "admin", path: "/v1/users/<+user>", body: `{"name":{"first":"<mark>","last":"<mark>"},"mobile":"<phone>","yards":["<yard>"],"disabled":true}`, status: 200},
	{route: "DELETE /v1/users/{id}", may: "admin", path: "/v1/users/<+user>", status: 204},
	{route: "GET /v1/roles", may: "admin", path: "/v1/roles", status: 200},
	{route: "POST /v1/roles", may: "admin", path: "/v1/roles", body: newRole, status: 201},
	{route: "GET /v1/roles/{id}", may: "admin", path: "/v1/roles/<role>", status: 200},
	{route: "PUT /v1/roles/{id}", may: "admin", path: "/v1/roles/<+role>", body: newRole, status: 200},
	{route: "DELETE /v1/roles/{id}", may: "admin", path: "/v1/roles/<+role>", status: 204},
	{route: "GET /v1/connections", may: "admin", path: "/v1/connections", status: 200},
	{route: "POST /v1/connections", may: "admin", path: "/v1/connections", body: `{"name":"<mark>","api":"autograb","yards":["<+yard>"],"key":"<key>"}`, status: 201},
	{route: "GET /v1/connections/{id}", may: "admin", path: "/v1/connections/<connection>", status: 200},
	{route: "PUT /v1/connections/{id}", may: "admin", path: "/v1/connections/<+connection>", body: `{"name":"<mark>","yards":["<+yard>"],"key":"<key>"}`, status: 200},
	{route: "DELETE /v1/connections/{id}", may: "admin", path: "/v1/connections/<+connection>", status: 204},
	{route: "POST /v1/connections/{id}/test", may: "admin", path: "/v1/connections/<connection>/test", status: 200},
	{route: "POST /v1/connections/{id}/rotate-webhook", may: "admin", path: "/v1/connections/<+connection>/rotate-webhook", status: 200},
	{route: "GET /v1/lead-rules", may: "admin", path: "/v1/lead-rules", status: 200},
	{route: "POST /v1/lead-rules", may: "admin", path: "/v1/lead-rules", body: newRule, status: 201},
	{route: "GET /v1/lead-rules/{id}", may: "admin", path: "/v1/lead-rules/<+rule>", status: 200},
	{route: "PUT /v1/lead-rules/{id}", may: "admin", path: "/v1/lead-rules/<+rule>", body: newRule, status: 200},
	{route: "DELETE /v1/lead-rules/{id}", may: "admin", path: "/v1/lead-rules/<+rule>", status: 204},

	{route: "GET /v1/customers", may: "leads prospects recapture maker", path: "/v1/customers", status: 200, other: "q=<mark>"},
	{route: "POST /v1/customers", may: acquaint, path: "/v1/customers", body: newCustomer, status: 201},
	{route: "GET /v1/customers/{id}", may: "leads prospects recapture maker", path: "/v1/customers/<customer>", status: 200},
	{route: "PATCH /v1/customers/{id}", may: acquaint, path: "/v1/customers/<customer>", body: `{"notes":"<mark>","phone":"<phone>"}`, status: 200},
	{route: "GET /v1/customers/duplicates", may: "leads prospects recapture maker", path: "/v1/customers/duplicates?limit=50", status: 200},
	{route: "GET /v1/customers/{id}/duplicates", may: "leads prospects recapture maker", path: "/v1/customers/<customer>/duplicates", status: 200},
	{route: "POST /v1/customers/{id}/merge", may: acquaint, path: "/v1/customers/<+customer>/merge", body: `{"into":"<+customer>"}`, status: 200},
	{route: "DELETE /v1/customers/{id}/merge", may: acquaint, path: "/v1/customers/<+customer>/merge", status: 200},
	{route: "GET /v1/customers/{id}/activity", may: "leads prospects recapture maker", path: "/v1/customers/<customer>/activity", status: 200, other: "/v1/customers/<+customer>/activity"},

	{route: "GET /v1/appraisals", may: appraisers, path: "/v1/appraisals", status: 200, other: "status=open"},
	{route: "GET /v1/appraisals", may: appraisers, path: "/v1/appraisals?user=<user>&yard=<yard>&q=<mark>", status: 200},
	{route: "POST /v1/appraisals", may: "leads", path: "/v1/appraisals", body: newValued, status: 201},
	{route: "POST /v1/appraisals", may: "leads", path: "/v1/appraisals", body: strings.Replace(newValued, `"<customer>"`, newcomer, 1), status: 201},
	{route: "GET /v1/appraisals/{id}", may: appraisers, path: "/v1/appraisals/<appraisal>", status: 200},
	{route: "PATCH /v1/appraisals/{id}", may: "leads", path: "/v1/appraisals/<appraisal>", body: `{"notes":"<ymark>","yard":"<yard>","user":"<user>","odometer":70000}`, status: 200},
	{route: "POST /v1/appraisals/{id}/valuation", may: "valuers", path: "/v1/appraisals/<appraisal>/valuation", body: `{"condition":4}`, status: 200},
	{route: "POST /v1/appraisals/{id}/lead", may: "leads", path: "/v1/appraisals/<+appraisal>/lead", body: `{"notes":"<ymark>","user":"<user>","vehicle":{"make":"<ymark>"}}`, status: 201},

	{route: "GET /v1/leads", may: readers, path: "/v1/leads", status: 200, other: "status=new"},
	{route: "GET /v1/leads", may: readers, path: "/v1/leads?user=<user>&yard=<yard>&q=<mark>", status: 200},
	{route: "POST /v1/leads", may: "leads", path: "/v1/leads", body: wantedLead, status: 201},
	{route: "POST /v1/leads", may: "leads", path: "/v1/leads", body: strings.Replace(wantedLead, `"<customer>"`, newcomer, 1), status: 201},
	{route: "GET /v1/leads/{id}", may: readers, path: "/v1/leads/<lead>", status: 200},
	{route: "PATCH /v1/leads/{id}", may: "leads", path: "/v1/leads/<lead>", body: `{"notes":"<ymark>","yard":"<yard>","user":"<user>"}`, status: 200},
	{route: "GET /v1/leads/figures", may: readers, path: "/v1/leads/figures?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z", status: 200},
	{route: "POST /v1/leads/import", may: "leads", path: "/v1/leads/import?yard=<yard>", body: "customer_first_name,customer_last_name,customer_email,make\r\n<mark>,<mark>,<email>,<ymark>\r\n<mark>,,,\r\n", status: 200},
	{route: "GET /v1/leads/template.csv", may: "leads", path: "/v1/leads/template.csv", status: 200},
	{route: "POST /v1/leads/{id}/allocate", may: "leads", path: "/v1/leads/<+lead>/allocate", body: `{"user":"<user>","notes":"<ymark>"}`, status: 200},
	{route: "POST /v1/leads/allocate", may: "leads", path: "/v1/leads/allocate", body: `{"leads":["<+lead>"],"user":"<user>","notes":"<ymark>"}`, status: 200},
	{route: "GET /v1/leads/{id}/assignees", may: "leads", path: "/v1/leads/<lead>/assignees?limit=50", status: 200},
	{route: "POST /v1/leads/{id}/events", may: "leads", path: "/v1/leads/<+lead>/events", body: newEvent, status: 201},
	{route: "GET /v1/leads/{id}/events", may: readers, path: "/v1/leads/<lead>/events", status: 200},
	{route: "GET /v1/leads/{id}/events/{event}", may: readers, path: "/v1/leads/<appointment>", status: 200},
	{route: "PATCH /v1/leads/{id}/events/{event}", may: "leads", path: "/v1/leads/<+appointment>", body: `{"start":"2026-12-02T09:00:00Z","notes":"<ymark>"}`, status: 200},
	{route: "POST /v1/leads/{id}/events/{event}/end", may: "leads", path: "/v1/leads/<+appointment>/end", body: `{"outcome":"completed","notes":"<ymark>"}`, status: 200},
	{route: "POST /v1/leads/{id}/reply", may: "leads", path: "/v1/leads/<+lead>/reply", body: `{"subject":"<ymark>","body":"<ymark> {{customer.firstName|there}}"}`, status: 201},
	{route: "POST /v1/leads/{id}/reply/preview", may: readers, path: "/v1/leads/<lead>/reply/preview", body: `{"subject":"<ymark>","body":"<ymark>"}`, status: 200},
	{route: "POST /v1/leads/{id}/calls", may: "leads", path: "/v1/leads/<+lead>/calls", body: `{"to":"<phone>","outcome":"missed","notes":"<ymark>"}`, status: 201},
	{route: "GET /v1/leads/{id}/work", may: readers, path: "/v1/leads/<lead>/work?limit=50", status: 200},
	{route: "GET /v1/leads/{id}/conversation", may: readers, path: "/v1/leads/<lead>/conversation?limit=50", status: 200},
	{route: "GET /v1/leads/{id}/letters/{letter}", may: readers, path: "/v1/leads/<letter>", status: 200},
	{route: "GET /v1/leads/{id}/letters/{letter}/attachments/{number}", may: readers, path: "/v1/leads/<letter>/attachments/2", status: 200},
	{route: "POST /v1/leads/{id}/merge", may: "leads", path: "/v1/leads/<+lead>/merge", body: `{"into":"<+lead>"}`, status: 200},
	{route: "DELETE /v1/leads/{id}/merge", may: "leads", path: "/v1/leads/<+lead>/merge", status: 200},
	{route: "POST /v1/leads/{id}/close", may: "leads", path: "/v1/leads/<+lead>/close", body: `{"outcome":"lost","reason":"<ymark>"}`, status: 200},

	{route: "POST /v1/dms/prospects", may: "admin dms", path: "/v1/dms/prospects", body: handedIn, status: 200},
	{route: "GET /v1/dms/endpoints", may: "admin", path: "/v1/dms/endpoints", status: 200},
	{route: "POST /v1/dms/endpoints", may: "admin", path: "/v1/dms/endpoints", body: newEndpoint, status: 201},
	{route: "GET /v1/dms/endpoints/{id}", may: "admin", path: "/v1/dms/endpoints/<endpoint>", status: 200},
	{route: "PUT /v1/dms/endpoints/{id}", may: "admin", path: "/v1/dms/endpoints/<endpoint>", body: `{"name":"<mark>","url":"<hook>/<mark>"}`, status: 200},
	{route: "DELETE /v1/dms/endpoints/{id}", may: "admin", path: "/v1/dms/endpoints/<+endpoint>", status: 204},
	{route: "POST /v1/dms/endpoints/{id}/rotate-secret", may: "admin", path: "/v1/dms/endpoints/<endpoint>/rotate-secret", body: `{"secret":"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}`, status: 200},
	{route: "GET /v1/dms/endpoints/{id}/deliveries", may: "admin", path: "/v1/dms/endpoints/<endpoint>/deliveries?limit=50", status: 200},
	{route: "POST /v1/dms/endpoints/{id}/redeliver", may: "admin", path: "/v1/dms/endpoints/<endpoint>/redeliver", body: `{"behind":0}`, status: 200},
	{route: "POST /v1/dms/endpoints/{id}/deliveries/{delivery}/redeliver", may: "admin", path: "/v1/dms/endpoints/<endpoint>/deliveries/1/redeliver", status: 200},
	{route: "GET /v1/dms/changes", may: "admin dms", path: "/v1/dms/changes?limit=50", status: 200},
	{route: "GET /v1/templates", may: "admin " + acquaint, path: "/v1/templates", status: 200},
	{route: "POST /v1/templates", may: "admin", path: "/v1/templates", body: newTemplate, status: 201},
	{route: "GET /v1/templates/variables", may: "admin " + acquaint, path: "/v1/templates/variables", status: 200},
	{route: "POST /v1/templates/preview", may: acquaint, path: "/v1/templates/preview", body: `{"channel":"sms","body":"Hi {{customer.firstName|there}}","customer":"<customer>"}`, status: 200},
	{route: "POST /v1/templates/preview", may: "admin " + acquaint, path: "/v1/templates/preview", body: `{"channel":"sms","body":"Hi {{customer.firstName|there}}"}`, status: 200},
	{route: "GET /v1/templates/{id}", may: "admin " + acquaint, path: "/v1/templates/<template>", status: 200},
	{route: "PUT /v1/templates/{id}", may: "admin", path: "/v1/templates/<+template>", body: newTemplate, status: 200},
	{route: "DELETE /v1/templates/{id}", may: "admin", path: "/v1/templates/<+template>", status: 204},
	{route: "POST /v1/templates/{id}/default", may: "admin " + acquaint, path: "/v1/templates/<template>/default", status: 200},
	{route: "DELETE /v1/templates/{id}/default", may: "admin " + acquaint, path: "/v1/templates/<template>/default", status: 204},
	{route: "GET /v1/groups", may: "admin " + acquaint, path: "/v1/groups", status: 200},
	{route: "POST /v1/groups", may: "admin", path: "/v1/groups", body: newGroup, status: 201},
	{route: "GET /v1/groups/{id}", may: "admin " + acquaint, path: "/v1/groups/<group>", status: 200},
	{route: "PUT /v1/groups/{id}", may: "admin", path: "/v1/groups/<+group>", body: newGroup, status: 200},
	{route: "DELETE /v1/groups/{id}", may: "admin", path: "/v1/groups/<+group>", status: 204},
	{route: "GET /v1/groups/{id}/members", may: acquaint, path: "/v1/groups/<group>/members?limit=50", status: 200},
	{route: "POST /v1/groups/{id}/members", may: acquaint, path: "/v1/groups/<group>/members", body: `{"customers":["<customer>"]}`, status: 200},
	{route: "DELETE /v1/groups/{id}/members/{customer}", may: acquaint, path: "/v1/groups/<group>/members/<customer>", status: 204},

	{route: "GET /v1/prospects", may: "prospects", path: "/v1/prospects", status: 200, other: "state=all"},
	{route: "GET /v1/prospects", may: "prospects", path: "/v1/prospects?user=<self>&q=<mark>", status: 200},
	{route: "POST /v1/prospects", may: "prospects", path: "/v1/prospects", body: newProspect, status: 201},
	{route: "POST /v1/prospects", may: "prospects", path: "/v1/prospects", body: strings.Replace(newProspect, `"<customer>"`, newcomer, 1), status: 201},
	{route: "GET /v1/prospects/{id}", may: "prospects", path: "/v1/prospects/<+prospect>", status: 200},
	{route: "GET /v1/prospects/choices", may: "prospects", path: "/v1/prospects/choices", status: 200},
	{route: "PATCH /v1/prospects/{id}", may: "prospects", path: "/v1/prospects/<+prospect>", body: `{"notes":"<ymark>","yard":"<yard>","user":"<self>","due":"2026-12-01T09:00:00Z"}`, status: 200},
	{route: "GET /v1/prospects/{id}/attempts", may: "prospects", path: "/v1/prospects/<+prospect>/attempts?limit=50", status: 200},
	{route: "POST /v1/prospects/{id}/attempts", may: "prospects", path: "/v1/prospects/<+prospect>/attempts", body: `{"notes":"<ymark>","type":"Phone Out"}`, status: 201},
	{route: "POST /v1/prospects/{id}/conflicts", may: "prospects", path: "/v1/prospects/<+contested>/conflicts", body: `{"field":"notes","keep":"ours"}`, status: 200},
	{route: "GET /v1/prospects/{id}/responses", may: "prospects", path: "/v1/prospects/<+prospect>/responses", status: 200},
	{route: "GET /v1/prospects/{id}/messages", may: "prospects", path: "/v1/prospects/<+prospect>/messages?limit=50", status: 200},
	{route: "POST /v1/prospects/{id}/messages", may: "prospects", path: "/v1/prospects/<+prospect>/messages", body: `{"channel":"email","subject":"<ymark>","body":"<ymark>"}`, status: 201},
	{route: "POST /v1/prospects/{id}/messages", may: "prospects", path: "/v1/prospects/<+prospect>/messages", body: `{"channel":"sms","body":"<ymark>"}`, status: 201},
	{route: "POST /v1/prospects/{id}/messages/preview", may: "prospects", path: "/v1/prospects/<+prospect>/messages/preview", body: `{"channel":"sms","body":"<ymark>"}`, status: 200},
	{route: "POST /v1/prospects/{id}/convert", may: "prospects", path: "/v1/prospects/<+prospect>/convert", body: `{"notes":"<ymark>","type":"<ymark>"}`, status: 200},
	{route: "POST /v1/prospects/{id}/complete", may: "prospects", path: "/v1/prospects/<+prospect>/complete", body: `{"notes":"<ymark>"}`, status: 200},

	{route: "GET /v1/recaptures", may: watchers, path: "/v1/recaptures", status: 200, other: "origin=csv"},
	{route: "GET /v1/recaptures", may: watchers, path: "/v1/recaptures?user=<user>&q=<mark>", status: 200},
	{route: "POST /v1/recaptures", may: watchers, path: "/v1/recaptures", body: `{"leads":["<lead>","<+lead>"],"appraisals":["<appraisal>","<+appraisal>"]}`, status: 202},
	{route: "POST /v1/recaptures", may: watchers, path: "/v1/recaptures", body: `{"vehicles":[{"vin":"<vin>","make":"<ymark>","customer":{"id":"<customer>","first":"<mark>","email":"<email>"}},{"vin":"<vin>","reference":"<ymark>"}],"yard":"<yard>"}`, status: 202},
	{route: "GET /v1/recaptures/template.csv", may: watchers, path: "/v1/recaptures/template.csv", status: 200},
	{route: "GET /v1/recaptures/export.csv", may: watchers, path: "/v1/recaptures/export.csv?limit=50", status: 200},
	{route: "POST /v1/recaptures/uploads", may: watchers, path: "/v1/recaptures/uploads?yard=<yard>", body: "vin,make,customer_email\r\n<vin>,<ymark>,<email>\r\nBROKEN,<ymark>,<email>\r\n", status: 202},
	{route: "GET /v1/recaptures/summary", may: watchers, path: "/v1/recaptures/summary", status: 200},
	{route: "GET /v1/recaptures/users", may: watchers, path: "/v1/recaptures/users", status: 200},
	{route: "GET /v1/recaptures/{id}", may: watchers, path: "/v1/recaptures/<recapture>", status: 200},
	{route: "POST /v1/recaptures/{id}/open", may: watchers, path: "/v1/recaptures/<recapture>/open", status: 200},
	{route: "POST /v1/recaptures/{id}/dismiss", may: watchers, path: "/v1/recaptures/<recapture>/dismiss", status: 200},
	{route: "POST /v1/recaptures/{id}/leads", may: "maker", path: "/v1/recaptures/<+recapture>/leads", body: `{"yard":"<yard>","user":"<user>","notes":"<ymark>"}`, status: 201},
	{route: "POST /v1/recaptures/{id}/prospects", may: "maker", path: "/v1/recaptures/<+recapture>/prospects", body: `{"yard":"<yard>","user":"<self>","notes":"<ymark>"}`, status: 201},
	{route: "DELETE /v1/recaptures/{id}", may: watchers, path: "/v1/recaptures/<+recapture>", status: 204},
	{route: "POST /v1/recaptures/{id}/retry", may: watchers, path: "/v1/recaptures/<+errored>/retry", status: 202},
	{route: "POST /v1/recaptures/retry", may: watchers, path: "/v1/recaptures/retry", body: `{"recaptures":["<+errored>"]}`, status: 202},
	{route: "POST /v1/recaptures/{id}/not-our-car", may: watchers, path: "/v1/recaptures/<+recapture>/not-our-car", body: `{}`, status: 200},
	{route: "DELETE /v1/recaptures/{id}/not-our-car", may: watchers, path: "/v1/recaptures/<recapture>/not-our-car", status: 200},
	{route: "GET /v1/recapture-batches/{id}", may: watchers, path: "/v1/recapture-batches/<batch>", status: 200},
	{route: "GET /v1/recapture-batches/{id}/rejected", may: watchers, path: "/v1/recapture-batches/<batch>/rejected", status: 200, other: "/v1/recapture-batches/<second batch>/rejected"},
	{route: "GET /v1/recapture-batches/{id}/rejected.csv", may: watchers, path: "/v1/recapture-batches/<batch>/rejected.csv?limit=50", status: 200},
}
