package guardrail

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// alarm is an alarm with all metrics that it looks at.
type alarm struct {
	*thing
	metrics []measured
}

// measured is a metric as an alarm reads it.
type measured struct {
	namespace, name, statistic string
	dimensions                 map[string]string
	period                     int // seconds
}

func (w *World) alarms() (all []alarm) {
	for _, t := range w.of("AWS::CloudWatch::Alarm") {
		a := alarm{thing: t}
		if t.has("MetricName") {
			period, _ := t.number("Period")
			a.metrics = append(a.metrics, read(t.props, t.text("Statistic")+t.text("ExtendedStatistic"), period))
		}
		for _, query := range t.list("Metrics") {
			if stat := template.Map(query, "MetricStat"); stat != nil {
				period, _ := template.Int(stat, "Period")
				a.metrics = append(a.metrics, read(stat["Metric"], template.Text(stat, "Stat"), period))
			}
		}
		all = append(all, a)
	}
	return all
}

func read(from any, statistic string, period int) measured {
	m := measured{template.Text(from, "Namespace"), template.Text(from, "MetricName"), statistic, map[string]string{}, period}
	for _, d := range template.List(from, "Dimensions") {
		m.dimensions[template.Text(d, "Name")] = template.Text(d, "Value")
	}
	return m
}

func (w *World) alarmNamed(name string) *alarm {
	for _, a := range w.raised {
		if name != "" && a.ref == name {
			return &a
		}
	}
	return nil
}

// about reports whether an alarm looks at a metric, among whose dimensions one has a value. No dimension: any.
func (a alarm) about(namespace, name, dimension, value string) bool {
	return slices.ContainsFunc(a.metrics, func(m measured) bool {
		return m.namespace == namespace && m.name == name && (dimension == "" || m.dimensions[dimension] == value)
	})
}

// asks reports whether an alarm rises where CloudWatch Metrics Insights finds any of a metric in a namespace.
func (a alarm) asks(name, namespace string) bool {
	want := fmt.Sprintf("SELECT SUM(%s) FROM %q", name, namespace)
	return a.text("Threshold") == "1" && slices.ContainsFunc(a.list("Metrics"), func(query any) bool {
		return template.Text(query, "Expression") == want && template.Bool(query, "ReturnData") && within(query, 60, 900, "Period")
	})
}

// counts reports whether an alarm looks at one of our own metrics, of the whole installation.
func (a alarm) counts(w *World, m metric.Metric) bool {
	return slices.ContainsFunc(a.metrics, func(read measured) bool {
		return read.namespace == w.Namespace && read.name == m.String() && len(read.dimensions) == 0 && read.statistic == "Sum"
	})
}

// announced reports whether somebody hears of the alarm: it is on, and tells a topic of this installation.
func (a alarm) announced() bool {
	return a.text("ActionsEnabled") != "false" && len(template.Texts(a.props, "AlarmActions")) > 0
}

// alarmOn reports whether an announced alarm rises where a metric of one thing reaches a value.
func (w *World) alarmOn(namespace, name, dimension, value string, threshold int) bool {
	for _, a := range w.raised {
		rises := a.text("ComparisonOperator") == "GreaterThanOrEqualToThreshold" && a.text("Threshold") == template.Text(threshold) ||
			a.text("ComparisonOperator") == "GreaterThanThreshold" && a.text("Threshold") == template.Text(threshold-1)
		if a.announced() && a.about(namespace, name, dimension, value) && rises {
			return true
		}
	}
	return false
}

// watches reports whether an announced alarm looks at a metric of one thing at all.
func (w *World) watches(namespace, name, dimension, value string) *alarm {
	for _, a := range w.raised {
		if a.announced() && a.about(namespace, name, dimension, value) {
			return &a
		}
	}
	return nil
}

// ours are the metrics of ours that need a person.
var ours = []metric.Metric{
	metric.MailsUnknown, metric.MailsParked, metric.MailsDoubled,
	metric.TextsUnknown, metric.TextsParked, metric.TextsDoubled, metric.SightingsMissed,
}

