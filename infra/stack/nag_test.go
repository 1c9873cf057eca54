package stack_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
)

// finding is what CDK or cdk-nag has to say about a construct, as an error or a warning alike.
type finding struct{ id, path, says string }

func TestCdkNagFindsNothingThatIsNotExcused(t *testing.T) {
	for _, env := range stack.Environments {
		t.Run(env.Key, func(t *testing.T) {
			deployed(t, env)
			judged, compliant := verdicts(t, outs[env.Key])
			if judged < 100 || compliant < 100 {
				t.Fatalf("cdk-nag judged %d times, %d of them well: it has not looked at the stacks", judged, compliant)
			}
			used := map[excuse]bool{}
			for _, f := range findings(t, env, outs[env.Key]) {
				i := slices.IndexFunc(excuses, func(e excuse) bool { return e.id == f.id && e.path == f.path })
				if i < 0 {
					t.Errorf("%s at %s: %s\n\tmend it, or excuse it in excuses_test.go with a reason", f.id, f.path, f.says)
					continue
				}
				used[excuses[i]] = true
			}
			for _, e := range excuses {
				if !used[e] {
					t.Errorf("nothing needs the excuse of %s at %s any more: take it out", e.id, e.path)
				}
				if len(e.reason) < 20 {
					t.Errorf("the excuse of %s at %s says no reason", e.id, e.path)
				}
			}
		})
	}
}

// findings reads what was written beside the templates: errors and warnings, of the rules and of CDK itself.
func findings(t *testing.T, env stack.Environment, out string) (all []finding) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(out, "*.metadata.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no metadata in %s: %v", out, err)
	}
	for _, file := range files {
		var metadata map[string][]struct {
			Type string
			Data any
		}
		read(t, file, &metadata)
		for path, entries := range metadata {
			path = strings.TrimPrefix(path, "/"+env.Name(""))
			for _, entry := range entries {
				if entry.Type != "aws:cdk:error" && entry.Type != "aws:cdk:warning" {
					continue
				}
				says, _ := entry.Data.(string)
				id, rest, _ := strings.Cut(says, ": ")
				all = append(all, finding{id, path, rest})
			}
		}
	}
	return all
}

// verdicts counts what the rules of cdk-nag have judged.
func verdicts(t *testing.T, out string) (judged, compliant int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(out, "AwsSolutions-*-NagReport.json"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%d reports in %s: %v", len(files), out, err)
	}
	for _, file := range files {
		var report struct {
			Lines []struct{ RuleID, Compliance string }
		}
		read(t, file, &report)
		for _, line := range report.Lines {
			judged++
			if line.Compliance == "Compliant" {
				compliant++
			}
		}
	}
	return judged, compliant
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}
