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
	down    func() bool // Lambda takes nothing just now: what is to be invoked is given up; nil: it always does

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
		return b.invoke(s.Target, "scheduler.amazonaws.com", s.ARN, []byte(input))
	}
	payload, err := json.Marshal(map[string]any{
		"version": "0", "id": b.newID(), "source": "aws.events", "detail-type": "Scheduled Event", "time": at, "resources": []string{s.ARN}, "detail": map[string]any{},
	})
	if err != nil {
		b.report(fmt.Errorf("rehearse: schedule %s: %w", s.Name, err))
		return nil
	}
	return b.invoke(s.Target, "events.amazonaws.com", s.ARN, payload)
}

// invoke hands a payload to Lambda, on behalf of the target's role or else of the service. What is refused goes to the dead
// letters.
func (b *bus) invoke(target Target, service, source string, payload []byte) (over <-chan struct{}) {
	var err error
	if b.down != nil && b.down() {
		err = fmt.Errorf("rehearse: Lambda does not take %s", target.Function)
	} else if err = b.account.may(target.Role, service, source, target.Function); err == nil {
		over, err = b.lambda.post(target.Function, payload)
	}
	if err == nil {
		return over
	}
	b.report(err)
	if target.Failed == "" {
		return nil
	}
	from := b.account.asService(service, source)
	if target.Role != "" {
		from = b.account.as(target.Role, "scheduler")
	}
	if err := send(context.Background(), from, target.Failed, string(payload)); err != nil {
		b.report(fmt.Errorf("rehearse: the dead letters of %s: %w", source, err))
	}
	return nil
}