func g28(w *World, r *report) {
	for _, f := range w.consumers() {
		if queue := w.source(f.Consumes.Topic); queue != nil {
			r.must(w.watches("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue.text("QueueName")) != nil, "no alarm watches the age of the oldest message in %s", queue)
		}
	}
	for _, queue := range w.dead() {
		r.must(w.alarmOn("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.text("QueueName"), 1), "no alarm rises at the first message in %s", queue)
	}
	for _, f := range w.Functions {
		name := w.name(f.Name)
		for _, kind := range []string{"Errors", "Throttles"} {
			r.must(w.watches("AWS/Lambda", kind, "FunctionName", name) != nil, "no alarm watches %s of %s", kind, f.Name)
		}
		slow := w.watches("AWS/Lambda", "Duration", "FunctionName", name)
		limit := template.Text(int(timeout(f)/time.Millisecond) * 8 / 10)
		r.must(slow != nil && slow.text("Threshold") == limit, "no alarm rises when %s takes longer than %s ms, 80 %% of its timeout", f.Name, limit)
	}
	for _, api := range w.of("AWS::ApiGatewayV2::Api") {
		r.must(w.watches("AWS/ApiGateway", "5xx", "ApiId", api.ref) != nil, "no alarm watches the failed requests of %s", api)
	}
	for _, name := range w.used() {
		for _, kind := range []string{"ReadThrottleEvents", "WriteThrottleEvents"} {
			r.must(w.watches("AWS/DynamoDB", kind, "TableName", name) != nil, "no alarm watches %s of %s", kind, name)
		}
	}
	for _, kind := range []string{"Reputation.BounceRate", "Reputation.ComplaintRate"} {
		r.must(w.watches("AWS/SES", kind, "", "") != nil, "no alarm watches %s of SES, which stops all sending when it gets too high", kind)
	}
	if w.receives() {
		asked := slices.ContainsFunc(w.raised, func(a alarm) bool { return a.announced() && a.asks("PublishFailure", "AWS/SES") })
		r.must(asked, "no alarm rises while SES cannot store mails that come in: after four hours they are lost")
	}
	for _, m := range ours {
		seen := slices.ContainsFunc(w.raised, func(a alarm) bool { return a.announced() && a.counts(w, m) })
		r.must(seen, "no alarm watches our own %s", m)
	}
	w.told(r)
}

// told checks that alarms say what they mean, that somebody hears them, and that money has a bound, too.
func (w *World) told(r *report) {
	topics := w.of("AWS::SNS::Topic")
	r.must(len(topics) > 0, "there is no topic for alarms")
	for _, t := range topics {
		r.must(t.text("KmsMasterKeyId") != "", "%s is not encrypted", t)
		someAlarm := fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", w.resolver.Region, w.resolver.Account, w.name("any"))
		r.must(w.admits(t, "cloudwatch.amazonaws.com", "sns:Publish", someAlarm), "%s takes no alarms", t)
		key := w.byARN[t.text("KmsMasterKeyId")]
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			r.must(key != nil && w.admits(key, "cloudwatch.amazonaws.com", action, ""), "alarms may not use the key of %s (%s): they would rise, and nobody would hear of them", t, action)
		}
		r.must(w.demandsTLS(t, "sns:Publish"), "%s lets in whoever does not use TLS", t)
		heard := slices.ContainsFunc(w.of("AWS::SNS::Subscription"), func(s *thing) bool { return s.text("TopicArn") == t.arn && s.text("Endpoint") != "" })
		r.must(heard, "nobody has subscribed to %s", t)
	}
	for _, a := range w.raised {
		text := a.text("AlarmDescription")
		r.must(len(text) >= 60 && strings.Contains(text, ". "), "%s does not say what it means and what to do: %q", a, text)
		for _, action := range template.Texts(a.props, "AlarmActions") {
			r.must(w.byARN[action] != nil, "%s tells %q, which is not of this installation", a, action)
		}
		r.must(a.announced() || w.rollsBack(a), "nobody hears of %s", a)
		r.must(a.text("TreatMissingData") != "", "%s leaves open what silence means", a)
	}
	budgets := w.of("AWS::Budgets::Budget")
	r.must(len(budgets) > 0, "no budget says when it gets expensive")
	for _, t := range budgets {
		heard := slices.ContainsFunc(t.list("NotificationsWithSubscribers"), func(n any) bool { return template.Text(n, "Subscribers", "0", "Address") != "" })
		r.must(heard && within(t.props, 1, 1_000_000, "Budget", "BudgetLimit", "Amount"), "%s has no limit, or tells nobody", t)
	}
}

// rollsBack reports whether an alarm is there to take back a release.
func (w *World) rollsBack(a alarm) bool {
	for _, t := range w.of("AWS::CodeDeploy::DeploymentGroup") {
		for _, listed := range t.list("AlarmConfiguration", "Alarms") {
			if template.Text(listed, "Name") == a.ref {
				return true
			}
		}
	}
	return false
}
