package metric

import "iter"

// Namespace is where metrics are kept when nobody names another. Two installations in one account need one each.
const Namespace = "Winback"

// Dimension is the only dimension there is: the name of a function in the catalogue.
const Dimension = "Function"

// Unit is how CloudWatch labels a metric's values.
type Unit string

// Count is the unit of every metric: things that happened.
const Count Unit = "Count"

// Metric is one of the things that are counted.
type Metric uint8

// The metrics.
const (
	// MailsSent are mails that became certain to be with the provider: by its answer, or by its event.
	MailsSent Metric = iota
	// MailsUnknown are mails whose answer from the provider was lost: they may or may not have gone out.
	MailsUnknown
	// MailsSettled are mails of MailsUnknown of which it was found out: sent, or free to be sent again.
	MailsSettled
	// MailsParked are mails of which nobody can tell whether they went out; a person decides.
	MailsParked
	// MailsDoubled are mails that the provider took twice: it must stay at zero.
	MailsDoubled
	// MailEvents are reports of the provider that it took a mail of ours, the sign of life that settles MailsUnknown (G24).
	MailEvents
	// MailsReceived are mails that came in and landed on a lead; a repeated one counts once.
	MailsReceived
	// MailsUnclaimed are mails that came in for nobody, or could not be read: nothing of them is kept.
	MailsUnclaimed
	// TextsSent are text messages that became certain to be with the provider: by its answer, or by its event.
	TextsSent
	// TextsUnknown are text messages whose answer from the provider was lost: they may or may not have gone out.
	TextsUnknown
	// TextsSettled are text messages of TextsUnknown of which it was found out: sent, or free to be sent again.
	TextsSettled
	// TextsParked are text messages of which nobody can tell whether they went out; a person decides.
	TextsParked
	// TextsDoubled are text messages that the provider took twice: it must stay at zero.
	TextsDoubled
	// Sightings are sightings of watched vehicles that somebody is told about.
	Sightings
	// SightingsMissed are vehicles of which the daily comparison found a sighting that no push had brought: the drift.
	SightingsMissed
	// VehiclesSubmitted are vehicles that the partner has taken in a list.
	VehiclesSubmitted
	// VehiclesActive are vehicles that the partner has begun to watch.
	VehiclesActive
	// VehiclesErrored are vehicles that cannot be watched; the dashboard says why.
	VehiclesErrored
	// PushesAccepted are pushes of the partner that were stored; a repeated one counts once.
	PushesAccepted
	// PushesRefused are pushes with an unknown address or a content that cannot be read.
	PushesRefused
	// BreakersOpened is how often the partner of a connection was left alone for a while, each failed probe again.
	BreakersOpened
	// MessagesDropped are messages of a queue that could never succeed and were ended.
	MessagesDropped
	// MessagesDead are messages of a queue that failed for the last time: the queue puts them among its dead letters.
	MessagesDead
	// Failures are pieces of work that ended in an error of ours: requests answered with 500 and above, messages to be tried
	// again because of it, ticks and events. Lambda itself sees only the last two, and crashes.
	Failures
	// WritesThrottled are writes that found no room in the function's pace before the invocation's end; they come again.
	WritesThrottled
	all // how many there are
)

var names = [all]string{
	MailsSent: "MailsSent", MailsUnknown: "MailsUnknown", MailsSettled: "MailsSettled", MailsParked: "MailsParked",
	MailsDoubled: "MailsDoubled", MailEvents: "MailEvents",
	MailsReceived: "MailsReceived", MailsUnclaimed: "MailsUnclaimed",
	TextsSent: "TextsSent", TextsUnknown: "TextsUnknown", TextsSettled: "TextsSettled", TextsParked: "TextsParked",
	TextsDoubled: "TextsDoubled",
	Sightings:    "Sightings", SightingsMissed: "SightingsMissed",
	VehiclesSubmitted: "VehiclesSubmitted", VehiclesActive: "VehiclesActive", VehiclesErrored: "VehiclesErrored",
	PushesAccepted: "PushesAccepted", PushesRefused: "PushesRefused", BreakersOpened: "BreakersOpened",
	MessagesDropped: "MessagesDropped", MessagesDead: "MessagesDead", Failures: "Failures", WritesThrottled: "WritesThrottled",
}

// String is the name of the metric in CloudWatch.
func (m Metric) String() string { return names[m] }

// Unit is the unit of the metric in CloudWatch.
func (m Metric) Unit() Unit { return Count }

// PerFunction reports whether the metric is kept for each function as well as for all of them together. Those of the
// business are kept together only: the place that counts them says enough.
func (m Metric) PerFunction() bool {
	return m == MessagesDropped || m == MessagesDead || m == Failures || m == WritesThrottled
}

// All yields every metric, in the order of the list.
func All() iter.Seq[Metric] {
	return func(yield func(Metric) bool) {
		for m := range all {
			if !yield(m) {
				return
			}
		}
	}
}
