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
	Called  []network.Connection // that it opened before it asked for work
}

// Starts starts every function and Hello again and again, round by round, so that all of them meet the same weather, and
// gives the median of each, Hello first. They have the variables, credentials and network of their functions; Hello has those
// of the first.
func (s *Stand) Starts(ctx context.Context, rounds int) ([]Start, error) {
	runs := []Function{s.Plan.Functions[0]}
	starts := []Start{{Program: Hello}}
	commands := []string{filepath.Join(s.options.Programs, Hello)}
	for _, f := range s.Plan.Functions {
		name := program(f.Name)
		runs, starts = append(runs, f), append(starts, Start{Program: name})
		commands = append(commands, filepath.Join(s.options.Programs, name, "bootstrap"))
	}
	took := make([][]time.Duration, len(runs))
	for round := range rounds {
		for i, f := range runs {
			client := fmt.Sprintf("start-%s-%d", starts[i].Program, round+1)
			d, err := s.begin(ctx, f, commands[i], client)
			if err != nil {
				return nil, err
			}
			took[i] = append(took[i], d)
			for _, c := range s.cloud.network.Connections() {
				if c.Client == client {
					starts[i].Called = append(starts[i].Called, c)
				}
			}
		}
	}
	for i := range starts {
		starts[i].Init = percentile(took[i], 0.5)
	}
	return starts, nil
}

// begin starts a program once, and ends it when it asks for work.
func (s *Stand) begin(ctx context.Context, f Function, command, client string) (took time.Duration, err error) {
	variables, err := s.cloud.environment(f, client)
	if err != nil {
		return 0, err
	}
	runtime, err := lambdaruntime.New(lambdaruntime.Function{
		Name: f.Name, ARN: f.ARN, Region: Region, Command: []string{command}, Variables: f.Variables, Timeout: f.Timeout, Memory: f.Memory, LogGroup: f.LogGroup,
	}, lambdaruntime.Options{Network: func(string) map[string]string { return variables }})
	if err != nil {
		return 0, err
	}
	start, err := runtime.Warm(ctx)
	if closing := runtime.Close(); err == nil {
		err = closing
	}
	return start.Took, err
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
