// Command check says whether an environment can be deployed, before anything is created: that its values are complete and
// nobody else's, that there are credentials, that the account is large enough, and that mails may come from its sender.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/winback-auto/winback/functions"
	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/aws/deployment"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(out)
	key := flags.String("env", "", "environment: dev or prod")
	replace := flags.String("replace", "", "name of the rule set of SES that is active and that ours replaces")
	before := flags.Bool("sender-to-come", false, "the sender is about to be made: do not ask for it")
	region := flags.Bool("region", false, "only say in which region it is")
	if err := flags.Parse(args); err != nil {
		return err
	}
	env, err := stack.Find(*key)
	if err != nil {
		return err
	}
	if err := env.Deployable(); err != nil {
		return err
	}
	if *region {
		fmt.Fprintln(out, env.Region)
		return nil
	}
	d, err := deployment.Open(ctx, deployment.Where{Environment: env.Key, Region: env.Region})
	if err != nil || *before {
		return err
	}
	return errors.Join(concurrency(ctx, env, d), sender(ctx, out, env, d), receiving(ctx, env, d, *replace))
}

// all is the catalogue.
func all() []app.Function {
	return functions.All(autograb.Dial(autograb.Options{}), autograb.DialValuer(autograb.Options{}), autograb.ParsePush)
}

// concurrency asks whether the account can set aside what the functions reserve.
func concurrency(ctx context.Context, env stack.Environment, d *deployment.Deployment) error {
	have, err := d.Concurrency(ctx)
	if need := stack.Concurrency(all()); err == nil && have < need {
		return fmt.Errorf("the account may run %d Lambda invocations at once in %s and needs %d: ask for 1000 under Service Quotas, AWS Lambda, Concurrent executions; nothing was created",
			have, env.Region, need)
	}
	return err
}

// sender asks whether mails may come from the environment's domain.
func sender(ctx context.Context, out io.Writer, env stack.Environment, d *deployment.Deployment) error {
	domain := env.SenderDomain()
	s, err := d.Sender(ctx, domain)
	var unknown *deployment.UnknownSenderError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("the sender is not there: %w; make sender ENV=%s makes it, and says which records its DNS needs", err, env.Key)
	case err != nil:
		return err
	case !s.Verified:
		return fmt.Errorf("the sender %s is not verified: SES has not found all of these records in its DNS yet\n\t%s\nset them, wait some minutes, and say make deploy ENV=%s again; nothing was created",
			domain, strings.Join(s.Records, "\n\t"), env.Key)
	}
	fmt.Fprintf(out, "%s is complete, and mails may come from %s\n", env.Key, domain)
	if s.Sandbox {
		fmt.Fprintf(out, "SES is in its sandbox: mails reach verified addresses only, until AWS has granted production access\n")
	}
	return nil
}
