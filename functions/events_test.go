package functions_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/eventtest"
	"github.com/winback-auto/winback/internal/testkit/golden"
)

const samples = "../events"

// TestEveryEventSampleGetsItsAnswerAndHasItsEffects delivers each events/<function>/<case>.json to its function, in a world
// of its own. The answer is compared with <case>.want.json and what else happened with <case>.effects.txt, which is missing
// where nothing may happen.
func TestEveryEventSampleGetsItsAnswerAndHasItsEffects(t *testing.T) {
	eventtest.Run(t, samples, func(t *testing.T, function string) app.Handler {
		w := newWorld(t)
		f, known := w.functions[function]
		if !known {
			t.Fatalf("events/%s belongs to no function", function)
		}
		handle := app.Handle(f, w.Deps)
		return func(ctx context.Context, payload []byte) ([]byte, error) {
			w.effects.watch()
			answer, err := handle(ctx, payload)
			compareEffects(t, w.effects.list(ctx, t))
			return answer, err
		}
	})
}

// compareEffects compares what happened with the file of the case that the test is about.
func compareEffects(t *testing.T, got string) {
	t.Helper()
	_, name, _ := strings.Cut(t.Name(), "/")
	path := filepath.Join(samples, filepath.FromSlash(name)+".effects.txt")
	if got != "" {
		golden.Compare(t, path, []byte(got))
		return
	}
	if golden.Updating() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	} else if _, err := os.Stat(path); err == nil {
		t.Errorf("nothing happened of what %s wants", path)
	}
}

func TestEveryListOfEffectsBelongsToASample(t *testing.T) {
	lists, err := filepath.Glob(filepath.Join(samples, "*", "*.effects.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(lists) == 0 {
		t.Error("no sample has any effect")
	}
	for _, path := range lists {
		if _, err := os.Stat(strings.TrimSuffix(path, ".effects.txt") + ".json"); err != nil {
			t.Errorf("%s belongs to no sample", path)
		}
	}
}
