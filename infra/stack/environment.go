package stack

import (
	"cmp"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/metric"
)

// Environment is one installation of Winback, as far as it differs from others.
type Environment struct {
	Key         string // dev or prod: part of every name
	Region      string
	Account     string // 12 digits: nobody deploys it anywhere else by mistake; empty: the account of the credentials
	Sender      string // address that mails come from, "Name <address>" or bare; its domain becomes an identity of SES
	Replies     string // domain that answers to mails come in to, below the sender's; empty: replies.<the sender's domain>
	RuleSet     string // of SES, which takes mails in and is there and active already; empty: the stack makes one
	TextPool    string // pool of AWS End User Messaging that text messages come from: pool-1234…
	AppURL      string // of the users' front end, without a slash at the end; the only origin of other pages' calls
	Domain      string // of the HTTPS interface; empty: the one that AWS makes
	Certificate string // ARN of the certificate for Domain, in Region
	Alarms      string // address that alarms are mailed to
	Budget      int    // US dollars a month that the account may cost before Alarms hears of it
	Owner       string // whom to ask; a tag on everything
	Keep        bool   // deleting a stack, or a table, takes a change here first
	LogDays     int    // for which logs are kept
	Restored    string // table that a restore made, which is used from then on; empty: the one that the stack makes
	Table       Limits // request units per second: the most that a runaway can cost
	Requests    Rate   // of the HTTPS interface, all callers together
	Hooks       Rate   // of each address that answers without a token and changes something
}

// Limits bound reads and writes.
type Limits struct{ Reads, Writes int }

// Rate is a throttle: requests per second, and how many at one instant.
type Rate struct{ PerSecond, Burst int }

// Environments lists what can be deployed. An address below .example belongs to nobody: Deployable asks for your own.
var Environments = []Environment{
	{
		Key:      "dev",
		Region:   "ap-southeast-2",
		Sender:   "Winback <no-reply@dev.winback.example>",
		TextPool: "pool-00000000000000000000000000000001",
		AppURL:   "http://localhost:3000",
		Alarms:   "winback-dev@winback.example",
		Budget:   30,
		Owner:    "winback",
		LogDays:  30,
		Table:    Limits{Reads: 2_000, Writes: 1_000},
		Requests: Rate{PerSecond: 100, Burst: 200},
		Hooks:    Rate{PerSecond: 50, Burst: 100},
	},
	{
		Key:      "prod",
		Region:   "ap-southeast-2",
		Sender:   "Winback <no-reply@winback.example>",
		TextPool: "pool-00000000000000000000000000000002",
		AppURL:   "https://app.winback.example",
		Alarms:   "winback-prod@winback.example",
		Budget:   300,
		Owner:    "winback",
		Keep:     true,
		LogDays:  90,
		Table:    Limits{Reads: 12_000, Writes: 8_000},
		Requests: Rate{PerSecond: 500, Burst: 1_000},
		Hooks:    Rate{PerSecond: 200, Burst: 400},
	},
}

// Find is the environment with a key. Its error lists what there is.
func Find(key string) (Environment, error) {
	var keys []string
	for _, e := range Environments {
		if e.Key == key {
			return e, nil
		}
		keys = append(keys, e.Key)
	}
	if key == "" {
		return Environment{}, fmt.Errorf("no environment is named: say -env with one of %s", strings.Join(keys, ", "))
	}
	return Environment{}, fmt.Errorf("there is no environment %q: it is one of %s", key, strings.Join(keys, ", "))
}

// Name is what a thing is called in AWS: winback-prod-recapture-submit.
func (e Environment) Name(thing string) string { return "winback-" + e.Key + "-" + thing }

// TableName is the table that is used.
func (e Environment) TableName() string { return cmp.Or(e.Restored, e.Name("table")) }

// Metrics is the namespace of what is counted: another environment in the same account must not raise our alarms.
func (e Environment) Metrics() string { return metric.Namespace + "/" + e.Key }

// SenderDomain is the domain of the sender's address.
func (e Environment) SenderDomain() string {
	_, domain, _ := strings.Cut(e.SenderAddress(), "@")
	return domain
}

// SenderAddress is the bare address of the sender.
func (e Environment) SenderAddress() string {
	address, err := netmail.ParseAddress(e.Sender)
	if err != nil {
		return ""
	}
	return address.Address
}

// ReplyDomain is the domain that answers to mails come in to.
func (e Environment) ReplyDomain() string { return cmp.Or(e.Replies, "replies."+e.SenderDomain()) }

// ReceiptRules is the rule set of SES by which mails come in.
func (e Environment) ReceiptRules() string { return cmp.Or(e.RuleSet, e.Name("mail")) }

// BounceDomain is the domain that mails which come back go to.
func (e Environment) BounceDomain() string { return "bounce." + e.SenderDomain() }

// hostname is a domain as it stands in the DNS, in lower case.
var hostname = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)

