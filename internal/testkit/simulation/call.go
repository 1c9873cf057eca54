package simulation

import (
	"errors"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// call is a call of a port that waits until the world lets it through.
type call struct {
	by    *invocation
	name  string
	fault func(Dice) verdict // what goes wrong with it, where something does
	odds  float64            // of a fault, beside the world's
	open  chan verdict
	done  bool
	alike []*call // of the same invocation, at the same instant and under the same name: nobody can tell which came first
}

// verdict says whether a call has its effect and what its caller is told; with a nil err, the truth.
type verdict struct {
	apply bool
	err   error
}

// errDead is what the goroutines of a killed invocation are told, so that they come to their end. Nobody hears of it.
var errDead = errors.New("this process is dead")

// ask stops the goroutine until the world lets its call through.
func (i *instance) ask(name string, fault func(Dice) verdict) verdict {
	return i.askAt(0, name, fault)
}

// askAt is ask for a call that fails more often than others.
func (i *instance) askAt(odds float64, name string, fault func(Dice) verdict) verdict {
	c := &call{by: i.now, name: name, fault: fault, odds: odds, open: make(chan verdict, 1)}
	w := i.world
	w.mu.Lock()
	if i.dead {
		w.mu.Unlock()
		return verdict{err: errDead}
	}
	w.arrived = append(w.arrived, c)
	w.mu.Unlock()
	return <-c.open
}

// let lets a call through, and those that are alike, with the fate that the dice decide.
func (w *World) let(c *call) {
	if c.done {
		return
	}
	all := append([]*call{c}, c.alike...)
	c.by.waiting = slices.DeleteFunc(c.by.waiting, func(other *call) bool { return slices.Contains(all, other) })
	before := c.by.calls
	c.by.calls += len(all)
	v := verdict{apply: true}
	failing := w.Odds != (Odds{})
	switch {
	case failing && before < c.by.dies && c.by.dies <= c.by.calls:
		// The call may still have its effect; its caller will not know.
		v = verdict{w.Dice.IntN(2) == 0, errDead}
		w.kill(c.by)
	case failing && (w.Dice.Chance(w.Odds.Fault) || w.Dice.Chance(c.odds)):
		v = c.fault(w.Dice)
	}
	for _, one := range all {
		one.done = true
		w.Trace.add(w.clock, one.by, one.name, v)
		one.open <- v
	}
}

// The faults of ports.
var (
	errSilent = errs.E(errs.Unavailable, "no answer")
	errThrott = errs.E(errs.TooMany, "slow down")
)

// readFault is that of a call without effect.
func readFault(d Dice) verdict {
	if d.IntN(2) == 0 {
		return verdict{err: errThrott}
	}
	return verdict{err: errSilent}
}

// writeFault is that of a call with an effect: refused, lost on the way there, or on the way back.
func writeFault(d Dice) verdict {
	switch d.IntN(3) {
	case 0:
		return verdict{err: errThrott}
	case 1:
		return verdict{err: errSilent}
	}
	return verdict{true, errSilent}
}

// busyFault is that of somebody who asks for patience, with and without saying how much.
func busyFault(d Dice) verdict {
	switch d.IntN(3) {
	case 0:
		return verdict{err: errs.E(errs.TooMany, "too many calls")}
	case 1:
		return verdict{err: errs.Later(errs.TooMany, time.Duration(1+d.IntN(90))*time.Second, "too many calls")}
	}
	return verdict{err: errs.E(errs.Unavailable, "status 503")}
}
