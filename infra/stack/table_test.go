package stack_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
)

// templates are the texts of an environment's data and app stacks.
func templates(t *testing.T, env stack.Environment) (data, app string) {
	t.Helper()
	out, err := synth(t, env, catalogue())
	if err != nil {
		t.Fatal(err)
	}
	read := func(part string) string {
		raw, err := os.ReadFile(filepath.Join(out, env.Name(part)+".template.json"))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	return read("data"), read("app")
}

var export = regexp.MustCompile(`"Name": "(winback-[^"]*Export[^"]*)"`)

func exports(template string) []string {
	found := map[string]bool{}
	for _, match := range export.FindAllStringSubmatch(template, -1) {
		found[match[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// After a restore every function uses the restored table; the stack's own stays, and so does what the deployed app stack
// still imports, or the deployment could not begin.
func TestARestoredTableTakesOver(t *testing.T) {
	env := stack.Environments[0]
	before, app := templates(t, env)
	if strings.Contains(app, "winback-dev-table-2") {
		t.Fatal("the restored table is there already")
	}
	env.Restored = "winback-dev-table-2"
	data, app := templates(t, env)
	if strings.Count(data, `"AWS::DynamoDB::Table"`) != 1 || !strings.Contains(data, `"TableName": "winback-dev-table"`) {
		t.Error("the stack's own table is gone")
	}
	if len(exports(before)) < 2 || !slices.Equal(exports(before), exports(data)) {
		t.Errorf("exports %v, before %v", exports(data), exports(before))
	}
	functions := 0
	for _, f := range catalogue() {
		if f.Uses.Table != 0 {
			functions++
		}
	}
	if n := strings.Count(app, `"WINBACK_TABLE": "winback-dev-table-2"`); n != functions || functions < 10 {
		t.Errorf("%d of %d functions use the restored table", n, functions)
	}
	if strings.Count(app, `:table/winback-dev-table-2"`) < functions || strings.Contains(app, "ExportsOutputRefTable") {
		t.Error("a role is still about the old table")
	}
}
