// Command figures measures Winback and prints one table: what was measured, the raw bound measured beside it in the same
// run, their ratio, what must be reached, and the verdict (make bench).
//
// It is a thin frame around Go's own tools. The benchmarks lie beside what they measure and can be run alone; figures
// builds their test binaries once, runs them round by round, so that all of them meet the same weather, reads their output
// in the benchmark format, and takes medians. The crash test is run as a test, and what it reports is read.
//
// Counts (allocations, request units, items read, what a kill loses) do not depend on the machine: a wrong one ends the
// command with status 1. Times do: they are printed, beside their bound, and read by people.
//
// With WINBACK_DATA set to a folder with listings, the uploaded vehicles are real ones.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each benchmark is run; medians are shown")
	only := flag.String("only", "", "measure only what has this in its name")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	wrong, err := run(ctx, *only, *rounds)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(2)
	case wrong > 0:
		fmt.Fprintf(os.Stderr, "figures: %d counts are wrong\n", wrong)
		os.Exit(1)
	}
}

// run measures, prints the table, and says how many counts are wrong.
func run(ctx context.Context, only string, rounds int) (wrong int, err error) {
	chosen := matching(subjects(), only)
	if len(chosen) == 0 {
		return 0, fmt.Errorf("nothing has %q in its name", only)
	}
	if rounds < 1 {
		return 0, fmt.Errorf("%d rounds", rounds)
	}
	all, err := measure(ctx, chosen, rounds)
	if err != nil {
		return 0, err
	}
	var table []figure
	for _, s := range chosen {
		table = append(table, s.figures(all[s.name])...)
	}
	write(os.Stdout, table)
	for _, f := range table {
		if f.count && !f.reached {
			wrong++
		}
	}
	return wrong, nil
}
