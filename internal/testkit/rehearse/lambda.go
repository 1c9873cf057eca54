package rehearse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

// lambda is AWS Lambda with the functions of a plan. Whoever invokes has been let in by then.
type lambda struct {
	plan     *Plan
	runtimes map[string]*lambdaruntime.Runtime // by ARN
	account  account
	now      func() time.Time
	retry    func(attempt int) time.Duration // from a failed asynchronous invocation to its next attempt

	activity *activity
	async    sync.WaitGroup
	closing  chan struct{}

	mu     sync.Mutex
	gaveUp []GivenUp
}

// GivenUp is an asynchronous invocation that could not be handled.
type GivenUp struct {
	Function string
	Reason   string
	Kept     bool // in the queue that the function names for it
}

// AsyncRetry is how long Lambda waits before the second and the third attempt of an asynchronous invocation.
func AsyncRetry(attempt int) time.Duration { return time.Duration(attempt) * time.Minute }

// invoke has a payload handled and waits for the answer; nameOrARN may have a qualifier.
func (l *lambda) invoke(ctx context.Context, nameOrARN string, payload []byte) (lambdaruntime.Answer, error) {
	f := l.plan.Function(nameOrARN)
	if f == nil {
		return lambdaruntime.Answer{}, fmt.Errorf("rehearse: there is no function %s", nameOrARN)
	}
	end := l.activity.begin()
	answer, err := l.runtimes[f.ARN].Invoke(ctx, payload)
	if err != nil && ctx.Err() != nil {
		// Nobody waits any more, and the function goes on.
		go func() {
			defer end()
			l.runtimes[f.ARN].Settle(answer.RequestID)
		}()
		return answer, err
	}
	end()
	return answer, err
}

// post takes an asynchronous invocation, which is tried as often as the function's configuration says and then given up.
// over is closed when nothing is left of it.
func (l *lambda) post(nameOrARN string, payload []byte) (over <-chan struct{}, err error) {
	f := l.plan.Function(nameOrARN)
	if f == nil {
		return nil, fmt.Errorf("rehearse: there is no function %s", nameOrARN)
	}
	end, done := l.activity.begin(), make(chan struct{})
	l.async.Go(func() {
		defer close(done)
		defer end()
		l.attempt(f, payload)
	})
	return done, nil
}

// attempt tries an asynchronous invocation until it is handled or given up.
func (l *lambda) attempt(f *Function, payload []byte) {
	taken := l.now()
	for failed := 0; ; {
		answer, err := l.runtimes[f.ARN].Invoke(context.Background(), payload)
		switch {
		case err == nil && !answer.Failed():
			return
		case errors.Is(err, lambdaruntime.ErrThrottled): // comes again, without being counted
		default:
			failed++
		}
		old := l.now().Sub(taken) > f.Async.MaxAge
		if failed > f.Async.Retries || old {
			l.giveUp(f, payload, answer, failed, old)
			return
		}
		wait := throttleWait
		if failed > 0 && !errors.Is(err, lambdaruntime.ErrThrottled) {
			wait = l.retry(failed)
		}
		select {
		case <-time.After(wait):
		case <-l.closing:
			return
		}
	}
}

// throttleWait is between attempts of an invocation that found no room.
const throttleWait = 50 * time.Millisecond

// giveUp sends what could not be handled to the function's destination, with the function's role.
func (l *lambda) giveUp(f *Function, payload []byte, answer lambdaruntime.Answer, attempts int, old bool) {
	condition := "RetriesExhausted"
	if old {
		condition = "EventAgeExceeded"
	}
	given := GivenUp{Function: f.Name, Reason: condition + ": " + answer.String()}
	if f.Async.Failed != "" {
		record, err := json.Marshal(map[string]any{
			"version": "1.0", "timestamp": l.now().UTC().Format("2006-01-02T15:04:05.000Z"),
			"requestContext":  map[string]any{"requestId": answer.RequestID, "functionArn": f.ARN + ":$LATEST", "condition": condition, "approximateInvokeCount": attempts},
			"requestPayload":  json.RawMessage(payload),
			"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
			"responsePayload": json.RawMessage(answer.Payload),
		})
		if err == nil {
			err = send(context.Background(), l.account.as(f.Role, f.Name), f.Async.Failed, string(record))
		}
		if given.Kept = err == nil; err != nil {
			given.Reason += "; " + err.Error()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gaveUp = append(l.gaveUp, given)
}

// GivenUp lists what was given up so far.
func (l *lambda) GivenUp() []GivenUp {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]GivenUp(nil), l.gaveUp...)
}

// close ends all processes.
func (l *lambda) close() error {
	close(l.closing)
	var all []error
	for _, r := range l.runtimes {
		all = append(all, r.Close())
	}
	l.async.Wait()
	return errors.Join(all...)
}

// Retire ends the idle processes of all functions, so that the next invocations start anew.
func (s *Stand) Retire() {
	for _, r := range s.lambda.runtimes {
		r.Retire()
	}
}

// Kill ends the processes of functions that are at work, named as in the catalogue, or of all. It returns how many they were.
func (s *Stand) Kill(functions ...string) int {
	return s.each(functions, func(r *lambdaruntime.Runtime) int { return r.Kill() })
}

// Suspend lets the processes of functions that are at work hang until their time is over. It returns how many they were.
func (s *Stand) Suspend(functions ...string) int {
	return s.each(functions, func(r *lambdaruntime.Runtime) int { return r.Suspend() })
}

func (s *Stand) each(functions []string, do func(*lambdaruntime.Runtime) int) (n int) {
	for _, f := range s.Plan.Functions {
		if len(functions) == 0 || slices.Contains(functions, program(f.Name)) {
			n += do(s.lambda.runtimes[f.ARN])
		}
	}
	return n
}

// consumes reports whether a function, named as in the catalogue, reads a queue.
func (s *Stand) consumes(function string) bool {
	return slices.ContainsFunc(s.Plan.Mappings, func(m Mapping) bool { return program(s.Plan.Function(m.Function).Name) == function })
}
