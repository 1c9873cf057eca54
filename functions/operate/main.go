// Command operate is for the people who run an installation in AWS, from their own machine and with their own credentials:
//
//	operate found      creates a company with its first administrator (make founder)
//	operate queues     shows how many messages wait, and how many failed (make queues)
//	operate redrive    has failed messages tried again (make redrive)
//	operate receive    lets mails come in, after a deployment (make receive)
//	operate parked     settles a mail or text message of which nobody could tell whether it went out (make parked)
//
// It asks nothing, and every command may be repeated: what is done stays as it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/winback-auto/winback/internal/aws/deployment"
)

func main() {
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(interrupted, os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "winback:", err)
		os.Exit(1)
	}
}

// run carries out one command.
func run(ctx context.Context, out io.Writer, args []string) error {
	commands := map[string]func(context.Context, io.Writer, []string) error{"found": found, "queues": queues, "redrive": redrive, "receive": receive, "parked": parked}
	if len(args) == 0 || commands[args[0]] == nil {
		return errors.New("name a command: found, queues, redrive, receive or parked; each explains itself with -h")
	}
	err := commands[args[0]](ctx, out, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if ctx.Err() != nil {
		return errors.New("interrupted; say it again to go on")
	}
	return err
}

// command is what all commands are told.
type command struct {
	*flag.FlagSet
	where           deployment.Where
	table, userPool string
}

func newCommand(name string) *command {
	c := &command{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	c.StringVar(&c.where.Environment, "env", "", "`environment` that is deployed: dev or prod")
	c.StringVar(&c.where.Region, "region", "", "AWS `region` that it is deployed in; default: that of your AWS configuration")
	return c
}

// tables adds the flags for an installation without the stacks of this repository.
func (c *command) tables() {
	c.StringVar(&c.table, "table", "", "`name` of the DynamoDB table; default: what the stack says")
	c.StringVar(&c.userPool, "user-pool", "", "`id` of the Cognito user pool; default: what the stack says")
}

// parse reads the flags, of which some must not be empty.
func (c *command) parse(out io.Writer, args []string, required ...string) error {
	c.SetOutput(io.Discard) // the error says it all
	err := c.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		c.SetOutput(out)
		fmt.Fprintf(out, "Flags of %s:\n", c.Name())
		c.PrintDefaults()
		return err
	}
	if err == nil && c.NArg() > 0 {
		err = fmt.Errorf("%q is no flag", c.Arg(0))
	}
	if err != nil {
		return fmt.Errorf("%w; operate %s -h lists the flags", err, c.Name())
	}
	var missing []string
	for _, name := range append([]string{"env"}, required...) {
		if strings.TrimSpace(c.Lookup(name).Value.String()) == "" {
			missing = append(missing, fmt.Sprintf("%s (-%s)", variable(name), name))
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing: %s", strings.Join(missing, ", "))
	}
	c.where.Values = map[string]string{deployment.TableOutput: c.table, deployment.UserPoolOutput: c.userPool}
	return nil
}

// variable is what the Makefile calls a flag.
func variable(flag string) string { return strings.ToUpper(strings.ReplaceAll(flag, "-", "_")) }

// open finds the installation.
func (c *command) open(ctx context.Context) (*deployment.Deployment, error) {
	return deployment.Open(ctx, c.where)
}

// log is for what goes wrong besides.
func log() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// oneOf refuses what is not in a list, which it names.
func oneOf(what, given string, known []string) error {
	if slices.Contains(known, given) {
		return nil
	}
	return fmt.Errorf("there is no %s %q: it is one of %s", what, given, strings.Join(known, ", "))
}
