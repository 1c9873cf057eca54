// Command infra writes the templates of an environment, for the cdk CLI and for tests:
//
//	go run ./infra -env prod -out dist/cdk/prod
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/partner/autograb"
)

func main() {
	key := flag.String("env", "", "environment: dev or prod")
	out := flag.String("out", "", "folder for the templates; the cdk CLI names its own")
	code := flag.String("code", "dist", "folder with the code of the functions, as make build leaves it; empty: a stand-in, for looking at templates only")
	flag.Parse()
	if err := run(*key, *out, *code); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(key, out, code string) error {
	env, err := stack.Find(key)
	if err != nil {
		return err
	}
	defer jsii.Close()
	zips := func(name string) string { return filepath.Join(code, name+".zip") }
	if code == "" {
		folder, err := os.MkdirTemp("", "winback-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		if zips, err = stack.StandIn(folder); err != nil {
			return err
		}
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: optional(out), AnalyticsReporting: jsii.Bool(false), TreeMetadata: jsii.Bool(false)})
	_, err = stack.New(app, env, stack.Options{
		Functions: functions.All(autograb.Dial(autograb.Options{}), autograb.ParsePush),
		Code:      zips,
	})
	if err != nil {
		return err
	}
	app.Synth(nil)
	return nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
