package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/platform/app"
)

func TestNothingIsWrittenForWhatCannotBeDeployed(t *testing.T) {
	for name, test := range map[string]struct{ key, code, want string }{
		"no environment":      {"", "dist", "no environment is named: say -env with one of dev, prod"},
		"unknown environment": {"staging", "", `there is no environment "staging": it is one of dev, prod`},
		"example addresses":   {"prod", "dist", "belongs to nobody: put your own into infra/stack/environment.go"},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if err := run(test.key, out, test.code); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func TestCodeThatIsNotBuiltIsNamed(t *testing.T) {
	env := stack.Environments[0]
	env.Sender, env.AppURL, env.Alarms = "no-reply@harbour.test", "https://app.harbour.test", "ops@harbour.test"
	env.TextPool = "pool-4d9e0c2b7a6f41538c1de2f0a9b3c857"
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "a.zip"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := codeOf(env, []app.Function{{Name: "a"}, {Name: "b"}}, folder)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(folder, "b.zip")+": not there; make build makes them") {
		t.Errorf("error %v", err)
	}
	zips, done, err := codeOf(env, []app.Function{{Name: "a"}}, folder)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if zips("a") != filepath.Join(folder, "a.zip") {
		t.Errorf("the code is at %s", zips("a"))
	}
}
