package main

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/schollz/progressbar/v3"
)

// output is what test binaries print, results and tests mixed.
const output = `goos: linux
pkg: example.com/thing
BenchmarkThing/raw-2   	    1000	      2000 ns/op	       3 allocs/op
BenchmarkThing/table-2 	    1000	      5000 ns/op	       7 allocs/op	     12.5 write-units/op
=== RUN   TestKilledAnywhere
=== ATTR  TestKilledAnywhere survived 20
=== ATTR  TestKilledAnywhere lost 1
=== ATTR  TestOther survived 99
--- PASS: TestKilledAnywhere (0.00s)
PASS
`

func TestOutputsOfSeveralRoundsBecomeSamples(t *testing.T) {
	got := samples{}
	for _, round := range []string{output, strings.ReplaceAll(output, "5000 ns/op", "7000 ns/op")} {
		if err := got.read([]byte(round)); err != nil {
			t.Fatal(err)
		}
	}
	want := map[series][]float64{
		{"Thing/raw", "sec/op"}:           {2e-6, 2e-6},
		{"Thing/raw", "allocs/op"}:        {3, 3},
		{"Thing/table", "sec/op"}:         {5e-6, 7e-6},
		{"Thing/table", "allocs/op"}:      {7, 7},
		{"Thing/table", "write-units/op"}: {12.5, 12.5},
		{"Killed", "survived"}:            {20, 20},
		{"Killed", "lost"}:                {1, 1},
	}
	near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
	if diff := cmp.Diff(want, map[series][]float64(got), near); diff != "" {
		t.Error(diff)
	}
}

func TestAMedianIsTheMiddleAndOfNothingNoNumber(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 2, 100}, 3},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v is %v, want %v", c.values, got, c.want)
		}
	}
	if !math.IsNaN(median(nil)) || !math.IsNaN(greatest(nil)) {
		t.Error("nothing has a median")
	}
}

func TestARatioOfTimesIsReadAndACountGates(t *testing.T) {
	s := samples{}
	if err := s.read([]byte(output)); err != nil {
		t.Fatal(err)
	}
	slow := besideRaw("a thing", "Thing", 1, "things", 2)(s)[0]
	if slow.verdict() != "missed" || slow.count || slow.ratio != "2.50×" || slow.measured != "200,000 things/s" || slow.bound != "500,000 things/s" {
		t.Errorf("%+v is %s", slow, slow.verdict())
	}
	if quick := besideRaw("a thing", "Thing", 1, "things", 3)(s)[0]; quick.verdict() != "reached" {
		t.Errorf("%+v is %s", quick, quick.verdict())
	}
	var verdicts []string
	for _, f := range kill(s) {
		verdicts = append(verdicts, f.verdict())
	}
	// Nothing was said about what is doubled, and that is not good enough.
	if diff := cmp.Diff([]string{"reached", "WRONG", "WRONG"}, verdicts); diff != "" {
		t.Error(diff)
	}
}

func TestWhatWasNotMeasuredIsNeverReached(t *testing.T) {
	for _, s := range subjects() {
		for _, f := range s.figures(samples{}) {
			if f.verdict() == "reached" {
				t.Errorf("%s: %s is reached without a measurement", s.name, f.what)
			}
		}
	}
}

// Each pattern must find a benchmark or a test, or a renamed one would leave the table quietly.
func TestEverySubjectNamesSomethingThatExists(t *testing.T) {
	declared := regexp.MustCompile(`(?m)^func ((?:Benchmark|Test)\w+)\(`)
	for _, s := range subjects() {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", s.pkg, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		pattern, found := s.args[1], false
		if pattern == "^$" {
			pattern = s.args[3]
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range declared.FindAllSubmatch(source, -1) {
				found = found || regexp.MustCompile(pattern).Match(match[1])
			}
		}
		if !found {
			t.Errorf("%s: %s has nothing like %s", s.name, s.pkg, pattern)
		}
	}
}

func TestTheTableIsAligned(t *testing.T) {
	var out bytes.Buffer
	write(&out, []figure{count("allocations", 1234, 1000), {what: "to be read", measured: "1 µs", unjudged: true}})
	want := `what         measured  raw bound, same run  ratio  must reach  verdict
----         ----      ----                 ----   ----        ----
allocations  1,234                                 ≤ 1,000     WRONG
to be read   1 µs                                              
`
	if got, _, _ := strings.Cut(out.String(), "\nCounts gate"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestAFailingBenchmarkEndsTheRun uses a real binary that fails: the go command without a subject.
func TestAFailingBenchmarkEndsTheRun(t *testing.T) {
	binary, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	m := machine{binaries: map[string]string{".": binary}, samples: map[string]samples{}, bar: progressbar.DefaultSilent(1)}
	err = m.run(t.Context(), subject{name: "broken", pkg: ".", args: []string{"no-such-command"}})
	if err == nil || !strings.Contains(err.Error(), "broken") || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("got %v", err)
	}
}