// ruleSet is what a rule set of SES may be called.
var ruleSet = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$`)

// pool is the id of a pool of numbers.
var pool = regexp.MustCompile(`^pool-[0-9a-f]{32}$`)

// logRetentions are the days that CloudWatch Logs can be told, within what G10 allows.
var logRetentions = []int{30, 60, 90}

// Check reports everything that is missing or wrong, before anything is made of it.
func (e Environment) Check() error {
	var faults []error
	fault := func(field, format string, args ...any) {
		faults = append(faults, fmt.Errorf("environment %s: %s: %s", e.Key, field, fmt.Sprintf(format, args...)))
	}
	if e.Region == "" {
		fault("Region", "is missing: name the AWS region, for example ap-southeast-2")
	}
	if e.Account != "" && (len(e.Account) != 12 || strings.Trim(e.Account, "0123456789") != "") {
		fault("Account", "%q is no account: it has 12 digits", e.Account)
	}
	switch {
	case e.Sender == "":
		fault("Sender", "is missing: name the address that mails come from, for example Winback <no-reply@your.domain>")
	case e.SenderAddress() == "":
		fault("Sender", "%q is no address", e.Sender)
	}
	if domain := e.SenderDomain(); e.Replies != "" && domain != "" {
		switch {
		case !hostname.MatchString(e.Replies):
			fault("Replies", "%q is no bare domain name in lower case", e.Replies)
		case !strings.HasSuffix(e.Replies, "."+domain):
			fault("Replies", "%s is not below the sender's %s: SES takes mails in for what it has verified, and people's own mail is not ours to take", e.Replies, domain)
		case e.Replies == e.BounceDomain():
			fault("Replies", "%s is where mails go that come back: choose another one, such as replies.%s", e.Replies, domain)
		}
	}
	if e.RuleSet != "" && !ruleSet.MatchString(e.RuleSet) {
		fault("RuleSet", "%q is no name of a rule set of SES", e.RuleSet)
	}
	if !pool.MatchString(e.TextPool) {
		fault("TextPool", "%q is no pool of AWS End User Messaging: make one with a number of yours in it, and name it as pool-0123…", e.TextPool)
	}
	if e.AppURL == "" {
		fault("AppURL", "is missing: people return there when they have signed in")
	} else if u, err := url.Parse(e.AppURL); err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || !secure(u) {
		fault("AppURL", "%q is no https origin: write it without a path and a slash at the end", e.AppURL)
	}
	if (e.Domain == "") != (e.Certificate == "") {
		fault("Domain", "and Certificate belong together: name both, or neither")
	}
	if strings.ContainsAny(e.Domain, "/:") {
		fault("Domain", "%q is no bare domain name", e.Domain)
	}
	if e.Certificate != "" && !strings.HasPrefix(e.Certificate, "arn:aws:acm:"+e.Region+":") {
		fault("Certificate", "%q is not the ARN of a certificate in %s", e.Certificate, e.Region)
	}
	if e.Alarms == "" {
		fault("Alarms", "is missing: name the address that hears when something is wrong")
	} else if _, err := netmail.ParseAddress(e.Alarms); err != nil {
		fault("Alarms", "%q is no address", e.Alarms)
	}
	if e.Budget < 1 {
		fault("Budget", "is missing: name the US dollars a month that are no reason to worry")
	}
	if e.Owner == "" {
		fault("Owner", "is missing: everything is tagged with it")
	}
	if !slices.Contains(logRetentions, e.LogDays) {
		fault("LogDays", "%d days are not possible: choose one of %v", e.LogDays, logRetentions)
	}
	for field, bounds := range map[string][2]int{
		"Table": {e.Table.Reads, e.Table.Writes}, "Requests": {e.Requests.PerSecond, e.Requests.Burst}, "Hooks": {e.Hooks.PerSecond, e.Hooks.Burst},
	} {
		if bounds[0] < 1 || bounds[1] < 1 {
			fault(field, "has no bounds: a runaway would cost what it likes")
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}

// secure reports whether what is sent to an address is encrypted, or does not leave the machine.
func secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && u.Hostname() == "localhost"
}

// Deployable is Check, and refuses the addresses and pools of the repository, which belong to nobody.
func (e Environment) Deployable() error {
	var faults []error
	for _, field := range []struct{ name, value string }{
		{"Sender", e.SenderDomain()}, {"AppURL", e.AppURL}, {"Alarms", e.Alarms}, {"Domain", e.Domain},
	} {
		if strings.HasSuffix(field.value, ".example") {
			faults = append(faults, fmt.Errorf("environment %s: %s: %s is an example and belongs to nobody: put your own into infra/stack/environment.go", e.Key, field.name, field.value))
		}
	}
	if strings.HasPrefix(e.TextPool, "pool-0000000000000000") {
		faults = append(faults, fmt.Errorf("environment %s: TextPool: %s is an example and belongs to nobody: put your own into infra/stack/environment.go", e.Key, e.TextPool))
	}
	return errors.Join(append([]error{e.Check()}, faults...)...)
}
