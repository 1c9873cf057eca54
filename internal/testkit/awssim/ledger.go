package awssim

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/testkit/iam"
)

// Ledger is what has been asked of an account, by principal.
type Ledger struct {
	mu        sync.Mutex
	tallies   map[string]*Tally
	denials   map[string]*Denial
	asked     map[string]map[string]iam.Asked // allowed ones, by principal and what policies can tell apart
	strangers map[string]int                  // calls without a valid session
	troubles  []error
}

// Tally is what one principal has called.
type Tally struct {
	Calls  map[string]int     // by service and the service's word for the call: dynamodb:TransactWriteItems
	Failed map[string]int     // those of them that were not answered with success, refused ones included
	Spent  map[string]float64 // what is paid by something else than calls; the names are those of Request.Spend
}

// Denial is a refused permission, and how often it was.
type Denial struct {
	At        time.Time // first
	Principal string
	Action    string
	Resource  string
	Sentence  string // as AWS says it
	Times     int
}

func newLedger() *Ledger {
	return &Ledger{tallies: map[string]*Tally{}, denials: map[string]*Denial{}, asked: map[string]map[string]iam.Asked{}, strangers: map[string]int{}}
}

func newTally() *Tally {
	return &Tally{Calls: map[string]int{}, Failed: map[string]int{}, Spent: map[string]float64{}}
}

// Principals lists who has called, sorted.
func (l *Ledger) Principals() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.tallies))
}

// Tally is what a principal has called so far.
func (l *Ledger) Tally(principal string) Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	tally := l.tallies[principal]
	if tally == nil {
		tally = newTally()
	}
	return Tally{maps.Clone(tally.Calls), maps.Clone(tally.Failed), maps.Clone(tally.Spent)}
}

// Total is what all principals have called so far.
func (l *Ledger) Total() Tally {
	total := newTally()
	for _, principal := range l.Principals() {
		total.Add(l.Tally(principal))
	}
	return *total
}

// Add counts another tally in.
func (t *Tally) Add(other Tally) {
	for name, n := range other.Calls {
		t.Calls[name] += n
	}
	for name, n := range other.Failed {
		t.Failed[name] += n
	}
	for name, amount := range other.Spent {
		t.Spent[name] += amount
	}
}

// Sub is what was called since an earlier tally of the same.
func (t Tally) Sub(earlier Tally) Tally {
	since := newTally()
	since.Add(t)
	for name, n := range earlier.Calls {
		if since.Calls[name] -= n; since.Calls[name] == 0 {
			delete(since.Calls, name)
		}
	}
	for name, n := range earlier.Failed {
		if since.Failed[name] -= n; since.Failed[name] == 0 {
			delete(since.Failed, name)
		}
	}
	for name, amount := range earlier.Spent {
		if since.Spent[name] -= amount; since.Spent[name] == 0 {
			delete(since.Spent, name)
		}
	}
	return *since
}

// Denials lists what was refused, by principal, action and resource.
func (l *Ledger) Denials() []Denial {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Denial
	for _, d := range l.denials {
		all = append(all, *d)
	}
	slices.SortFunc(all, func(a, b Denial) int {
		return cmp.Or(cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Action, b.Action), cmp.Compare(a.Resource, b.Resource))
	})
	return all
}

// Allowed lists the different requests of a principal that were allowed, as iam.Policy.Unneeded takes them.
func (l *Ledger) Allowed(principal string) []iam.Asked {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []iam.Asked
	for _, name := range slices.Sorted(maps.Keys(l.asked[principal])) {
		all = append(all, l.asked[principal][name])
	}
	return all
}

// Strangers are the calls that no session made, with how often they came: unsigned, wrongly signed, expired.
func (l *Ledger) Strangers() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.strangers)
}

func (l *Ledger) strange(host, service, action string, refusal *Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.strangers[service+":"+action+" at "+host+": "+refusal.Code]++
}

// Troubles are the policies that could not be evaluated. Their calls were refused.
func (l *Ledger) Troubles() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.troubles)
}

// Reset forgets everything.
func (l *Ledger) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tallies, l.denials, l.asked, l.strangers, l.troubles = map[string]*Tally{}, map[string]*Denial{}, map[string]map[string]iam.Asked{}, map[string]int{}, nil
}

func (l *Ledger) of(principal string) *Tally {
	if l.tallies[principal] == nil {
		l.tallies[principal] = newTally()
	}
	return l.tallies[principal]
}

func (l *Ledger) count(principal, service, action string, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := service + ":" + action
	l.of(principal).Calls[name]++
	if status < 200 || status > 299 {
		l.of(principal).Failed[name]++
	}
}

func (l *Ledger) spend(principal, what string, amount float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.of(principal).Spent[what] += amount
}

func (l *Ledger) deny(d Denial) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := d.Principal + " " + d.Sentence
	if l.denials[name] == nil {
		l.denials[name] = &d
	}
	l.denials[name].Times++
}

func (l *Ledger) allow(asked iam.Asked) {
	name := asked.Request.String()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.asked[asked.Request.Principal] == nil {
		l.asked[asked.Request.Principal] = map[string]iam.Asked{}
	}
	l.asked[asked.Request.Principal][name] = asked
}

func (l *Ledger) trouble(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.troubles = append(l.troubles, err)
}
