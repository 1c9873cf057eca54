package rehearse

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

// records are what happened at a stand.
type records struct {
	mu          sync.Mutex
	invocations map[string][]invoked // by function
	troubles    []string
}

// invoked is one invocation, as far as figures need it.
type invoked struct {
	cold       bool
	init, took time.Duration
	peak       int64
	failed     string
}

func newRecords() *records { return &records{invocations: map[string][]invoked{}} }

func (r *records) invoked(function string, a lambdaruntime.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.invocations[function] = append(r.invocations[function], invoked{a.Cold, a.Init, a.Duration, a.MemoryPeak, a.ErrorType})
}

// of are the invocations of a function so far.
func (r *records) of(function string) []invoked {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.invocations[function])
}

// trouble notes what should not have happened.
func (r *records) trouble(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.troubles = append(r.troubles, err.Error())
}

// Faults lists what should not have happened: refused permissions, hosts that nobody knows, unsigned calls, polls that
// failed, invocations that nobody could handle; but not what Options.Expected has a part of.
func (s *Stand) Faults() []string {
	ledger := s.cloud.account.Ledger()
	s.records.mu.Lock()
	faults := slices.Clone(s.records.troubles)
	s.records.mu.Unlock()
	for _, d := range ledger.Denials() {
		faults = append(faults, fmt.Sprintf("denied %d times: %s", d.Times, d.Sentence))
	}
	for call, n := range ledger.Strangers() {
		faults = append(faults, fmt.Sprintf("%d calls of nobody: %s", n, call))
	}
	for _, err := range ledger.Troubles() {
		faults = append(faults, err.Error())
	}
	for _, c := range s.cloud.network.Refused() {
		faults = append(faults, fmt.Sprintf("%s asked for %s: %s", c.Client, c.Host, c.Refused))
	}
	for _, g := range s.lambda.GivenUp() {
		faults = append(faults, fmt.Sprintf("%s could not handle an invocation: %s", g.Function, g.Reason))
	}
	faults = slices.DeleteFunc(faults, func(fault string) bool {
		return slices.ContainsFunc(s.options.Expected, func(part string) bool { return strings.Contains(fault, part) })
	})
	slices.Sort(faults)
	return slices.Compact(faults)
}
