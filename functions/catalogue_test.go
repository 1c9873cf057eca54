package functions_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/internal/aws/lambdahost"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

func all() []app.Function {
	return functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush)
}

func TestTheFunctionsFitTogether(t *testing.T) {
	if err := app.Validate(all()); err != nil {
		t.Error(err)
	}
}

// others are the folders that are no Lambda: all of them in one process, and the operator's commands.
var others = []string{"local", "operate"}

func TestEveryFunctionHasItsFolderAndEventSamples(t *testing.T) {
	var names []string
	for _, f := range all() {
		names = append(names, f.Name)
		samples, err := filepath.Glob(filepath.Join("..", "events", f.Name, "*.want.json"))
		if err != nil || len(samples) == 0 {
			t.Errorf("%s has no samples in events/%s", f.Name, f.Name)
		}
	}
	if !slices.Equal(folders(t, "."), slices.Sorted(slices.Values(append(names, others...)))) {
		t.Errorf("folders %v\nfunctions %v", folders(t, "."), slices.Sorted(slices.Values(names)))
	}
	for _, folder := range folders(t, "../events") {
		if !slices.Contains(names, folder) {
			t.Errorf("events/%s belongs to no function", folder)
		}
	}
}

func TestTheMainOfALambdaOnlyNamesItsFunction(t *testing.T) {
	for _, folder := range folders(t, ".") {
		if slices.Contains(others, folder) {
			continue
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if len(entries) != 1 || entries[0].Name() != "main.go" {
			t.Errorf("%s holds more than main.go", folder)
		}
		source, err := os.ReadFile(filepath.Join(folder, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(source, []byte("\n")); lines > 15 {
			t.Errorf("%s/main.go has %d lines, at most 15", folder, lines)
		}
		if !bytes.Contains(source, []byte("lambdahost.Start(")) || !strings.HasPrefix(string(source), "// Command "+folder+" ") {
			t.Errorf("%s/main.go does not start with its name or does not start a function", folder)
		}
	}
}

// A driver that is missing is found by the function's first start in AWS, and one too many makes all of its starts slower:
// both are found here.
func TestTheMainOfALambdaNamesTheDriversOfWhatItsFunctionUses(t *testing.T) {
	for _, f := range all() {
		if got, want := drivers(t, filepath.Join(f.Name, "main.go")), lambdahost.Needs(f); !slices.Equal(got, want) {
			t.Errorf("%s/main.go names the drivers %q, and its function uses %q", f.Name, got, want)
		}
	}
}

// drivers are the members of lambdahost.Drivers that a main sets.
func drivers(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		pair, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		names = append(names, pair.Key.(*ast.Ident).Name)
		return false
	})
	return names
}

func TestTheReferenceIsCurrent(t *testing.T) {
	openAPI, page, err := functions.Reference(all())
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "../internal/docs/openapi.json", openAPI)
	golden.Compare(t, "../internal/docs/reference.html", page)
}

func folders(t *testing.T, in string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
