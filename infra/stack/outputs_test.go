package stack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/aws/deployment"
)

// What the operator's commands look up is what the stacks say.
func TestTheStacksSayWhatOperatorsNeed(t *testing.T) {
	env := stack.Environments[0]
	deployed(t, env)
	out := outs[env.Key]
	said := map[string]map[string]bool{}
	for _, part := range []string{"data", "app"} {
		raw, err := os.ReadFile(filepath.Join(out, env.Name(part)+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		var template struct {
			Outputs map[string]struct{ Value json.RawMessage }
		}
		if err := json.Unmarshal(raw, &template); err != nil {
			t.Fatal(err)
		}
		said[part] = map[string]bool{}
		for name, output := range template.Outputs {
			said[part][name] = len(output.Value) > 0
		}
	}
	needed := map[string][]string{"data": {deployment.TableOutput, deployment.UserPoolOutput, deployment.SignInOutput}}
	for _, f := range catalogue() {
		switch {
		case f.Consumes != nil:
			needed["app"] = append(needed["app"], deployment.QueueOutput(f.Consumes.Topic))
		case f.Every != nil, f.On != nil:
			needed["app"] = append(needed["app"], deployment.DeadOutput(f.Name))
		}
	}
	if len(needed["app"]) < 12 {
		t.Errorf("only %d queues", len(needed["app"]))
	}
	for part, names := range needed {
		for _, name := range names {
			if !said[part][name] {
				t.Errorf("the stack %s does not say %s", part, name)
			}
		}
	}
}
