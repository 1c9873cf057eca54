// Command rehearsal plays what is deployed on this machine, without AWS (make rehearse): it synthesizes the template, builds
// the programs, stands both up as package rehearse says, plays the main job, and prints one table: what each function did,
// asked of AWS, was denied, and was granted in vain; then what the run would have cost.
//
// It ends with status 1 where something was wrong: a refused permission, a grant that nothing needs, a call into nowhere, a
// program that goes into the network before it asks for work. Times are to be read and do not gate.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/winback-auto/winback/internal/testkit/rehearse"
)

// maxCars is more than the demonstration data has use for.
const maxCars = 10_000

func main() {
	environment := flag.String("env", "dev", "environment whose template is played: dev or prod")
	cars := flag.Int("cars", 300, "how many vehicles are uploaded")
	all := flag.Bool("v", false, "list every kind of call and every grant")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	wrong, err := run(ctx, os.Stdout, *environment, *cars, *all)
	stop()
	for _, sentence := range wrong {
		fmt.Fprintln(os.Stderr, "wrong:", sentence)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case len(wrong) > 0:
		os.Exit(1)
	}
}

// run plays and prints, and says what is wrong.
func run(ctx context.Context, out io.Writer, environment string, cars int, all bool) (wrong []string, err error) {
	switch {
	case environment != "dev" && environment != "prod":
		return nil, fmt.Errorf("rehearsal: there is no environment %q: it is dev or prod", environment)
	case cars < 20 || cars > maxCars:
		return nil, fmt.Errorf("rehearsal: -cars is %d: it is 20 to %d", cars, maxCars)
	}
	begun := time.Now()
	say := func(what string) { fmt.Fprintf(out, "%6.1f s  %s\n", time.Since(begun).Seconds(), what) }
	root, err := rehearse.Root(ctx)
	if err != nil {
		return nil, err
	}
	say("the template is synthesized")
	options := rehearse.Options{Environment: environment}
	if options.Templates, err = rehearse.Synthesize(ctx, root, environment); err != nil {
		return nil, err
	}
	say("the programs are built: minutes, the first time")
	if options.Programs, err = rehearse.Programs(ctx, root); err != nil {
		return nil, err
	}
	say("the template is stood up")
	stand, err := rehearse.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	outcome, report, err := stand.Rehearse(ctx, cars, say)
	if err != nil {
		return stand.Faults(), errors.Join(err, stand.Close())
	}
	say("done")
	fmt.Fprintf(out, "\n%s\n\n", outcome)
	if err := report.Write(out, all); err != nil {
		return nil, errors.Join(err, stand.Close())
	}
	return report.Wrong(), stand.Close()
}
