package arch

// Edges is the map of the domain: which feature may import which. What a feature may not import, it is handed by
// functions/, through a small interface or a function of its own.
var Edges = map[string][]string{
	"appraisal":        {"company", "customer", "lead"},
	"company":          {},
	"customer":         {"company"},
	"dms":              {"company", "customer", "notify", "prospect"},
	"docs":             {},
	"group":            {"customer"},
	"lead":             {"company", "customer", "lead/enquiry", "lead/rule", "notify", "prospect", "response"},
	"lead/alert":       {"company", "customer", "lead", "lead/enquiry", "lead/rule", "notify", "response"},
	"lead/enquiry":     {},
	"lead/letter":      {"lead", "lead/alert", "lead/rule", "notify"},
	"lead/rule":        {"company"},
	"notify":           {"company", "customer"},
	"prospect":         {"company", "customer", "group", "response"},
	"recapture":        {"appraisal", "company", "customer", "lead", "notify", "prospect", "recapture/intake"},
	"recapture/intake": {},
	"response":         {"company", "customer"},
}

// Kernel are the packages that everything may import and that import only the platform: words without life cycles.
var Kernel = []string{"money", "partner", "phone", "vehicle"}

// Doors are the files that may call ident.Trusted, with what proves the company to them. A further door is a decision.
var Doors = map[string]string{
	"internal/platform/access/directory.go": "the signed-in user's own record",
	"internal/company/hook.go":              "the record behind a webhook token",
	"internal/lead/mailbox.go":              "the record behind the name in a lead's address",
	"internal/company/round.go":             "a record that was written with a connection, for schedules to come round to",
	"internal/platform/link/signer.go":      "a verified link",
	"internal/platform/queue/topic.go":      "a message of a queue that only granted functions can fill",
	"internal/platform/mail/event.go":       "a tag that we put on the mail, in an event of our own account's bus",
	"internal/platform/text/event.go":       "a word that we sent along with the message, in an event of our own account's bus",
	"internal/platform/table/key.go":        "the key of an item that the due index returned to the sweeper",
	"functions/local/seed.go":               "the demo data, written before anybody signs in",
	"functions/operate/found.go":            "an operator with credentials of the AWS account, for a company that is not there yet",
	"functions/operate/parked.go":           "an operator with credentials of the AWS account, who names a mail and its company",
}

// MaxLines is the longest file, in lines. The median aims at 60 to 200.
const MaxLines = 400

// Nameless are package names that say nothing about what is in them.
var Nameless = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "base", "manager", "misc", "shared", "lib"}
