package rehearse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// soon is how far ahead Drain waits for what is about to become due.
const soon = 2 * time.Second

// sweeper is the function that publishes what is due.
const sweeper = "outbox-sweep"

// Drain waits until no message is visible or being handled and nothing is due or about to be. It ends with the context's
// error, and what was left, where that ends first.
func (s *Stand) Drain(ctx context.Context) error {
	timer := time.NewTicker(glance)
	defer timer.Stop()
	for quiet := 0; quiet < 3; {
		left, err := s.left(ctx)
		if err != nil {
			return err
		}
		if quiet++; left != "" {
			quiet = 0
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			return fmt.Errorf("rehearse: work is left, %s: %w", left, ctx.Err())
		}
	}
	return nil
}

// left says what is under way, visible or due; empty: nothing is.
func (s *Stand) left(ctx context.Context) (string, error) {
	idle, before := s.lambda.activity.idle()
	switch {
	case !idle:
		return "an invocation", nil
	case s.partner.due(soon):
		return "something of the partner's", nil
	}
	for _, p := range s.pollers {
		if n := p.waiting(ctx); n > 0 {
			return fmt.Sprintf("%d messages in %s", n, p.Queue), nil
		}
	}
	next, found, err := s.nextDue(ctx)
	if err != nil {
		return "", err
	}
	if found && !next.After(time.Now().Add(soon)) {
		return "something due at " + next.String(), nil
	}
	if idle, after := s.lambda.activity.idle(); !idle || before != after {
		return "an invocation", nil
	}
	return "", nil
}

// nextDue is the earliest instant of the due index, of today and tomorrow.
func (s *Stand) nextDue(ctx context.Context) (next time.Time, found bool, err error) {
	now := time.Now().UTC()
	for _, day := range []time.Time{now, now.Add(24 * time.Hour)} {
		for shard := range table.DueShards {
			var out struct {
				Items []map[string]struct{ S string }
			}
			err := s.cloud.deploy.Call(ctx, "dynamodb", "Query", map[string]any{
				"TableName": s.table, "IndexName": "due", "Limit": 1, "KeyConditionExpression": "#day = :day", "ExpressionAttributeNames": map[string]string{"#day": "due_pk"},
				"ExpressionAttributeValues": map[string]any{":day": map[string]string{"S": string(table.DuePartition(day, shard))}},
			}, &out)
			if err != nil {
				return next, false, err
			}
			for _, item := range out.Items {
				at, err := table.DueAt(table.IndexKey{Sort: item["due_sk"].S})
				if err != nil {
					return next, false, err
				}
				if !found || at.Before(next) {
					next, found = at, true
				}
			}
		}
	}
	return next, found, nil
}

// lookAgain is the pause before the due index is looked at again; it is at least lookPart times as long as looking took,
// wherever the table is.
const (
	lookAgain = 50 * time.Millisecond
	lookPart  = 10
)

// sweep fires the sweeper's schedule whenever something is due: nobody waits for a minute to pass.
func (s *Stand) sweep(ctx context.Context) {
	timer := time.NewTimer(lookAgain)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		pause := lookAgain
		if s.options.Down == nil || !s.options.Down() {
			looked, err := s.sweepDue(ctx)
			if err != nil && ctx.Err() == nil {
				s.records.trouble(err)
			}
			pause = max(pause, lookPart*looked)
		}
		timer.Reset(pause)
	}
}

// sweepDue fires the sweeper's schedule if anything is due, and says how long it took to find out.
func (s *Stand) sweepDue(ctx context.Context) (looked time.Duration, err error) {
	s.aging.RLock()
	defer s.aging.RUnlock()
	began := time.Now()
	next, found, err := s.nextDue(ctx)
	looked = time.Since(began)
	if err != nil || !found || next.After(time.Now()) {
		return looked, err
	}
	return looked, s.Tick(ctx, sweeper)
}

// Tick fires the schedule of a function now, named as in the catalogue, and waits until the function has done with it.
func (s *Stand) Tick(ctx context.Context, function string) error {
	for _, schedule := range s.Plan.Schedules {
		if f := s.Plan.Function(schedule.Target.Function); program(f.Name) == function {
			if over := s.bus.tick(schedule); over != nil {
				select {
				case <-over:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		}
	}
	return fmt.Errorf("rehearse: %s has no schedule", function)
}

// DeadLetters counts the messages of every queue of dead letters that has any, by the queue's name without environment and
// ending.
func (s *Stand) DeadLetters(ctx context.Context) (map[string]int, error) {
	dead := map[string]int{}
	for _, url := range s.cloud.queues {
		name, ok := strings.CutSuffix(program(url[strings.LastIndexByte(url, '/')+1:]), "-dead")
		if !ok {
			continue
		}
		n, err := s.count(ctx, url)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			dead[name] = n
		}
	}
	return dead, nil
}

// count is how many messages a queue has altogether.
func (s *Stand) count(ctx context.Context, url string) (sum int, err error) {
	names := []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"}
	var out struct{ Attributes map[string]string }
	if err := s.cloud.deploy.Call(ctx, "sqs", "GetQueueAttributes", map[string]any{"QueueUrl": url, "AttributeNames": names}, &out); err != nil {
		return 0, err
	}
	for _, name := range names {
		var n int
		if _, err := fmt.Sscan(out.Attributes[name], &n); err != nil {
			return 0, fmt.Errorf("rehearse: %s of %s: %w", name, url, err)
		}
		sum += n
	}
	return sum, nil
}
