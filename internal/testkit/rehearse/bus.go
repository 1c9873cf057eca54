package rehearse

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// bus is EventBridge: rules for what happens, and schedules for what is to happen.
type bus struct {
	plan    *Plan
	lambda  *lambda
	account account
	now     func() time.Time
	newID   func() string
	report  func(error)
	down    func() bool // schedules find no Lambda just now, and are given up; nil: they always do

	ticks, delivered atomic.Int64 // of schedules, and events to the targets of rules
}

// put routes an event to the targets of the rules that it matches.
func (b *bus) put(event map[string]any) error {
	for _, rule := range b.plan.Rules {
		ok, err := matches(rule.Pattern, event)
		if err != nil {
			return fmt.Errorf("%w (rule %s)", err, rule.Name)
		}
		if !ok {
			continue
		}
		for _, target := range rule.Targets {
			payload, err := json.Marshal(event)
			if err != nil {
				return fmt.Errorf("rehearse: rule %s: %w", rule.Name, err)
			}
			if target.Input != "" {
				payload = []byte(target.Input)
			}
			b.delivered.Add(1)
			b.invoke(target, "events.amazonaws.com", rule.ARN, payload)
		}
	}
	return nil
}

// tick fires a schedule now. The role, where it has one, must be allowed to invoke the target. over is closed when the
// invocation is; nil: there is none.
func (b *bus) tick(s Schedule) (over <-chan struct{}) {
	b.ticks.Add(1)
	at := b.now().UTC().Truncate(time.Second).Format(time.RFC3339)
	if !s.Rule {
		input := strings.NewReplacer(
			"<aws.scheduler.execution-id>", b.newID(), "<aws.scheduler.scheduled-time>", at, "<aws.scheduler.schedule-arn>", s.ARN, "<aws.scheduler.attempt-number>", "1",
		).Replace(s.Target.Input)
		if input == "" {
			input = "{}"
		}
		return b.begin(s, "scheduler.amazonaws.com", []byte(input))
	}
	payload, err := json.Marshal(map[string]any{
		"version": "0", "id": b.newID(), "source": "aws.events", "detail-type": "Scheduled Event", "time": at, "resources": []string{s.ARN}, "detail": map[string]any{},
	})
	if err != nil {
		b.report(fmt.Errorf("rehearse: schedule %s: %w", s.Name, err))
		return nil
	}
	return b.begin(s, "events.amazonaws.com", payload)
}

// begin invokes what a schedule is for, unless schedules find no Lambda.
func (b *bus) begin(s Schedule, service string, payload []byte) (over <-chan struct{}) {
	if b.down != nil && b.down() {
		b.giveUp(s.Target, service, s.ARN, payload, fmt.Errorf("rehearse: Lambda does not take %s", s.Target.Function))
		return nil
	}
	return b.invoke(s.Target, service, s.ARN, payload)
}

// invoke hands a payload to Lambda, on behalf of the target's role or else of the service. What is refused goes to the dead
// letters.
func (b *bus) invoke(target Target, service, source string, payload []byte) (over <-chan struct{}) {
	err := b.account.may(target.Role, service, source, target.Function)
	if err == nil {
		over, err = b.lambda.post(target.Function, payload)
	}
	if err != nil {
		b.giveUp(target, service, source, payload, err)
	}
	return over
}

// giveUp sends what could not be handed over to the dead letters.
func (b *bus) giveUp(target Target, service, source string, payload []byte, why error) {
	b.report(why)
	if target.Failed == "" {
		return
	}
	from := b.account.asService(service, source)
	if target.Role != "" {
		from = b.account.as(target.Role, "scheduler")
	}
	if err := send(context.Background(), from, target.Failed, string(payload)); err != nil {
		b.report(fmt.Errorf("rehearse: the dead letters of %s: %w", source, err))
	}
}
