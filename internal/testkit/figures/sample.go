package main

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// samples are the values of one subject, by benchmark and unit, in the order of the rounds.
type samples map[series][]float64

type series struct{ name, unit string }

// of are the values of a benchmark; one that did not report the unit has none, and its median is no number.
func (s samples) of(name, unit string) []float64 { return s[series{name, unit}] }

// read adds what the output of a test binary says: results in the benchmark format, and what tests report of themselves.
func (s samples) read(output []byte) error {
	reader := benchfmt.NewReader(bytes.NewReader(output), "output")
	for reader.Scan() {
		result, ok := reader.Result().(*benchfmt.Result)
		if !ok {
			continue // a line of another kind, such as a test's
		}
		for _, value := range result.Values {
			s.add(benchmark(result.Name), value.Unit, value.Value)
		}
	}
	if err := reader.Err(); err != nil {
		return err
	}
	return s.readAttributes(output)
}

func (s samples) add(name, unit string, value float64) {
	key := series{name, unit}
	s[key] = append(s[key], value)
}

// benchmark is a result's name without the number of processors.
func benchmark(name benchfmt.Name) string {
	full := name.String()
	if at := strings.LastIndexByte(full, '-'); at > 0 {
		if _, err := strconv.Atoi(full[at+1:]); err == nil {
			return full[:at]
		}
	}
	return full
}

// attribute is a line that testing.T.Attr writes.
var attribute = regexp.MustCompile(`(?m)^=== ATTR  (\S+) (\S+) (\S+)$`)

// killed begins the name of the crash test; what it counts is kept under this word.
const killed = "TestKilled"

func (s samples) readAttributes(output []byte) error {
	for _, match := range attribute.FindAllSubmatch(output, -1) {
		value, err := strconv.ParseFloat(string(match[3]), 64)
		if err != nil {
			return fmt.Errorf("%s is no number: %w", match[0], err)
		}
		if strings.HasPrefix(string(match[1]), killed) {
			s.add("Killed", string(match[2]), value)
		}
	}
	return nil
}

// median is the middle value; of none it is no number, which no comparison lets pass.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func greatest(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return slices.Max(values)
}
