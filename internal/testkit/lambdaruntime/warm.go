package lambdaruntime

import (
	"context"
	"fmt"
	"time"
)

// Start is how an environment began.
type Start struct {
	Environment string
	Took        time.Duration // from the start of the process to its first request for work
}

// Warm starts one more environment without an invocation, as provisioned concurrency does, and waits until it asks for work.
// An environment that ends before is an error.
func (r *Runtime) Warm(ctx context.Context) (Start, error) {
	e, err := r.begin()
	if err != nil {
		return Start{}, err
	}
	select {
	case <-e.ready:
	case <-e.over:
		return Start{}, fmt.Errorf("lambdaruntime: %s did not start: %s", e.name, e.verdict(newInvocation(nil, true, false)).payload)
	case <-ctx.Done():
		e.stop(closing)
		return Start{}, fmt.Errorf("lambdaruntime: %s did not start: %w", e.name, ctx.Err())
	}
	r.rest(e)
	return Start{Environment: e.name, Took: e.init}, nil
}

// begin starts an environment beside those that idle.
func (r *Runtime) begin() (*environment, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, fmt.Errorf("lambdaruntime: %s is closed", r.function.Name)
	}
	return r.another()
}

// another starts one more environment; it holds the lock.
func (r *Runtime) another() (*environment, error) {
	if len(r.all) >= r.function.Concurrency {
		return nil, ErrThrottled
	}
	r.serial++
	e, err := start(r, fmt.Sprintf("%s-%d", r.function.Name, r.serial))
	if err != nil {
		return nil, err
	}
	r.all = append(r.all, e)
	return e, nil
}
