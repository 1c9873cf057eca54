package guardrail

import (
	"fmt"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// Rule is one guard-rail.
type Rule struct {
	Number string // G01
	Says   string // what must hold, as a sentence
	check  func(*World, *report)
}

// Check applies the rule: how many things it looked at, and a sentence for each that breaks it. A rule that finds nothing
// to look at is broken.
func (r Rule) Check(w *World) (looked int, findings []string) {
	var into report
	r.check(w, &into)
	if into.looked == 0 {
		into.find("it found nothing to look at, so it has proved nothing")
	}
	for i, finding := range into.findings {
		into.findings[i] = r.Number + ": " + finding
	}
	return into.looked, into.findings
}

// Broken lists the findings of all rules.
func Broken(w *World) (findings []string) {
	for _, r := range Rules {
		_, found := r.Check(w)
		findings = append(findings, found...)
	}
	return findings
}

// report is what a rule has seen.
type report struct {
	looked   int
	findings []string
}

func (r *report) find(format string, args ...any) {
	r.findings = append(r.findings, fmt.Sprintf(format, args...))
}

// must counts one thing that was looked at, and is a finding where it is not as it must be.
func (r *report) must(holds bool, format string, args ...any) {
	r.looked++
	if !holds {
		r.find(format, args...)
	}
}

// count compares how many there are with how many the catalogue demands.
func (r *report) count(what string, got, want int) {
	r.must(got == want && want > 0, "there are %d %s, and the catalogue demands %d", got, what, want)
}

// within is a number in bounds, both included.
func within(v any, least, most int, path ...string) bool {
	n, ok := template.Int(v, path...)
	return ok && n >= least && n <= most
}

// Rules are all guard-rails that can be checked without AWS, by number.
var Rules = []Rule{
	{"G01", "every queue passes on what failed 5 to 8 times to a dead-letter queue", g01},
	{"G02", "dead letters live 14 days, others 4, and the first dead letter raises an alarm", g02},
	{"G03", "a message stays hidden for six times the consumer's timeout and its window", g03},
	{"G04", "consumers report failures one by one, take the declared batch and have a limit of invocations", g04},
	{"G05", "invocations are reserved for the sender, the webhook and what keeps a pace without a queue, and for nobody else", g05},
	{"G06", "queues are encrypted and refuse whoever does not use TLS", g06},
	{"G07", "the table can be restored to any second, is hard to delete, and has a limit of its cost", g07},
	{"G08", "the table collects what has expired", g08},
	{"G09", "the keys of table and indexes are the known ones", g09},
	{"G10", "functions run arm64 and provided.al2023 as the catalogue declares them, traced, with JSON logs that end", g10},
	{"G11", "a function's environment is what its host reads, holds no secret, and leaves the retries to the code", g11},
	{"G12", "ticks and events have a limit of age, a dead-letter queue, and UTC", g12},
	{"G13", "the access log holds route, status and duration, and neither path nor query", g13},
	{"G14", "every route is throttled, and what is open to everybody more strictly", g14},
	{"G15", "every route is the catalogue's and asks for a token with a scope, but for an exact list", g15},
	{"G16", "there is no catch-all route, and other sites are named exactly", g16},
	{"G17", "what is open to everybody shows with GET and acts with POST", g17},
	{"G18", "with a domain of its own the interface has no second address, and asks for TLS 1.2", g18},
	{"G19", "a web application firewall stands before every CloudFront, and there is none", g19},
	{"G20", "every function has a role of its own with exactly the grants that Uses declares", g20},
	{"G21", "only the sender sends mail, from our address and with the configuration set", g21},
	{"G22", "only those who talk to the partner open secrets, of one company at a time; the key rotates", g22},
	{"G23", "SES reports everything that happens to a mail, suppresses, demands TLS, signs and bounces as our domain", g23},
	{"G24", "reports about mails that nobody could take are kept, and silence raises an alarm", g24},
	{"G25", "buckets hold mails that come in and who reads them: closed, encrypted, over TLS, versioned, tidied up, written by our own rule alone", g25},
	{"G26", "who signs in has a second factor, a long password and an invitation", g26},
	{"G27", "nobody can write their own company or role into a token", g27},
	{"G28", "whatever needs a person raises an alarm that says what to do", g28},
	{"G29", "metrics have no dimension but the function", g29},
	{"G30", "what holds data lives in a protected stack, apart from what is replaced", g30},
	{"G31", "no function sends to the queue that it consumes", g31},
	{"G32", "everything is tagged, logs are declared, and traces are sampled", g32},
	{"G33", "templates stay within the bounds of CloudFormation, and parameters are typed", g33},
	{"G34", "the sender and the webhook are deployed step by step, and back when an alarm rises", g34},
}
