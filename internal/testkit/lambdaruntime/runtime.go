package lambdaruntime

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"
)

// Options are what functions of a rehearsal have in common.
type Options struct {
	// Network gives an environment the variables that are neither the function's nor Lambda's: credentials, and the way to
	// the network. environment names it; nil: none.
	Network func(environment string) map[string]string
	// Log gets every line that a process writes; nil: nowhere. It is called by one goroutine per environment.
	Log func(Line)
	// Done hears of every invocation after its answer; nil: nobody.
	Done func(Answer)
	// Ended hears of every process that has ended how long it has kept processors busy; nil: nobody does.
	Ended func(environment string, busy time.Duration)
	// Sampled decides which invocations are traced; nil: all.
	Sampled func() bool
}

// Line is a line that a process has written.
type Line struct {
	At          time.Time
	Function    string
	Environment string
	Stream      string // of the log
	RequestID   string // of the invocation under way; empty during the start
	Text        string
}

// Runtime runs one function in as many environments as it needs. It is safe for concurrent use.
type Runtime struct {
	function Function
	options  Options
	folder   string // where processes run

	mu     sync.Mutex
	all    []*environment
	idle   []*environment // the one used last is last
	serial int
	closed bool
}

// New makes a runtime without any environment: those start with the invocations that need them.
func New(f Function, options Options) (*Runtime, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.Concurrency == 0 {
		f.Concurrency = DefaultConcurrency
	}
	folder, err := os.MkdirTemp("", "lambda-"+f.Name+"-")
	if err != nil {
		return nil, fmt.Errorf("lambdaruntime: %w", err)
	}
	return &Runtime{function: f, options: options, folder: folder}, nil
}

// Function is what the runtime runs.
func (r *Runtime) Function() Function { return r.function }

// Invoke has one payload handled and waits for the answer. The error is ErrThrottled, ErrTooLarge, or that the process
// cannot be started at all; what the function or its process does wrong is part of the answer. Ending the context ends the
// waiting, not the invocation.
func (r *Runtime) Invoke(ctx context.Context, payload []byte) (Answer, error) {
	if len(payload) > MaxPayload {
		return Answer{}, ErrTooLarge
	}
	e, cold, err := r.take()
	if err != nil {
		return Answer{}, err
	}
	i := newInvocation(payload, cold, r.options.Sampled == nil || r.options.Sampled())
	e.give(i)
	select {
	case answer := <-i.answer:
		return answer, nil
	case <-ctx.Done():
		return Answer{RequestID: i.id}, ctx.Err()
	}
}

// take reserves an environment.
func (r *Runtime) take() (e *environment, cold bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, false, fmt.Errorf("lambdaruntime: %s is closed", r.function.Name)
	}
	if last := len(r.idle) - 1; last >= 0 {
		e = r.idle[last]
		r.idle = r.idle[:last]
		return e, false, nil
	}
	e, err = r.another()
	return e, true, err
}

// rest takes an environment back that has asked for more work.
func (r *Runtime) rest(e *environment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.all, e) {
		r.idle = append(r.idle, e)
	}
}

// forget drops an environment whose process has ended or is about to.
func (r *Runtime) forget(e *environment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := func(other *environment) bool { return other == e }
	r.all, r.idle = slices.DeleteFunc(r.all, is), slices.DeleteFunc(r.idle, is)
}

// Environments counts those that run, and how many of them have an invocation.
func (r *Runtime) Environments() (all, busy int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all), len(r.all) - len(r.idle)
}

// Kill ends environments that have an invocation without a warning, those of the names or else all, and returns how many
// they were. Their invocations end as Lambda ends those of a process that died.
func (r *Runtime) Kill(names ...string) int {
	return r.each(names, func(e *environment) error { return e.process.Process.Kill() })
}

// each does something to the environments of the names, or else to all, that have an invocation without an answer. It
// returns with how many that went well.
func (r *Runtime) each(names []string, do func(*environment) error) (n int) {
	r.mu.Lock()
	all := slices.Clone(r.all)
	r.mu.Unlock()
	for _, e := range all {
		if (len(names) == 0 || slices.Contains(names, e.name)) && e.busy() && do(e) == nil {
			n++
		}
	}
	return n
}

// Retire ends the idle environments, so that the next invocations start anew.
func (r *Runtime) Retire() {
	r.mu.Lock()
	idle := r.idle
	r.idle = nil
	r.all = slices.DeleteFunc(r.all, func(e *environment) bool { return slices.Contains(idle, e) })
	r.mu.Unlock()
	for _, e := range idle {
		e.stop(closing)
	}
	for _, e := range idle {
		<-e.over
	}
}

// Close ends all environments and waits for their processes. Invocations under way fail.
func (r *Runtime) Close() error {
	r.mu.Lock()
	all := r.all
	r.all, r.idle, r.closed = nil, nil, true
	r.mu.Unlock()
	for _, e := range all {
		e.stop(closing)
	}
	for _, e := range all {
		<-e.over
	}
	return os.RemoveAll(r.folder)
}

// Settle waits until an invocation that nobody waits for any more is over.
func (r *Runtime) Settle(requestID string) {
	r.mu.Lock()
	var over <-chan struct{}
	for _, e := range r.all {
		if done := e.under(requestID); done != nil {
			over = done
		}
	}
	r.mu.Unlock()
	if over != nil {
		<-over
	}
}
