package simulation

import (
	"context"
	"errors"
	"log/slog"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Ports are what a function reaches the world through. A wrong worker is a production function with one of them decorated.
type Ports struct {
	Table table.Driver
	Queue queue.Sender
	Mail  mail.Sender
	Dial  partner.Dial
	Parse partner.Parse
}

// function is one of the catalogue with its idle instances.
type function struct {
	app.Function
	idle []*instance
}

// instance is a process that runs a function, one invocation at a time, like an execution environment of Lambda.
type instance struct {
	world  *World
	fn     *function
	handle app.Handler
	now    *invocation
	dead   bool // guarded by World.mu
}

// invocation is one run of a function.
type invocation struct {
	on      *instance
	seq     int
	calls   int
	dies    int // at this call; 0: never
	over    bool
	waiting []*call
	cancel  context.CancelFunc
	done    func(answer []byte, err error)
}

// ending is what an invocation came to.
type ending struct {
	of     *invocation
	answer []byte
	err    error
}

// errKilled is what the caller of a killed invocation learns.
var errKilled = errors.New("the invocation ended without an answer")

// start makes a new process.
func (w *World) start(fn *function) *instance {
	i := &instance{world: w, fn: fn}
	p := Ports{Table: driverPort{i}, Queue: sendPort{i, w}, Mail: mailPort{i}, Dial: i.dial, Parse: w.config.Parse}
	if w.config.Wrong != nil {
		p = w.config.Wrong(fn.Name, p)
	}
	t := table.New(p.Table, w.Now, w.NewID)
	d := app.Deps{
		Table: t, Queue: p.Queue, Mail: p.Mail, Secrets: sealPort{i, w.config.Secrets}, Access: access.NewDirectory(t, w.Now),
		Links: w.links, Log: slog.New(slog.DiscardHandler), Now: w.Now, NewID: w.NewID, Site: w.config.Site,
	}
	for _, f := range w.config.Functions(p) {
		if f.Name == fn.Name {
			i.handle = app.Handle(f, d)
		}
	}
	return i
}

// invoke runs a function on a payload. The invocation ends with a call of done, on the world's own goroutine.
func (w *World) invoke(fn *function, payload []byte, done func(answer []byte, err error)) {
	var i *instance
	if n := len(fn.idle); n > 0 {
		i, fn.idle = fn.idle[n-1], fn.idle[:n-1]
	} else {
		i = w.start(fn)
	}
	w.begun++
	ctx, cancel := context.WithCancel(context.Background())
	inv := &invocation{on: i, seq: w.begun, cancel: cancel, done: done}
	if w.Dice.Chance(w.Odds.Crash) {
		inv.dies = 1 + w.Dice.IntN(1<<w.Dice.IntN(8)) // short invocations die, too
	}
	i.now = inv
	w.live[inv] = true
	timeout := fn.Timeout
	if timeout == 0 {
		timeout = app.DefaultTimeout
	}
	w.After(timeout, func() { w.kill(inv) })
	go func() {
		answer, err := i.handle(ctx, payload)
		w.mu.Lock()
		defer w.mu.Unlock()
		if !i.dead {
			w.ended = append(w.ended, ending{inv, answer, err})
		}
	}()
}

// end hands over what an invocation came to.
func (w *World) end(e ending) {
	if e.of.over {
		return
	}
	e.of.over = true
	delete(w.live, e.of)
	e.of.cancel()
	e.of.on.fn.idle = append(e.of.on.fn.idle, e.of.on)
	e.of.done(e.answer, e.err)
}

// kill ends an invocation and its process in the middle. None of its calls has an effect from now on.
func (w *World) kill(inv *invocation) {
	if inv.over {
		return
	}
	inv.over = true
	delete(w.live, inv)
	w.mu.Lock()
	inv.on.dead = true
	w.mu.Unlock()
	inv.cancel()
	for _, c := range inv.waiting {
		c.done = true
		c.open <- verdict{err: errDead}
	}
	w.Trace.Crashes++
	inv.done(nil, errKilled)
}

// Close kills whatever still runs, so that no goroutine is left.
func (w *World) Close() {
	for inv := range w.live {
		inv.done = func([]byte, error) {}
		w.kill(inv)
	}
	synctest.Wait()
}

// visibility is how long a message stays hidden from others: six times what its consumer may run (reliability.md G03).
func (f *function) visibility() time.Duration {
	if f.Timeout != 0 {
		return 6 * f.Timeout
	}
	return 6 * app.DefaultTimeout
}
