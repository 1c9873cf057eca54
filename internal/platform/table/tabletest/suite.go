package tabletest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Fixture is an empty store for one case.
type Fixture struct {
	Driver table.Driver
	Clock  *Clock // what the driver goes by, too
}

// Differences are the cases that a store is known to fail, with the reason. A case that passes all the same fails the
// test, unless its reason begins with AtTimes.
type Differences map[string]string

// AtTimes begins the reason of a difference that only shows when calls meet.
const AtTimes = "at times: "

// Case is one sentence about drivers and what shows it.
type Case struct {
	Name string
	run  func(*T)
}

// Cases lists the contract.
func Cases() []Case {
	return slices.Concat(keyCases(), valueCases(), conditionCases(), transactionCases(), addCases(), tokenCases(), expiryCases(),
		queryCases(), pageCases(), batchCases(), dueCases(), loadCases(), recordCases(), concurrencyCases())
}

// Run runs every case on a store of its own.
func Run(t *testing.T, known Differences, open func(t *testing.T) Fixture) {
	t.Helper()
	cases := Cases()
	for _, mistake := range known.mistakes(cases) {
		t.Error(mistake)
	}
	ran, skipped := 0, []string{}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			skip, failures := known.judge(c.Name, c.Try(t.Context(), open(t)))
			if skip != "" {
				skipped = append(skipped, c.Name+": "+known[c.Name])
				t.Skip(skip)
			}
			ran++
			for _, failure := range failures {
				t.Error(failure)
			}
		})
	}
	t.Logf("table contract: %d cases, %d ran, %d skipped as known differences\n%s", len(cases), ran, len(skipped), strings.Join(skipped, "\n"))
}

// judge says what a case that failed so, or not at all, means for the test: a reason to skip it, or the failures of it.
func (d Differences) judge(name string, failures []string) (skip string, fail []string) {
	reason, declared := d[name]
	switch {
	case !declared:
		return "", failures
	case len(failures) == 0 && strings.HasPrefix(reason, AtTimes):
		return "", nil
	case len(failures) == 0:
		return "", []string{fmt.Sprintf("declared as a difference (%s) but passes: remove the declaration", reason)}
	default:
		return fmt.Sprintf("known difference: %s (%s)", reason, failures[0]), nil
	}
}

// mistakes lists declarations without a case or a reason, and cases that share a name.
func (d Differences) mistakes(cases []Case) (mistakes []string) {
	names := make(map[string]bool, len(cases))
	for _, c := range cases {
		if names[c.Name] {
			mistakes = append(mistakes, fmt.Sprintf("two cases are called %q", c.Name))
		}
		names[c.Name] = true
	}
	for name, reason := range d {
		if !names[name] {
			mistakes = append(mistakes, fmt.Sprintf("a difference names the case %q, which does not exist", name))
		}
		if reason == "" {
			mistakes = append(mistakes, fmt.Sprintf("the difference %q has no reason", name))
		}
	}
	return mistakes
}
