package stack_test

import (
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
)

// What an environment may become by a change of its value in code: a domain of its own, a restored table, a fixed account.
func TestTheGuardRailsHoldForWhatAnEnvironmentMayBecome(t *testing.T) {
	for name, change := range map[string]func(*stack.Environment){
		"a domain of its own": func(e *stack.Environment) {
			e.Domain, e.Certificate = "api.winback.example", "arn:aws:acm:"+e.Region+":"+account+":certificate/1"
		},
		"a restored table": func(e *stack.Environment) { e.Restored = "winback-prod-table-2" },
		"its account":      func(e *stack.Environment) { e.Account = account },
	} {
		t.Run(name, func(t *testing.T) {
			env := prod(t)
			change(&env)
			out, err := synth(t, env, catalogue())
			if err != nil {
				t.Fatal(err)
			}
			for _, finding := range guardrail.Broken(world(t, env, out, catalogue())) {
				t.Error(finding)
			}
		})
	}
}
