package price

import "github.com/winback-auto/winback/internal/testkit/awssim"

// What is paid by the month, beside the names above.
const (
	MonthKMSKeys    = "month:KMSKeys"
	MonthSecrets    = "month:Secrets"
	MonthDashboards = "month:Dashboards"
	MonthAlarms     = "month:AlarmMetrics"  // metrics that alarms read
	MonthMetrics    = "month:CustomMetrics" // of ours
	MonthTable      = "month:TableGB"
	MonthBackup     = "month:BackupGB"
	MonthInbox      = "month:InboxGB" // of mails that came in
)

// Dealer is what a dealership does in a month. All of it is assumed.
type Dealer struct {
	Submitted float64 // vehicles, as many of which reach the end of their watch
	Watched   float64 // at a time: two years of them
	Sightings float64 // each with a second push about it, and a mail
	Requests  float64 // of its people
	Answers   float64 // mails of customers
}

// Typical is a dealer with two yards and ten users.
var Typical = Dealer{Submitted: 500, Watched: 12_000, Sightings: 180, Requests: 20_000, Answers: 300}

// Installation is what an environment has whether anybody works with it or not.
type Installation struct{ AlarmMetrics, Metrics, Queues, Ticks float64 }

// What a unit of work takes. Request units of vehicles and sightings are counted to the last one in
// internal/recapture/cost_test.go; the others are rounded up from what rehearsals show.
const (
	vehicleWrites, vehicleReads   = 2834.0 / 200, 719.0 / 200
	endingWrites                  = 12
	sightingWrites, sightingReads = 3 + 32 + 2 + 15, 20 // two pushes, the verification, notice and mail
	requestWrites, requestReads   = 1, 30               // one in ten writes; a page of a list reads most
	answerWrites, answerReads     = 20, 20              // letter, lead and its postings, notice
	answerBytes                   = 100e3               // of a mail, some of which bring photographs
	answerMonths                  = 400.0 / 30          // for which it is kept
	comparedReads                 = 1.1                 // of each watched vehicle, each day
	vehicleBytes                  = 8e3                 // record, postings, sightings
	lineBytes                     = 1_200               // of an invocation, Lambda's own lines included
	invocationGBSeconds           = 0.5 * 0.06
	sweepReads, sweepGBSeconds    = 20, 0.5 * 0.1
	pollers, pollsPerMonth        = 5, 30 * 86_400 / 20 // Lambda keeps five long polls of 20 s at each queue
	tracedPerMonth                = 30 * 86_400         // one a second, and one in twenty of the others
)

// Month is what so many dealers use in a month.
func (i Installation) Month(dealers float64, d Dealer) Usage {
	vehicles, sightings, requests := dealers*d.Submitted, dealers*d.Sightings, dealers*d.Requests
	answers := dealers * d.Answers
	invocations := requests + 6*sightings + vehicles/20 + dealers*30*d.Watched/1000 + 2*answers
	traces := min(invocations, tracedPerMonth+(invocations-min(invocations, tracedPerMonth))/20)
	gigabytes := dealers * d.Watched * vehicleBytes / 1e9
	return Usage{
		awssim.WriteUnits:  vehicles*(vehicleWrites+endingWrites) + sightings*sightingWrites + requests*requestWrites + answers*answerWrites,
		awssim.ReadUnits:   vehicles*vehicleReads + sightings*sightingReads + requests*requestReads + answers*answerReads + dealers*30*d.Watched*comparedReads + i.Ticks*sweepReads,
		awssim.Mails:       sightings,
		MailsIn:            answers,
		awssim.ObjectPuts:  answers,
		awssim.ObjectGets:  2 * answers, // by who puts it on its lead, and for its attachments
		MonthInbox:         answers * answerBytes * answerMonths / 1e9,
		HTTPRequests:       requests + 2*sightings,
		LambdaRequests:     invocations + i.Ticks,
		LambdaGBSeconds:    invocations*invocationGBSeconds + i.Ticks*sweepGBSeconds,
		Schedules:          i.Ticks,
		awssim.SQSRequests: i.Queues*pollers*pollsPerMonth + 4*(sightings*3+vehicles/50),
		awssim.LogBytes:    (invocations + i.Ticks) * lineBytes,
		awssim.Traces:      traces,
		KMSRequests:        dealers * 30 * d.Watched / 1000,
		MonthKMSKeys:       2, MonthSecrets: 1, MonthDashboards: 1,
		MonthAlarms: i.AlarmMetrics, MonthMetrics: i.Metrics,
		MonthTable: gigabytes, MonthBackup: gigabytes,
	}
}
