// Package queuetest is the contract of a queue driver, and Flaky, the sender that fails on purpose.
//
// Run puts a Sender and a Source through the named cases, each on queues of its own. What a driver or an emulator cannot
// do is declared as a Difference with a reason: the case still runs, the report says what differs and why, and a declared
// difference that turns out to work fails the run, so that the list never outlives its reasons.
package queuetest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// Fixture is a driver with two empty queues.
type Fixture struct {
	Sender queue.Sender
	Source queue.Source
	Topic  string
	Other  string // another topic
	// Advance lets time pass for the queues: the injected clock, or the wall clock by waiting.
	Advance func(time.Duration)
	// Unit is the visibility and the delay that cases work with, whole seconds; 0: half a minute. On the wall clock it should be short.
	Unit time.Duration
}

// Difference is a case that a driver is known not to pass.
type Difference struct {
	Case   string
	Reason string
}

type contractCase struct {
	name string
	run  func(*probe)
}

// cases is the whole contract.
func cases() []contractCase {
	return slices.Concat(sending(), receiving(), delaying(), burying(), serving())
}

// Names lists the cases.
func Names() []string {
	var names []string
	for _, c := range cases() {
		names = append(names, c.name)
	}
	return names
}

// Run runs every case. open makes a fresh fixture.
func Run(t *testing.T, open func(*testing.T) Fixture, known ...Difference) {
	t.Helper()
	reasons := map[string]string{}
	for _, difference := range known {
		if !slices.Contains(Names(), difference.Case) {
			t.Errorf("there is no case %q to differ from", difference.Case)
		}
		reasons[difference.Case] = difference.Reason
	}
	var report []string
	for _, c := range cases() {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			p := newProbe(t, open(t))
			reason, differs := reasons[c.name]
			if !differs {
				p.fail = func(text string) { t.Helper(); t.Fatal(text) }
				c.run(p)
				return
			}
			failure := p.attempt(c.run)
			if failure == "" {
				t.Errorf("passes, so it is no longer a known difference: %s", reason)
			}
			report = append(report, fmt.Sprintf("%s: %s (%s)", c.name, reason, failure))
		})
	}
	t.Logf("%d cases, %d known differences", len(cases()), len(report))
	for _, line := range report {
		t.Log("differs: " + line)
	}
}

// attempt runs a case that may fail, and returns how it did.
func (p *probe) attempt(run func(*probe)) (failure string) {
	done := make(chan struct{})
	p.fail = func(text string) {
		failure = text
		runtime.Goexit()
	}
	go func() {
		defer close(done)
		run(p)
	}()
	<-done
	return failure
}
