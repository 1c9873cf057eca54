// Command local is Winback on one machine: every function in one process, on an embedded database.
//
//	local            serves (make dev); -h lists the flags
//	local demo       plays the main job over the HTTPS interface of a server of its own (make demo)
//	local partner    runs the partner simulator alone
//	local inspect    prints what is in the embedded database
//	local document   prints the OpenAPI document; with -html the reference page
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "winback:", err)
		os.Exit(1)
	}
}

// run picks the command; without one it serves.
func run(ctx context.Context, args []string) error {
	commands := map[string]func(context.Context, []string) error{
		"serve": serve, "demo": demo, "partner": partnerAlone, "inspect": inspect, "document": document,
	}
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(ctx, args[1:])
		}
	}
	return serve(ctx, args)
}
