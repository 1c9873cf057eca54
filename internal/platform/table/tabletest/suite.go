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

// Differences are the cases that a store is known to fail, with the reason.
type Differences map[string]string

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
	checkDeclared(t, known, cases)
	ran, skipped := 0, []string{}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			failures := c.try(t.Context(), open(t))
			reason, declared := known[c.Name]
			switch {
			case declared && len(failures) > 0:
				skipped = append(skipped, fmt.Sprintf("%s: %s", c.Name, reason))
				t.Skipf("known difference: %s (%s)", reason, failures[0])
			case declared:
				t.Errorf("declared as a difference (%s) but passes: remove the declaration", reason)
			}
			ran++
			for _, failure := range failures {
				t.Error(failure)
			}
		})
	}
	t.Logf("table contract: %d cases, %d ran, %d skipped as known differences\n%s", len(cases), ran, len(skipped), strings.Join(skipped, "\n"))
}

// checkDeclared refuses declarations that name no case, and cases that share a name.
func checkDeclared(t *testing.T, known Differences, cases []Case) {
	t.Helper()
	names := make(map[string]bool, len(cases))
	for _, c := range cases {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
	}
	for name, reason := range known {
		if !names[name] {
			t.Errorf("a difference names the case %q, which does not exist", name)
		}
		if reason == "" {
			t.Errorf("the difference %q has no reason", name)
		}
	}
}
