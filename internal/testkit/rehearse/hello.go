package rehearse

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
	"github.com/winback-auto/winback/internal/testkit/network"
)

// Hello is the program that starts are measured against: a Lambda in Go that loads the SDK and says hello.
const Hello = "hello"

// Start is how a program starts that does not work yet.
type Start struct {
	Program string // as in the catalogue, or Hello
	Init    time.Duration
	Busy    time.Duration        // processors' time until then, which other work on the machine changes less
	Called  []network.Connection // that it opened before it asked for work
}

// quiet is the share of starts that are not slower than the one that counts: what is above is mostly what else the machine
// had to do.
const quiet = 0.25

// Starts starts every function again and again, round by round, each with Hello before it, so that all of them meet the same
// weather, and gives the lower quartile of each, Hello first. They have the variables, credentials and network of their
// functions; Hello has those of the function that it is started beside.
func (s *Stand) Starts(ctx context.Context, rounds int) ([]Start, error) {
	starts := []Start{{Program: Hello}}
	for _, f := range s.Plan.Functions {
		starts = append(starts, Start{Program: program(f.Name)})
	}
	took, busy := make([][]time.Duration, len(starts)), make([][]time.Duration, len(starts))
	for range rounds {
		for n, f := range s.Plan.Functions {
			for _, i := range []int{0, n + 1} {
				start := &starts[i]
				init, processors, err := s.begin(ctx, f, start, fmt.Sprintf("start-%s-%d", start.Program, len(took[i])+1))
				if err != nil {
					return nil, err
				}
				took[i], busy[i] = append(took[i], init), append(busy[i], processors)
			}
		}
	}
	for i := range starts {
		starts[i].Init, starts[i].Busy = percentile(took[i], quiet), percentile(busy[i], quiet)
	}
	return starts, nil
}

// command is the path of a program.
func (s *Stand) command(program string) string {
	if program == Hello {
		return filepath.Join(s.options.Programs, Hello)
	}
	return filepath.Join(s.options.Programs, program, "bootstrap")
}

// begin starts a program in the place of a function once, ends it when it asks for work, and notes whom it called until then.
func (s *Stand) begin(ctx context.Context, f Function, program *Start, client string) (took, busy time.Duration, err error) {
	variables, err := s.cloud.environment(f, client)
	if err != nil {
		return 0, 0, err
	}
	runtime, err := lambdaruntime.New(lambdaruntime.Function{
		Name: f.Name, ARN: f.ARN, Region: Region, Command: []string{s.command(program.Program)}, Variables: f.Variables, Timeout: f.Timeout, Memory: f.Memory, LogGroup: f.LogGroup,
	}, lambdaruntime.Options{
		Network: func(string) map[string]string { return variables },
		Ended:   func(_ string, spent time.Duration) { busy = spent },
	})
	if err != nil {
		return 0, 0, err
	}
	start, err := runtime.Warm(ctx)
	if closing := runtime.Close(); err == nil {
		err = closing
	}
	for _, c := range s.cloud.network.Connections() {
		if c.Client == client {
			program.Called = append(program.Called, c)
		}
	}
	return start.Took, busy, err
}

// percentile is the smallest value that a share of all does not exceed; none: 0.
func percentile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	at := int(share*float64(len(sorted)) + 0.999999)
	return sorted[min(max(at, 1), len(sorted))-1]
}
