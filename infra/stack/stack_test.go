package stack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/platform/app"
)

func TestEveryEnvironmentBecomesFourStacks(t *testing.T) {
	for _, env := range stack.Environments {
		t.Run(env.Key, func(t *testing.T) {
			deployed(t, env)
			out := outs[env.Key]
			for part, kind := range map[string]string{"mail": "AWS::SES::EmailIdentity", "data": "AWS::DynamoDB::Table", "app": "AWS::Lambda::Function", "watch": "AWS::SNS::Topic"} {
				raw, err := os.ReadFile(filepath.Join(out, env.Name(part)+".template.json"))
				if err != nil {
					t.Fatal(err)
				}
				var template struct {
					Resources map[string]struct{ Type string }
				}
				if err := json.Unmarshal(raw, &template); err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, r := range template.Resources {
					if r.Type == kind {
						n++
					}
				}
				want := 1
				if part == "app" {
					want = len(catalogue())
				}
				if n != want {
					t.Errorf("%s has %d of %s, want %d: nothing may add its own", part, n, kind, want)
				}
			}
		})
	}
}

func TestARouteBecomesPublicByTwoDecisions(t *testing.T) {
	functions := slices.DeleteFunc(catalogue(), func(f app.Function) bool { return f.Name == "docs-api" })
	_, err := synth(t, stack.Environments[0], functions)
	if err == nil || !strings.Contains(err.Error(), "GET /openapi.json") {
		t.Errorf("error %v, want one that compares the routes with the list", err)
	}
}
