package metric_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/metric"
)

// A metric that is counted at two places counts something twice sooner or later; one that is counted nowhere raises no
// alarm.
func TestEachMetricIsCountedAtOnePlace(t *testing.T) {
	places := map[string][]string{}
	root := filepath.Join("..", "..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "dist" || name == "node_modules") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || entry.IsDir() {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			count := func(what ast.Expr) {
				places[selected(what)] = append(places[selected(what)], files.Position(n.Pos()).String())
			}
			switch n := n.(type) {
			case *ast.CallExpr:
				// Package dispatch counts for its media, at one place for each; which metric it is they write out as Counts.
				if selected(n.Fun) == "Add" && len(n.Args) == 3 && file.Name.Name != "dispatch" {
					count(n.Args[1])
				}
			case *ast.CompositeLit:
				if of, ok := n.Type.(*ast.SelectorExpr); ok && fmt.Sprint(of.X, of.Sel) == "dispatch Counts" {
					for _, element := range n.Elts {
						count(element.(*ast.KeyValueExpr).Value)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for m := range metric.All() {
		known[m.String()] = true
		if at := places[m.String()]; len(at) != 1 {
			t.Errorf("%s is counted at %d places: %v", m, len(at), at)
		}
	}
	for name, at := range places {
		if !known[name] {
			t.Errorf("%q is counted and no metric that is written out: %v", name, at)
		}
	}
}

// selected is the name that an expression takes from the package metric, or nothing.
func selected(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if from, ok := s.X.(*ast.Ident); ok && from.Name == "metric" {
			return s.Sel.Name
		}
	}
	return ""
}
