package rehearse

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
)

var again = flag.Int("rounds", 1, "how often every program is started where nothing but starts is measured")

// Bounds of what packages allocate before main.
const (
	maxInits = 2        // times as much as Hello's
	maxOurs  = 32 << 10 // bytes, by our own packages
)

// TestProgramsStartLittleBesideAHelloWorldAndCallNobody is what make starts says, too. Times are to be read; whom a program
// calls and what its packages allocate gates. A program that is above the bound links a service or a library that it does
// not need (lambdahost.Drivers), or makes when a package is initialized what could wait until it is asked for (package
// pattern, sync.OnceValue): GODEBUG=inittrace=1 names the package.
func TestProgramsStartLittleBesideAHelloWorldAndCallNobody(t *testing.T) {
	s := stand(t, prepare(t))
	starts, err := s.Starts(t.Context(), *again)
	if err != nil {
		t.Fatal(err)
	}
	inits, err := s.Inits(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(starts) != len(s.Plan.Functions)+1 || len(inits) != len(starts) || starts[0].Program != Hello || inits[0].Program != Hello {
		t.Fatalf("%d starts, %d inits, the first of %s and %s", len(starts), len(inits), starts[0].Program, inits[0].Program)
	}
	for i, start := range starts {
		if start.Init <= 0 || start.Busy <= 0 || len(start.Called) > 0 {
			t.Errorf("%s took %v and connected to %v", start.Program, start.Init, start.Called)
		}
		if inits[i].Program != start.Program || inits[i].Bytes > maxInits*inits[0].Bytes || inits[i].Ours > maxOurs {
			t.Errorf("the packages of %s allocate %d bytes, ours of them %d; at most %d times the %d of a hello world, and ours %d",
				inits[i].Program, inits[i].Bytes, inits[i].Ours, maxInits, inits[0].Bytes, maxOurs)
		}
	}
	if *tell {
		printStarts(t, starts, inits)
	}
}

// printStarts prints a table, the busiest first.
func printStarts(t *testing.T, starts []Start, inits []Inits) {
	fmt.Println("Process start to first poll and processors busy meanwhile in ms, what packages allocate before main in kB; × a hello world's.")
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "%-*s\tstart\t×hello\tbusy\t×hello\tinits\t×hello\tours\t\n", width, "function")
	order := make([]int, len(starts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(starts[b].Busy, starts[a].Busy) })
	for _, i := range order {
		fmt.Fprintf(out, "%-*s\t%s\t%.2f\t%s\t%.2f\t%d\t%.2f\t%d\t\n", width, starts[i].Program,
			millis(starts[i].Init), float64(starts[i].Init)/float64(starts[0].Init), millis(starts[i].Busy), float64(starts[i].Busy)/float64(starts[0].Busy),
			inits[i].Bytes/1000, float64(inits[i].Bytes)/float64(inits[0].Bytes), inits[i].Ours/1000)
	}
	if err := out.Flush(); err != nil {
		t.Error(err)
	}
}
