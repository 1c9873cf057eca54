package guardrail

// What the catalogue of functions does not decide alone: these lists are the second opinion.

// senders may hand mails to the provider, texters text messages (G21).
var (
	senders = []string{"mail-send"}
	texters = []string{"text-send"}
)

// openers may open sealed secrets, because they talk to the partner or sign what a management system gets (G22); sealers may
// seal one.
var (
	openers = []string{
		"company-api", "dms-deliver", "recapture-poll", "recapture-remove", "recapture-submit", "sighting-compare", "sighting-verify", "valuation-api",
	}
	sealers = []string{"company-api", "dms-api"}
)

// readers may read the mails that came in (G25): who puts them on leads, and who hands out their attachments.
var readers = []string{"lead-api", "mail-received"}

// inviters may invite and disable sign-ins (G20).
var inviters = []string{"company-api"}

// sweepers may send to every topic (G20).
var sweepers = []string{"outbox-sweep"}

// reservers have invocations set aside although they keep no pace (G05): mail must go out whatever else runs, and a flood
// of pushes or leads must end somewhere.
var reservers = []string{"lead-link", "lead-webhook", "mail-send", "sighting-webhook"}

// canaries are deployed step by step (G34).
var canaries = []string{"lead-link", "lead-webhook", "mail-send", "sighting-webhook", "text-send"}

// public are the routes without a token (G15), and what each of them is (G17).
var public = map[string]openness{
	"GET /docs":                       page,
	"GET /openapi.json":               page,
	"GET /l/{token}":                  action,
	"POST /l/{token}":                 action,
	"POST /webhooks/autograb/{token}": hook,
	"POST /webhooks/leads/{token}":    hook,
}

// openness is a reason to be public.
type openness uint8

const (
	page   openness = iota // shows the same to everybody
	hook                   // is called by a partner with a token in its path
	action                 // a link in a mail: GET shows a page, POST acts
)

// scope is what access tokens must hold (G15).
const scope = "winback/api"

// Seconds of the days that messages live (G02).
const (
	day        = 24 * 60 * 60
	sourceLife = 4 * day
	deadLife   = 14 * day
)
