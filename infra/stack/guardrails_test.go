package stack_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// account is where the templates of tests are read as if they were deployed there.
const account = "123456789012"

var (
	worldLock sync.Mutex
	worlds    = map[string]*guardrail.World{}
)

// deployed is an environment with the whole catalogue, synthesized once for all tests.
func deployed(t *testing.T, env stack.Environment) *guardrail.World {
	t.Helper()
	worldLock.Lock()
	defer worldLock.Unlock()
	if worlds[env.Key] == nil {
		worlds[env.Key] = world(t, env, catalogue())
	}
	return worlds[env.Key]
}

// world synthesizes an environment and resolves everything in it.
func world(t *testing.T, env stack.Environment, functions []app.Function) *guardrail.World {
	t.Helper()
	out, err := synth(t, env, functions)
	if err != nil {
		t.Fatal(err)
	}
	root, err := template.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	return resolved(t, env, root, functions)
}

func resolved(t *testing.T, env stack.Environment, root *template.App, functions []app.Function) *guardrail.World {
	t.Helper()
	w, err := guardrail.New(guardrail.World{
		Env: env.Key, Namespace: env.Metrics(), Disposable: !env.Keep, App: root, Functions: functions,
	}, account, env.Region)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Each guard-rail of the reliability catalogue that can be checked without AWS is a test of its own: G35 cannot.
func TestTheGuardRailsHold(t *testing.T) {
	if n := len(guardrail.Rules); n != 34 {
		t.Fatalf("%d rules, the catalogue has G01 to G34", n)
	}
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
