package stack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
)

// Each guard-rail of the reliability catalogue that can be checked without AWS is a test of its own: G35 cannot.
func TestTheGuardRailsHold(t *testing.T) {
	for _, env := range stack.Environments {
		w := deployed(t, env)
		for _, rule := range guardrail.Rules {
			t.Run(env.Key+"/"+rule.Number+" "+rule.Says, func(t *testing.T) {
				_, findings := rule.Check(w)
				for _, finding := range findings {
					t.Error(finding)
				}
			})
		}
	}
}

func TestGuardRailsAreNumberedWithoutAGap(t *testing.T) {
	var numbers []string
	for _, rule := range guardrail.Rules {
		numbers = append(numbers, rule.Number)
		if strings.TrimSpace(rule.Says) == "" {
			t.Errorf("%s says nothing", rule.Number)
		}
	}
	if !slices.IsSorted(numbers) || len(slices.Compact(slices.Clone(numbers))) != 34 || numbers[0] != "G01" || numbers[33] != "G34" {
		t.Errorf("the rules are %v", numbers)
	}
}
