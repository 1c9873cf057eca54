package rehearse

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
	"github.com/winback-auto/winback/internal/testkit/price"
)

// Row is what a rehearsal has seen of one function.
type Row struct {
	Function string
	Invoked  int
	Failed   int // of them, as Lambda counts errors
	Cold     int // of them, the first of their environments
	Init     time.Duration
	P50, P99 time.Duration // of invocations, without the start
	Peak     int64         // bytes
	Calls    map[string]int
	Denied   int // calls
	Unused   int // grants
	Grants   int
}

// Services sums the calls up, by the services' names.
func (r Row) Services() map[string]int {
	sums := map[string]int{}
	for name, n := range r.Calls {
		service, _, _ := strings.Cut(name, ":")
		sums[service] += n
	}
	return sums
}

// Report is what a rehearsal has come to.
type Report struct {
	Environment string
	Rows        []Row // by function
	Needs       []Need
	Denied      []Denied
	Faults      []string // see Stand.Faults
	Starts      []Start  // Hello first; none: they were not measured
	Cost        Cost
}

// Cost is what a main job comes to at list prices.
type Cost struct {
	Prices    price.List
	Bill      price.Bill
	Thousands []price.Per // beside the least that is possible
}

// NewReport reads what has happened at all stands of a rehearsal, which are made of the same templates. What it cost is for
// the caller to add.
func NewReport(stands ...*Stand) (r Report, err error) {
	r.Environment = stands[0].options.Environment
	for _, s := range stands {
		s.flush(context.Background())
		r.Denied = append(r.Denied, s.Denied()...)
		r.Faults = append(r.Faults, s.Faults()...)
	}
	if r.Needs, err = NeedsOf(stands...); err != nil {
		return r, err
	}
	for _, f := range stands[0].Plan.Functions {
		var all []invoked
		calls := awssim.Tally{Calls: map[string]int{}, Failed: map[string]int{}, Spent: map[string]float64{}}
		for _, s := range stands {
			all = append(all, s.records.of(f.Name)...)
			calls.Add(s.cloud.account.Ledger().Tally(f.Role))
		}
		row := measured(all)
		row.Function, row.Calls = program(f.Name), calls.Calls
		for _, d := range r.Denied {
			if d.Owner == row.Function {
				row.Denied += d.Times
			}
		}
		for _, n := range r.Needs {
			if n.Owner != row.Function {
				continue
			}
			row.Grants++
			if n.Unused() {
				row.Unused++
			}
		}
		r.Rows = append(r.Rows, row)
	}
	slices.SortFunc(r.Rows, func(a, b Row) int { return strings.Compare(a.Function, b.Function) })
	return r, nil
}

// measured is a row of a function's invocations.
func measured(all []invoked) (row Row) {
	var took, inits []time.Duration
	for _, i := range all {
		row.Invoked++
		took = append(took, i.took)
		row.Peak = max(row.Peak, i.peak)
		if i.failed != "" {
			row.Failed++
		}
		if i.cold {
			row.Cold++
			inits = append(inits, i.init)
		}
	}
	row.Init, row.P50, row.P99 = percentile(inits, 0.5), percentile(took, 0.5), percentile(took, 0.99)
	return row
}

// services are all that were called, in the table's order.
func (r Report) services() []string {
	called := map[string]bool{}
	for _, row := range r.Rows {
		for service := range row.Services() {
			called[service] = true
		}
	}
	return slices.Sorted(maps.Keys(called))
}

// Unused lists the grants that nothing needed.
func (r Report) Unused() []Need {
	return slices.DeleteFunc(slices.Clone(r.Needs), func(n Need) bool { return !n.Unused() })
}

// Wrong lists what must not be, however slow the machine is: faults (refused permissions among them), grants that nobody
// needs, functions that were never invoked, and programs that go into the network before they ask for work.
func (r Report) Wrong() []string {
	wrong := slices.Clone(r.Faults)
	for _, n := range r.Unused() {
		wrong = append(wrong, "nothing needs the grant of "+n.String())
	}
	for _, row := range r.Rows {
		if row.Invoked == 0 {
			wrong = append(wrong, row.Function+" was never invoked")
		}
	}
	for _, start := range r.Starts {
		for _, c := range start.Called {
			wrong = append(wrong, fmt.Sprintf("%s connects to %s before it asks for work", start.Program, c.Host))
		}
	}
	return wrong
}
