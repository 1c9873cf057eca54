// Package eventtest runs recorded AWS payloads through functions, bytes in and bytes out.
//
// A folder events/<function> holds pairs of files: <case>.json is what AWS delivers, <case>.want.json what the function
// answers. The payload goes through app.Handle as it is, so codec, authorizer, validation and handler are all under test;
// the same files can be delivered to a deployed function by hand.
//
// The answer is written so that people can read it: an HTTP body that is JSON stands there as JSON, a failed invocation as
// {"error": "…"}. What differs from run to run is a placeholder in the wanted file (see placeholder.go). With -update the
// wanted files are written anew; placeholders stay where they still fit.
package eventtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

const wantSuffix = ".want.json"

// Run walks dir/<function>/<case>.json. For each case open makes the function's handler on a world of its own. A payload
// without a wanted answer, a wanted answer without a payload, and a folder without any case fail.
func Run(t *testing.T, dir string, open func(t *testing.T, function string) app.Handler) {
	t.Helper()
	payloads, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, path := range payloads {
		if payload, isWant := strings.CutSuffix(path, wantSuffix); isWant {
			if _, err := os.Stat(payload + ".json"); err != nil {
				t.Errorf("%s wants the answer to nothing", path)
			}
			continue
		}
		cases++
		function := filepath.Base(filepath.Dir(path))
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(function+"/"+name, func(t *testing.T) {
			payload, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := open(t, function)(t.Context(), payload)
			compare(t, strings.TrimSuffix(path, ".json")+wantSuffix, readable(t, answer, err))
		})
	}
	if cases == 0 {
		t.Errorf("there is no case in %s", dir)
	}
}

// readable is an answer as the wanted file holds it.
func readable(t *testing.T, answer []byte, failure error) any {
	t.Helper()
	if failure != nil {
		return map[string]any{"error": failure.Error()}
	}
	var value any
	if err := json.Unmarshal(answer, &value); err != nil {
		t.Fatalf("the answer is no JSON: %s", answer)
	}
	response, isObject := value.(map[string]any)
	if !isObject {
		return value
	}
	if text, isText := response["body"].(string); isText {
		var body any
		if json.Unmarshal([]byte(text), &body) == nil {
			response["body"] = body
		}
	}
	return response
}

func compare(t *testing.T, path string, got any) {
	t.Helper()
	var want any
	content, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && golden.Updating():
	case err != nil:
		t.Fatalf("%v; run with -update and read what it writes", err)
	default:
		if err := json.Unmarshal(content, &want); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	got = masked(got, want)
	if golden.Updating() {
		golden.Write(t, path, pretty(t, got))
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (- wanted, + got):\n%s", path, diff)
	}
}

func pretty(t *testing.T, value any) []byte {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
