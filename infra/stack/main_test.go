package stack_test

import (
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/testkit/guardrail"
	"github.com/winback-auto/winback/internal/testkit/template"
)

// TestMain ends the process that CDK runs in. It has data races of its own, so these tests run without the race detector.
func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "winback-")
	if err != nil {
		panic(err)
	}
	shared = folder
	code := m.Run()
	jsii.Close()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// account is where the templates of tests are read as if they were deployed there.
const account = "123456789012"

// Environments with the whole catalogue are synthesized once for all tests.
var (
	shared string // folder of their templates
	lock   sync.Mutex
	worlds = map[string]*guardrail.World{}
	outs   = map[string]string{}
)

func catalogue() []app.Function {
	return functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush)
}

// deployed is an environment with the whole catalogue, and what cdk-nag says about it lies beside its templates.
func deployed(t *testing.T, env stack.Environment) *guardrail.World {
	t.Helper()
	lock.Lock()
	defer lock.Unlock()
	if worlds[env.Key] == nil {
		out, err := write(shared, env, catalogue(), func(root awscdk.App) {
			awscdk.Aspects_Of(root).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
				ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
			}), nil)
		})
		if err != nil {
			t.Fatal(err)
		}
		outs[env.Key], worlds[env.Key] = out, world(t, env, out, catalogue())
	}
	return worlds[env.Key]
}

// synth writes the templates of an environment with a stand-in for the code, and returns their folder.
func synth(t *testing.T, env stack.Environment, functions []app.Function) (string, error) {
	t.Helper()
	return write(t.TempDir(), env, functions, func(awscdk.App) {})
}

func write(folder string, env stack.Environment, functions []app.Function, with func(awscdk.App)) (string, error) {
	code, err := stack.StandIn(folder)
	if err != nil {
		return "", err
	}
	out, err := os.MkdirTemp(folder, env.Key)
	if err != nil {
		return "", err
	}
	root := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false)})
	if _, err := stack.New(root, env, stack.Options{Functions: functions, Code: code}); err != nil {
		return "", err
	}
	with(root)
	root.Synth(nil)
	return out, nil
}

// world reads the templates in a folder and resolves everything in them.
func world(t *testing.T, env stack.Environment, out string, functions []app.Function) *guardrail.World {
	t.Helper()
	root, err := template.Read(out)
	if err != nil {
		t.Fatal(err)
	}
	w, err := resolve(env, root, functions)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func resolve(env stack.Environment, root *template.App, functions []app.Function) (*guardrail.World, error) {
	return guardrail.New(guardrail.World{
		Env: env.Key, Namespace: env.Metrics(), Disposable: !env.Keep, App: root, Functions: functions,
	}, account, env.Region)
}
