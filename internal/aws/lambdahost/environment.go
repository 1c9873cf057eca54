package lambdahost

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
)

// The environment of a Lambda. The stack sets for each function the variables that Variables names.
const (
	TableVariable    = "WINBACK_TABLE"                  // name of the DynamoDB table
	QueuesVariable   = "WINBACK_QUEUES"                 // JSON object: topic to queue URL, of the topics it may use
	MailSetVariable  = "WINBACK_MAIL_CONFIGURATION_SET" // of SES
	MailFromVariable = "WINBACK_MAIL_FROM"              // address that mails come from
	RepliesVariable  = "WINBACK_MAIL_REPLIES"           // domain whose mails come in; may be missing: none does
	InboxVariable    = "WINBACK_INBOX"                  // bucket that mails come into
	TextFromVariable = "WINBACK_TEXT_FROM"              // pool, number or sender id that text messages come from
	KMSKeyVariable   = "WINBACK_KMS_KEY"                // ARN of the key that seals secrets
	UserPoolVariable = "WINBACK_USER_POOL"              // id of the Cognito user pool
	LinkVariable     = "WINBACK_LINK_KEYS"              // ARN of the secret with the keys of links
	BaseURLVariable  = "WINBACK_BASE_URL"               // of our HTTPS interface, without a slash at the end
	AppURLVariable   = "WINBACK_APP_URL"                // of the users' front end, without a slash at the end; may be missing
	MetricsVariable  = "WINBACK_METRICS"                // namespace of what is counted; may be missing: metric.Namespace
)

// Variables lists the variables that a function needs, sorted; those that may be missing are not among them. Addresses are
// for every function with a table.
func Variables(f app.Function) []string {
	var names []string
	if f.Uses.Table != app.NoTable {
		names = append(names, TableVariable, BaseURLVariable, MailFromVariable)
	}
	if f.Uses.Links {
		names = append(names, LinkVariable)
	}
	if len(Queues(f)) > 0 || f.Uses.SendsAll {
		names = append(names, QueuesVariable)
	}
	if f.Uses.Mail {
		names = append(names, MailSetVariable, MailFromVariable)
	}
	if f.Uses.Inbox {
		names = append(names, InboxVariable)
	}
	if f.Uses.Text {
		names = append(names, TextFromVariable)
	}
	if f.Uses.Secrets != 0 {
		names = append(names, KMSKeyVariable)
	}
	if f.Uses.Identity {
		names = append(names, UserPoolVariable)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Queues lists the topics whose queues a function addresses, sorted: those it sends to, and its own, into which it hands
// messages back. The sweeper addresses all.
func Queues(f app.Function) []string {
	topics := slices.Clone(f.Uses.Sends)
	if f.Consumes != nil {
		topics = append(topics, f.Consumes.Topic)
	}
	slices.Sort(topics)
	return slices.Compact(topics)
}

// environment is what the variables of a function say.
type environment struct {
	get    func(string) string
	queues map[string]string
}

// read checks that everything the function needs is there.
func read(f app.Function, get func(string) string) (environment, error) {
	e := environment{get: get}
	var missing []string
	for _, name := range Variables(f) {
		if get(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return e, fmt.Errorf("lambdahost: %s needs %s in its environment", f.Name, strings.Join(missing, ", "))
	}
	if raw := get(QueuesVariable); raw != "" {
		if err := json.Unmarshal([]byte(raw), &e.queues); err != nil {
			return e, fmt.Errorf("lambdahost: %s is no JSON object of topics and URLs", QueuesVariable)
		}
	}
	for _, topic := range Queues(f) {
		if e.queues[topic] == "" {
			return e, fmt.Errorf("lambdahost: %s needs the URL of %s in %s", f.Name, topic, QueuesVariable)
		}
	}
	return e, nil
}

// url is the address of a topic's queue.
func (e environment) url(topic string) (string, error) {
	url, ok := e.queues[topic]
	if !ok {
		return "", fmt.Errorf("lambdahost: no queue for %s in %s", topic, QueuesVariable)
	}
	return url, nil
}
