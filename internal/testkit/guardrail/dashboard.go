package guardrail

import (
	"encoding/json"
	"slices"

	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// g29: a metric for each company would cost as much as the rest, and would put customers' names before everybody's eyes.
// What the code counts is checked in package metric; here are the readers.
func g29(w *World, r *report) {
	var known []string
	for m := range metric.All() {
		known = append(known, m.String())
	}
	our := func(where string, m measured) {
		if m.namespace != w.Namespace {
			return
		}
		r.must(slices.Contains(known, m.name), "%s reads the metric %s, which nobody counts", where, m.name)
		for dimension := range m.dimensions {
			r.must(dimension == metric.Dimension, "%s reads the dimension %s; there is only %s", where, dimension, metric.Dimension)
		}
	}
	for _, a := range w.raised {
		for _, m := range a.metrics {
			our(a.String(), m)
		}
	}
	dashboards := w.of("AWS::CloudWatch::Dashboard")
	r.must(len(dashboards) > 0, "there is no dashboard")
	for _, t := range dashboards {
		shown := drawn(t.text("DashboardBody"))
		r.must(len(shown) > 0, "%s shows nothing, or cannot be read", t)
		for _, m := range shown {
			our(t.String(), m)
		}
		for m := range metric.All() {
			r.must(slices.ContainsFunc(shown, func(s measured) bool { return s.namespace == w.Namespace && s.name == m.String() }), "%s does not show %s", t, m)
		}
		for _, f := range w.Functions {
			r.must(slices.ContainsFunc(shown, func(s measured) bool { return s.dimensions["FunctionName"] == w.name(f.Name) }), "%s does not show %s", t, f.Name)
		}
		for _, queue := range w.of("AWS::SQS::Queue") {
			r.must(slices.ContainsFunc(shown, func(s measured) bool { return s.dimensions["QueueName"] == queue.text("QueueName") }), "%s does not show %s", t, queue)
		}
	}
}

// drawn are the metrics of a dashboard. In its source a metric is a list: namespace, name, dimension, value, …, and
// perhaps an object of settings.
func drawn(body string) (all []measured) {
	var source any
	if json.Unmarshal([]byte(body), &source) != nil {
		return nil
	}
	for _, widget := range template.List(source, "widgets") {
		for _, row := range template.List(widget, "properties", "metrics") {
			words := template.Texts(row)
			if len(words) < 2 || len(words)%2 != 0 {
				continue // an expression over others
			}
			m := measured{namespace: words[0], name: words[1], dimensions: map[string]string{}}
			for i := 2; i < len(words); i += 2 {
				m.dimensions[words[i]] = words[i+1]
			}
			all = append(all, m)
		}
	}
	return all
}
