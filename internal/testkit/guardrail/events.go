package guardrail

import (
	"slices"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// hour and eventLife bound how old a tick or an event may get before it is given up (G12), in seconds. Ticks are hints,
// the next one does the same; an event of the provider comes once.
const (
	hour      = 60 * 60
	eventLife = 6 * hour
)

func g12(w *World, r *report) {
	var ticks, events []app.Function
	for _, f := range w.Functions {
		if f.Every != nil {
			ticks = append(ticks, f)
		}
		if f.On != nil {
			events = append(events, f)
		}
	}
	schedules, rules := w.of("AWS::Scheduler::Schedule"), w.of("AWS::Events::Rule")
	r.count("schedules", len(schedules), len(ticks))
	for _, f := range ticks {
		i := slices.IndexFunc(schedules, func(t *thing) bool { return w.invokes(t.text("Target", "Arn"), f) })
		if i < 0 {
			r.find("nothing ticks %s", f.Name)
			continue
		}
		t := schedules[i]
		r.must(t.text("ScheduleExpression") == f.Every.Expression, "%s ticks by %q, %s declares %q", t, t.text("ScheduleExpression"), f.Name, f.Every.Expression)
		r.must(t.text("ScheduleExpressionTimezone") == "UTC", "%s ticks in the zone %q, must be UTC: where clocks change, runs are skipped", t, t.text("ScheduleExpressionTimezone"))
		r.must(t.text("FlexibleTimeWindow", "Mode") != "", "%s leaves open when within its minute it ticks", t)
		r.must(t.text("State") != "DISABLED", "%s is switched off", t)
		w.givesUp(r, t, t.props["Target"], hour)
		role, dead := t.text("Target", "RoleArn"), w.queue(t.text("Target", "DeadLetterConfig", "Arn"))
		r.must(w.lets(role, "scheduler.amazonaws.com", "lambda:InvokeFunction", t.text("Target", "Arn")), "%s may not invoke %s", t, f.Name)
		r.must(dead != nil && w.lets(role, "scheduler.amazonaws.com", "sqs:SendMessage", dead.arn), "%s may not put anything among its dead letters", t)
		w.outlived(r, f, hour)
	}
	r.count("rules of the event bus", len(rules), len(events))
	for _, f := range events {
		i := slices.IndexFunc(rules, func(t *thing) bool { return w.invokes(template.Text(t.props, "Targets", "0", "Arn"), f) })
		if i < 0 {
			r.find("no events reach %s", f.Name)
			continue
		}
		t := rules[i]
		r.must(slices.Equal(template.Texts(t.props, "EventPattern", "source"), []string{f.On.Source}), "%s listens to %q, %s declares %q", t, t.text("EventPattern", "source", "0"), f.Name, f.On.Source)
		r.must(slices.Equal(template.Texts(t.props, "EventPattern", "detail-type"), f.On.DetailTypes), "%s selects other events than %s declares", t, f.Name)
		r.must(t.text("State") != "DISABLED", "%s is switched off", t)
		w.givesUp(r, t, template.Map(t.props, "Targets", "0"), eventLife)
		dead := w.queue(template.Text(t.props, "Targets", "0", "DeadLetterConfig", "Arn"))
		r.must(w.permits(template.Text(t.props, "Targets", "0", "Arn"), "events.amazonaws.com", t.arn), "%s may not invoke %s", t, f.Name)
		r.must(dead != nil && w.admits(dead, "events.amazonaws.com", "sqs:SendMessage", t.arn), "%s may not put anything among its dead letters", t)
		w.outlived(r, f, eventLife)
		r.must(w.buries(f) != nil, "events that %s fails on for ever are lost: its EventInvokeConfig needs a destination on failure", f.Name)
	}
}

// invokes reports whether an ARN means a function.
func (w *World) invokes(called string, f app.Function) bool {
	lambda := w.lambda(called)
	return lambda != nil && lambda == w.deployed(f)
}

// givesUp checks how a trigger ends what it cannot deliver.
func (w *World) givesUp(r *report, t *thing, target any, most int) {
	r.must(w.queue(template.Text(target, "DeadLetterConfig", "Arn")) != nil, "what %s cannot deliver is lost: its target has no dead-letter queue", t)
	r.must(within(target, 60, most, "RetryPolicy", "MaximumEventAgeInSeconds"), "%s delivers for %q s, must be 60 to %d", t, template.Text(target, "RetryPolicy", "MaximumEventAgeInSeconds"), most)
	_, has := template.Int(target, "RetryPolicy", "MaximumRetryAttempts")
	r.must(has, "%s leaves open how often it delivers again", t)
}

// outlived checks how long Lambda keeps what it was handed for later.
func (w *World) outlived(r *report, f app.Function, most int) {
	for _, t := range w.invokeConfigs(f) {
		r.must(within(t.props, 60, most, "MaximumEventAgeInSeconds"), "%s keeps events for %q s, must be 60 to %d", t, t.text("MaximumEventAgeInSeconds"), most)
		return
	}
	r.must(false, "%s has no EventInvokeConfig: Lambda would try old events for 6 hours and then forget them", f.Name)
}

func (w *World) invokeConfigs(f app.Function) (found []*thing) {
	for _, t := range w.of("AWS::Lambda::EventInvokeConfig") {
		if w.invokes(t.text("FunctionName"), f) {
			found = append(found, t)
		}
	}
	return found
}

// buries is the queue that takes the events on which a function failed for ever; nil where there is none.
func (w *World) buries(f app.Function) *thing {
	for _, t := range w.invokeConfigs(f) {
		if queue := w.queue(t.text("DestinationConfig", "OnFailure", "Destination")); queue != nil {
			return queue
		}
	}
	return nil
}

// g24: an event settles a mail whose answer was lost. Without events, unknown mails must not be sent again.
func g24(w *World, r *report) {
	for _, f := range w.Functions {
		if f.On == nil {
			continue
		}
		queue := w.buries(f)
		r.must(queue != nil, "reports that %s fails on are lost", f.Name)
		if queue != nil {
			r.must(w.alarmOn("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.text("QueueName"), 1), "no alarm rises when a report ends in %s", queue)
		}
	}
	heartbeat := false
	for _, a := range w.raised {
		heartbeat = heartbeat || a.counts(w, metric.MailsSent) && a.counts(w, metric.MailEvents) && a.announced()
	}
	r.must(heartbeat, "no alarm compares %s with %s: mails would go out while nobody hears what becomes of them", metric.MailsSent, metric.MailEvents)
}
