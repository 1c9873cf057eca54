package rehearse

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/template"
)

// The ways of EventBridge where a target says nothing.
const (
	ruleRetries = 185
	ruleMaxAge  = 24 * time.Hour
)

func (p *Plan) rule(r *template.Resolver, of *template.Resource) error {
	props, err := newProperties(r, of)
	if err != nil {
		return err
	}
	arn, err := attribute(r, of, "Arn")
	if err != nil {
		return err
	}
	name, err := attribute(r, of, "Ref")
	if err != nil {
		return err
	}
	rule := Rule{Name: name, ARN: arn, Pattern: template.Map(props.all, "EventPattern")}
	props.ignore("Name", "Description", "EventPattern", "Targets")
	props.only("ENABLED", "State")
	props.only("default", "EventBusName")
	expression := props.text("ScheduleExpression")
	if (expression == "") == (rule.Pattern == nil) {
		props.fault("needs an EventPattern or a ScheduleExpression")
	}
	for _, one := range template.List(props.all, "Targets") {
		rule.Targets = append(rule.Targets, ruleTarget(props, one))
	}
	if expression == "" {
		p.Rules = append(p.Rules, rule)
		return props.done()
	}
	for _, target := range rule.Targets {
		p.Schedules = append(p.Schedules, Schedule{Name: name, ARN: arn, Expression: expression, Rule: true, Target: target})
	}
	return props.done()
}

// ruleTarget reads one of a rule's targets.
func ruleTarget(props *properties, value any) Target {
	target := props.part("Targets", value)
	defer target.close(props)
	target.ignore("Id")
	t := Target{
		Function: target.need("Arn"), Input: target.text("Input"),
		Retries: target.number(ruleRetries, "RetryPolicy", "MaximumRetryAttempts"),
		MaxAge:  time.Duration(target.number(int(ruleMaxAge/time.Second), "RetryPolicy", "MaximumEventAgeInSeconds")) * time.Second,
		Failed:  target.text("DeadLetterConfig", "Arn"),
	}
	return t
}

func (p *Plan) schedule(r *template.Resolver, of *template.Resource) error {
	props, err := newProperties(r, of)
	if err != nil {
		return err
	}
	arn, err := attribute(r, of, "Arn")
	if err != nil {
		return err
	}
	s := Schedule{Name: props.need("Name"), ARN: arn, Expression: props.need("ScheduleExpression")}
	props.ignore("Description", "GroupName", "FlexibleTimeWindow", "Target")
	props.only("ENABLED", "State")
	props.only("UTC", "ScheduleExpressionTimezone")
	target := props.part("Target", props.all["Target"])
	s.Target = Target{
		Function: target.need("Arn"), Role: target.need("RoleArn"), Input: target.text("Input"),
		Retries: target.number(ruleRetries, "RetryPolicy", "MaximumRetryAttempts"),
		MaxAge:  time.Duration(target.number(int(ruleMaxAge/time.Second), "RetryPolicy", "MaximumEventAgeInSeconds")) * time.Second,
		Failed:  target.text("DeadLetterConfig", "Arn"),
	}
	target.close(props)
	if !strings.Contains(s.Target.Function, ":lambda:") {
		props.fault("Target.Arn %s is no function", s.Target.Function)
	}
	p.Schedules = append(p.Schedules, s)
	return props.done()
}

// part is an object among the properties that is read like a resource of its own.
func (p *properties) part(name string, value any) *properties {
	all, ok := value.(map[string]any)
	if !ok {
		p.fault("%s is no object", name)
	}
	return &properties{of: p.of, all: all, known: map[string]bool{}}
}

// close hands what was wrong with a part to the whole.
func (p *properties) close(whole *properties) {
	if err := p.done(); err != nil {
		whole.faults = append(whole.faults, err)
	}
}
