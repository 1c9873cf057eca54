package stack_test

import (
	"os"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
)

// TestMain ends the process that CDK runs in. It has data races of its own, so these tests run without the race detector.
func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

func catalogue() []app.Function {
	return functions.All(autograb.Dial(autograb.Options{}), autograb.ParsePush)
}

// synth writes the templates of an environment with a stand-in for the code, and returns their folder.
func synth(t *testing.T, env stack.Environment, functions []app.Function) (string, error) {
	t.Helper()
	code, err := stack.StandIn(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	root := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false)})
	if _, err := stack.New(root, env, stack.Options{Functions: functions, Code: code}); err != nil {
		return "", err
	}
	root.Synth(nil)
	return out, nil
}
