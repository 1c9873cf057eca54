package stack

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// A dashboard is 24 columns wide; a graph takes 8 columns and 6 rows of it.
const (
	graphColumns = 8
	graphRows    = 6
	perRow       = 24 / graphColumns
)

// graph shows metrics over time.
type graph struct {
	title string
	lines []line
}

// line is a metric in a graph.
type line struct {
	reading
	label string
}

// dashboard shows what the alarms watch and what the business is measured by, top to bottom in the order in which one asks.
func dashboard(s awscdk.Stack, env Environment, functions []app.Function, api *string) {
	var widgets []any
	for i, g := range graphs(env, functions, api) {
		widgets = append(widgets, object{
			"type": "metric", "x": graphColumns * (i % perRow), "y": graphRows * (i / perRow), "width": graphColumns, "height": graphRows,
			"properties": object{"title": g.title, "view": "timeSeries", "region": awscdk.Aws_REGION(), "period": 300, "metrics": g.rows()},
		})
	}
	awscloudwatch.NewCfnDashboard(s, text("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: text(env.Name("overview")),
		DashboardBody: s.ToJsonString(object{"widgets": widgets}, nil),
	})
}

func graphs(env Environment, functions []app.Function, api *string) []graph {
	all := []graph{
		{"Sightings", counted(env, metric.Sightings, metric.SightingsMissed, metric.PushesAccepted, metric.PushesRefused)},
		{"Vehicles", counted(env, metric.VehiclesSubmitted, metric.VehiclesActive, metric.VehiclesErrored, metric.BreakersOpened)},
		{"Mails", counted(env, metric.MailsSent, metric.MailEvents, metric.MailsUnknown, metric.MailsSettled, metric.MailsParked, metric.MailsDoubled)},
		{"Mails that came in", counted(env, metric.MailsReceived, metric.MailsUnclaimed)},
		{"Text messages", counted(env, metric.TextsSent, metric.TextsUnknown, metric.TextsSettled, metric.TextsParked, metric.TextsDoubled)},
		{"Work that failed", counted(env, metric.Failures, metric.MessagesDropped, metric.MessagesDead, metric.WritesThrottled)},
		{"Requests", []line{
			{apiReading("Count", "Sum", api), "all"}, {apiReading("4xx", "Sum", api), "refused (4xx)"}, {apiReading("5xx", "Sum", api), "failed (5xx)"},
		}},
		{"Time of a request (ms)", []line{{apiReading("Latency", "p50", api), "half of them"}, {apiReading("Latency", "p99", api), "99 of 100"}}},
		{"Table: units", []line{
			{tableReading(env, "ConsumedReadCapacityUnits"), "read"},
			{tableReading(env, "ConsumedWriteCapacityUnits"), "written"},
			{indexReading(env, "ConsumedWriteCapacityUnits"), "written to the due index"},
		}},
		{"Table: refused", []line{
			{tableReading(env, "ReadThrottleEvents"), "reads"},
			{tableReading(env, "WriteThrottleEvents"), "writes"},
			{indexReading(env, "WriteThrottleEvents"), "writes to the due index"},
		}},
		{"Reputation", []line{{reputation(env, "Reputation.BounceRate"), "bounces"}, {reputation(env, "Reputation.ComplaintRate"), "complaints"}}},
	}
	perFunction := func(title, name, statistic string) graph {
		g := graph{title: title}
		for _, f := range functions {
			g.lines = append(g.lines, line{functionReading(env, f, name, statistic), f.Name})
		}
		return g
	}
	all = append(all,
		perFunction("Functions: invocations", "Invocations", "Sum"), perFunction("Functions: errors", "Errors", "Sum"),
		perFunction("Functions: time (ms, 95 of 100)", "Duration", "p95"),
	)
	waiting, age, dead := graph{title: "Queues: waiting"}, graph{title: "Queues: oldest (s)"}, graph{title: "Dead letters"}
	for _, f := range functions {
		if f.Consumes != nil {
			topic := f.Consumes.Topic
			waiting.lines = append(waiting.lines, line{queueReading(env, topic, "ApproximateNumberOfMessagesVisible", "Maximum"), topic})
			age.lines = append(age.lines, line{queueReading(env, topic, "ApproximateAgeOfOldestMessage", "Maximum"), topic})
		}
		if name := deadName(f); name != "" {
			dead.lines = append(dead.lines, line{queueReading(env, name, "ApproximateNumberOfMessagesVisible", "Maximum"), name})
		}
	}
	return append(all, waiting, age, dead)
}

// counted are lines of our own metrics.
func counted(env Environment, metrics ...metric.Metric) (lines []line) {
	for _, m := range metrics {
		lines = append(lines, line{ours(env, m), m.String()})
	}
	return lines
}

// rows writes a graph's metrics as a dashboard's source has them: a list of words for each.
func (g graph) rows() (rows []any) {
	for _, l := range g.lines {
		row := []any{l.namespace, l.name}
		for _, d := range l.dimensions {
			row = append(row, d.name, d.value)
		}
		rows = append(rows, append(row, object{"stat": l.statistic, "label": l.label}))
	}
	return rows
}
