package stack_test

import (
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
)

// What an environment may become by a change of its value in code. Mails come in to all of them, by a rule set of their own unless
// they name somebody's.
func TestTheGuardRailsHoldForWhatAnEnvironmentMayBecome(t *testing.T) {
	for name, change := range map[string]func(*stack.Environment){
		"as it is": func(*stack.Environment) {},
		"a domain of its own": func(e *stack.Environment) {
			e.Domain, e.Certificate = "api.winback.example", "arn:aws:acm:"+e.Region+":"+account+":certificate/1"
		},
		"answers at a domain of their own": func(e *stack.Environment) { e.Replies = "antwort." + e.SenderDomain() },
		"somebody's rule set":              func(e *stack.Environment) { e.RuleSet = "default-rule-set" },
		"a restored table":                 func(e *stack.Environment) { e.Restored = "winback-prod-table-2" },
		"its account":                      func(e *stack.Environment) { e.Account = account },
		"disposable":                       func(e *stack.Environment) { e.Keep = false },
		"logs for two months":              func(e *stack.Environment) { e.LogDays = 60 },
	} {
		t.Run(name, func(t *testing.T) {
			env := prod(t)
			change(&env)
			out, err := synth(t, env, catalogue())
			if err != nil {
				t.Fatal(err)
			}
			w := world(t, env, out, catalogue())
			for _, finding := range guardrail.Broken(w) {
				t.Error(finding)
			}
			if sets := len(w.App.Of("AWS::SES::ReceiptRuleSet")); (sets == 1) != (env.RuleSet == "") {
				t.Errorf("%d rule sets of its own", sets)
			}
		})
	}
}
