// Command infra writes the templates of an environment.
//
//	go run ./infra -env prod -out dist/cdk/prod -code ""    to look at them, and for tests
//	go run ./infra -env prod                                for the cdk CLI, with the code that make build has left in dist
//
// The second way refuses an environment that is not somebody's own; see package stack.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
)

func main() {
	key := flag.String("env", "", "environment: dev or prod")
	out := flag.String("out", "", "folder for the templates; empty: the cdk CLI names its own")
	code := flag.String("code", "dist", "folder with the zips of the functions; empty: a stand-in for all of them")
	flag.Parse()
	told := os.Stderr
	if err := run(*key, *out, *code); err != nil {
		fmt.Fprintln(told, "infra:", err)
		os.Exit(1)
	}
}

func run(key, out, code string) error {
	env, err := stack.Find(key)
	if err != nil {
		return err
	}
	all := functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush)
	zips, done, err := codeOf(env, all, code)
	if err != nil {
		return err
	}
	defer done()
	defer closeQuietly()
	root := awscdk.NewApp(&awscdk.AppProps{Outdir: optional(out), AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false)})
	if _, err := stack.New(root, env, stack.Options{Functions: all, Code: zips}); err != nil {
		return err
	}
	root.Synth(nil)
	return nil
}

// closeQuietly ends the process that CDK runs in. It is waited for twice, and the second one would tell people that it ended
// abnormally.
func closeQuietly() {
	if nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = nowhere
	}
	jsii.Close()
}

// codeOf finds the code of all functions: that which will be deployed, for which everything else has to be right, too, or
// a stand-in. What it needs meanwhile is removed by done.
func codeOf(env stack.Environment, all []app.Function, folder string) (zips func(string) string, done func(), err error) {
	if folder == "" {
		temporary, err := os.MkdirTemp("", "winback-")
		if err != nil {
			return nil, nil, err
		}
		zips, err := stack.StandIn(temporary)
		return zips, func() { _ = os.RemoveAll(temporary) }, err
	}
	if err := env.Deployable(); err != nil {
		return nil, nil, err
	}
	zips = func(name string) string { return filepath.Join(folder, name+".zip") }
	var missing []string
	for _, f := range all {
		if _, err := os.Stat(zips(f.Name)); errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, zips(f.Name))
		} else if err != nil {
			return nil, nil, err
		}
	}
	if len(missing) > 0 {
		return nil, nil, fmt.Errorf("%s: not there; make build makes them", strings.Join(missing, ", "))
	}
	return zips, func() {}, nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
