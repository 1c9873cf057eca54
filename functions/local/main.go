// Command local is Winback on one machine: every function in one process, on an embedded database.
//
//	local            serves (make dev); -h lists the flags
//	local demo       plays the main job over the HTTPS interface of a server of its own (make demo)
//	local partner    runs the partner simulator alone
//	local invoke     delivers one event to one function (make invoke)
//	local inspect    prints what is in the embedded database
//	local document   prints the OpenAPI document; with -html the reference page
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(interrupted, stop) // whoever is tired of waiting interrupts again; that loses nothing either
	if err := run(interrupted, console{os.Stdout, os.Stderr}, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "winback:", err)
		os.Exit(1)
	}
}

// console is where a command talks to people, and where its log goes.
type console struct{ out, log io.Writer }

// run picks the command; without one it serves. To be interrupted is no failure.
func run(ctx context.Context, c console, args []string) error {
	commands := map[string]func(context.Context, console, []string) error{
		"serve": serve, "demo": demo, "partner": partnerAlone, "invoke": invoke, "inspect": inspect, "document": document,
	}
	command := serve
	if len(args) > 0 && commands[args[0]] != nil {
		command, args = commands[args[0]], args[1:]
	}
	err := command(ctx, c, args)
	if errors.Is(err, flag.ErrHelp) || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// parse reads a command's flags, and prints them where somebody asks for help.
func parse(c console, f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard) // the error says it all
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.SetOutput(c.out)
		fmt.Fprintf(c.out, "Flags of %s:\n", f.Name())
		f.PrintDefaults()
		return err
	}
	if err == nil && f.NArg() > 0 {
		err = fmt.Errorf("%q is neither a command nor a flag", f.Arg(0))
	}
	if err != nil {
		return fmt.Errorf("%w; %s -h lists the flags", err, f.Name())
	}
	return nil
}
