package stack_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/testkit/golden"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// What changes with each release says nothing about the stack: the hash of a function's code, and the names that follow
// from it.
var (
	codeHash = regexp.MustCompile(`[0-9a-f]{64}`)
	version  = regexp.MustCompile(`Version[0-9a-f]{8}`)
)

// normalised writes a template so that it can be read and compared: sorted, and on one line what fits there.
func normalised(t *testing.T, content []byte) []byte {
	t.Helper()
	text := version.ReplaceAllString(codeHash.ReplaceAllString(string(content), "CODE"), "VersionCODE")
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	layout(&out, v, "")
	out.WriteByte('\n')
	return out.Bytes()
}

const lineWidth = 120

// layout writes JSON, each value on one line if it fits.
func layout(out *bytes.Buffer, v any, indent string) {
	var compact bytes.Buffer
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic(err) // it was JSON before
	}
	line := strings.TrimSuffix(compact.String(), "\n")
	object, isObject := v.(map[string]any)
	list, isList := v.([]any)
	if len(indent)+len(line) <= lineWidth || !isObject && !isList {
		out.WriteString(line)
		return
	}
	brackets := "[]"
	if isObject {
		brackets = "{}"
	}
	out.WriteString(brackets[:1])
	separate := "\n" + indent + " "
	for _, name := range slices.Sorted(maps.Keys(object)) {
		out.WriteString(separate + strconv.Quote(name) + ": ")
		layout(out, object[name], indent+" ")
		separate = ",\n" + indent + " "
	}
	for _, element := range list {
		out.WriteString(separate)
		layout(out, element, indent+" ")
		separate = ",\n" + indent + " "
	}
	out.WriteString("\n" + indent + brackets[1:])
}

// goldenOf is the approved template of a stack: infra/testdata/prod-app.golden.
func goldenOf(env stack.Environment, s *template.Stack) string {
	return filepath.Join("..", "testdata", env.Key+"-"+strings.TrimPrefix(s.Name, env.Name(""))+".golden")
}

func TestTheTemplatesAreThoseThatWereRead(t *testing.T) {
	for _, env := range stack.Environments {
		w := deployed(t, env)
		if len(w.App.Stacks) != 4 {
			t.Errorf("%s has %d stacks", env.Key, len(w.App.Stacks))
		}
		for _, s := range w.App.Stacks {
			content, err := os.ReadFile(s.File)
			if err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, goldenOf(env, s), normalised(t, content))
		}
	}
}

// G30: CloudFormation replaces a thing whose logical id has changed by an empty one. This list changes only when something
// that holds data is added; a line that goes or changes means that data goes.
func TestWhatHoldsDataKeepsItsName(t *testing.T) {
	for _, env := range stack.Environments {
		lines := deployed(t, env).Stateful()
		if len(lines) < 5 {
			t.Errorf("%s: only %q hold data", env.Key, lines)
		}
		golden.Compare(t, filepath.Join("..", "testdata", env.Key+"-stateful.golden"), []byte(strings.Join(lines, "\n")+"\n"))
	}
}
