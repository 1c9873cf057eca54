package stack

import (
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/aws/dynamotable"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// alarm is a condition that needs a person.
type alarm struct {
	thing, kind string // its name: winback-prod-recapture-submit-late
	means, do   string // what has happened, and what to do about it; the README lists the same by kind
	reads       []reading
	expression  string // of the readings, a, b, …; empty: the one reading itself; without readings a query of CloudWatch Metrics Insights
	threshold   float64
	minutes     int // of one period
	of, periods int // rises when so many of the last periods reach the threshold
}

// reading is a metric as an alarm or a dashboard reads it.
type reading struct {
	namespace, name, statistic string
	dimensions                 []label
}

// label is a dimension and its value, which may be known only at deployment.
type label struct {
	name  string
	value *string
}

// alarms lists all of them, derived from the functions and what they need.
func alarms(env Environment, functions []app.Function, api *string) []alarm {
	var all []alarm
	for _, f := range functions {
		all = append(all, functionAlarms(env, f)...)
		all = append(all, queueAlarms(env, f)...)
	}
	all = append(all, alarm{
		"api", "failing", "More than one request in a hundred ends in an error of ours.",
		"Look at the dashboard for the function, and in its log for lines of status 500.",
		[]reading{apiReading("5xx", "Sum", api), apiReading("Count", "Sum", api)},
		"IF(b > 0, 100 * a / b, 0)", 1, 5, 2, 3,
	}, alarm{
		"table", "throttled", "The table refuses reads or writes: the limits of the environment, or one hot key.",
		"Look at the dashboard for who reads and writes; raise Table in infra/stack/environment.go if it is honest growth.",
		[]reading{
			tableReading(env, "ReadThrottleEvents"), tableReading(env, "WriteThrottleEvents"),
			indexReading(env, "ReadThrottleEvents"), indexReading(env, "WriteThrottleEvents"),
		},
		"FILL(a, 0) + FILL(b, 0) + FILL(c, 0) + FILL(d, 0)", 1, 5, 2, 3,
	})
	if Receives(functions) {
		all = append(all, stuck)
	}
	return append(append(append(all, mailAlarms(env)...), textAlarms(env)...), alarm{
		"sightings", "missed", "The daily comparison found vehicles on sale of which no push had told us; they are dealt with.",
		"If it happens for days: ask the partner why pushes do not arrive, and test the connection.",
		[]reading{ours(env, metric.SightingsMissed)},
		"", 1, 60, 1, 1,
	})
}

// slowPercent is the share of its timeout from which a function counts as slow.
const slowPercent = 80

func functionAlarms(env Environment, f app.Function) []alarm {
	limit := timeout(f) * slowPercent / 100
	return []alarm{
		{
			f.Name, "errors", "Invocations of " + f.Name + " crash or run out of time; what they were doing is repeated or among the dead letters.",
			"Read its log from the time of the alarm on; mend it, or go back to the release before.",
			[]reading{functionReading(env, f, "Errors", "Sum")},
			"", 1, 5, 1, 1,
		},
		{
			f.Name, "throttled", "AWS has refused to run " + f.Name + " for a quarter of an hour: it may run as often as it does, or the account may.",
			"Compare with the concurrency of the account; ask AWS for more, or give the function more if its pace allows.",
			[]reading{functionReading(env, f, "Throttles", "Sum")},
			"", 1, 5, 3, 3,
		},
		{
			f.Name, "slow", fmt.Sprintf("One in twenty invocations of %s takes longer than %v of its %v.", f.Name, limit, timeout(f)),
			"Look for a slow partner or a throttled table on the dashboard; otherwise raise its memory or timeout.",
			[]reading{functionReading(env, f, "Duration", "p95")},
			"", float64(limit / time.Millisecond), 5, 3, 3,
		},
	}
}

// late is how old the oldest message of a queue may get. What waits on purpose waits in the table.
const late = 30 * time.Minute

func queueAlarms(env Environment, f app.Function) (all []alarm) {
	if f.Consumes != nil {
		all = append(all, alarm{
			f.Consumes.Topic, "late", fmt.Sprintf("A message for %s has waited for more than %v: more comes in than is done, or it fails again and again.", f.Name, late),
			"Read the log of the function; if it is only much, wait, the queue keeps four days.",
			[]reading{queueReading(env, f.Consumes.Topic, "ApproximateAgeOfOldestMessage", "Maximum")},
			"", late.Seconds(), 5, 3, 3,
		})
	}
	if name := deadName(f); name != "" {
		all = append(all, alarm{
			name, "letters", "Something that " + f.Name + " was to do has failed for good and lies in " + env.Name(name) + ". Nothing is lost for 14 days.",
			"Read the function's log for the message's id; mend the cause, then put the messages back with the redrive command.",
			[]reading{queueReading(env, name, "ApproximateNumberOfMessagesVisible", "Maximum")},
			"", 1, 1, 1, 1,
		})
	}
	return all
}

// deadName is the queue where the messages, ticks or events of a function end that it could not handle; empty where it
// gets none.
func deadName(f app.Function) string {
	switch {
	case f.Consumes != nil:
		return f.Consumes.Topic + dead
	case f.Every != nil, f.On != nil:
		return f.Name + dead
	}
	return ""
}

// Bounds of the reputation, below those at which SES reviews an account: 5 % and 0.1 %.
const (
	mostBounces    = 0.03
	mostComplaints = 0.0008
)

func mailAlarms(env Environment) []alarm {
	return []alarm{
		{
			"mail", "bounces", "More than 3 % of the mails come back; at 5 % SES reviews the account, at 10 % it stops all mail.",
			"Find out on the dashboard since when, and which list brought the addresses; stop that list.",
			[]reading{reputation(env, "Reputation.BounceRate")},
			"", mostBounces, 60, 1, 1,
		},
		{
			"mail", "complaints", "More than 0.08 % of the mails are reported as spam; at 0.1 % SES reviews the account, at 0.5 % it stops all mail.",
			"Find out what was sent to whom; stop it before anything else.",
			[]reading{reputation(env, "Reputation.ComplaintRate")},
			"", mostComplaints, 60, 1, 1,
		},
		{
			"mail", "unknown", "The provider's answer about a mail was lost. It is not sent again; the provider's event settles it within the hour.",
			"Nothing, unless mail-parked follows or it goes on: then look at the health of SES.",
			[]reading{ours(env, metric.MailsUnknown)},
			"", 1, 5, 1, 1,
		},
		{
			"mail", "parked", "Of some mails nobody can tell whether they went out, and no event came. They wait for a person.",
			"Find them in the log of mail-send, ask SES for the message id, and decide: send again, or close.",
			[]reading{ours(env, metric.MailsParked)},
			"", 1, 5, 1, 1,
		},
		{
			"mail", "doubled", "The provider took a mail twice, which must never happen.",
			"Keep the log of mail-send and mail-event of that time, and report it as a fault of ours.",
			[]reading{ours(env, metric.MailsDoubled)},
			"", 1, 5, 1, 1,
		},
		{
			"mail", "silent", "Mails go out, and no event of the provider says what becomes of them. Unknown mails are parked while this lasts.",
			"Look at the rule, the alias and the dead letters of mail-event, and at the configuration set's event destination.",
			[]reading{ours(env, metric.MailsSent), ours(env, metric.MailEvents)},
			"IF(FILL(a, 0) > 0 AND FILL(b, 0) == 0, 1, 0)", 1, 15, 2, 3,
		},
	}
}

// stuck rises while SES tries again. It asks for the metric by its name alone, since the dimensions that SES gives it are not
// documented; so it hears of other rules of the account, too.
var stuck = alarm{
	"mail", "stuck", "SES cannot put a mail that came in into its bucket. It tries for four hours, and then the mail is lost, whose sender believes that it has arrived.",
	"Look at the policy of the bucket (output InboxName of the data stack) and at the receipt rule, and deploy again, which mends both.",
	nil,
	`SELECT SUM(PublishFailure) FROM "AWS/SES"`, 1, 5, 1, 1,
}

func textAlarms(env Environment) []alarm {
	return []alarm{
		{
			"text", "unknown", "The provider's answer about a text message was lost. It is not sent again; the provider's event settles it within the hour.",
			"Nothing, unless text-parked follows or it goes on: then look at the health of AWS End User Messaging.",
			[]reading{ours(env, metric.TextsUnknown)},
			"", 1, 5, 1, 1,
		},
		{
			"text", "parked", "Of some text messages nobody can tell whether they went out, and no event came. They wait for a person.",
			"Find them in the log of text-send, look for the message id at the provider, and decide: send again, or close.",
			[]reading{ours(env, metric.TextsParked)},
			"", 1, 5, 1, 1,
		},
		{
			"text", "doubled", "The provider took a text message twice, which must never happen.",
			"Keep the log of text-send and text-event of that time, and report it as a fault of ours.",
			[]reading{ours(env, metric.TextsDoubled)},
			"", 1, 5, 1, 1,
		},
	}
}

func functionReading(env Environment, f app.Function, name, statistic string) reading {
	return reading{"AWS/Lambda", name, statistic, []label{{"FunctionName", text(env.Name(f.Name))}}}
}

func queueReading(env Environment, queue, name, statistic string) reading {
	return reading{"AWS/SQS", name, statistic, []label{{"QueueName", text(env.Name(queue))}}}
}

func apiReading(name, statistic string, api *string) reading {
	return reading{"AWS/ApiGateway", name, statistic, []label{{"ApiId", api}}}
}

func tableReading(env Environment, name string) reading {
	return reading{"AWS/DynamoDB", name, "Sum", []label{{"TableName", text(env.TableName())}}}
}

func indexReading(env Environment, name string) reading {
	r := tableReading(env, name)
	r.dimensions = append(r.dimensions, label{"GlobalSecondaryIndexName", text(dynamotable.Index)})
	return r
}

func reputation(env Environment, name string) reading {
	return reading{"AWS/SES", name, "Average", []label{{"ses:configuration-set", text(env.Name("mail"))}}}
}

// ours is a metric of the installation as a whole.
func ours(env Environment, m metric.Metric) reading {
	return reading{env.Metrics(), m.String(), "Sum", nil}
}
