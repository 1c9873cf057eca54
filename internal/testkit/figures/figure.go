package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// figure is a row of the table.
type figure struct {
	what, measured, bound, ratio, must string

	count    bool // does not depend on the machine, and gates
	reached  bool
	unjudged bool // only to be read
}

// atMost is a time whose ratio to its bound may have a value at most.
func atMost(what, measured, bound string, ratio, most float64) figure {
	return figure{what: what, measured: measured, bound: bound, ratio: times(ratio), must: "≤ " + times(most), reached: ratio <= most}
}

// count is a count that may have a value at most.
func count(what string, n, most float64) figure {
	return figure{what: what, measured: decimal(n), must: "≤ " + decimal(most), count: true, reached: n <= most}
}

// exactly is a count that must have a value.
func exactly(what string, n, want float64) figure {
	return figure{what: what, measured: decimal(n), must: decimal(want), count: true, reached: n == want}
}

func (f figure) verdict() string {
	switch {
	case f.unjudged:
		return ""
	case f.reached:
		return "reached"
	case f.count:
		return "WRONG"
	}
	return "missed"
}

// write prints the table. Nobody can do anything about an output that fails.
func write(out io.Writer, figures []figure) {
	columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "what\tmeasured\traw bound, same run\tratio\tmust reach\tverdict")
	fmt.Fprintln(columns, strings.Repeat("-", 4)+strings.Repeat("\t"+strings.Repeat("-", 4), 5))
	for _, f := range figures {
		fmt.Fprintf(columns, "%s\t%s\t%s\t%s\t%s\t%s\n", f.what, f.measured, f.bound, f.ratio, f.must, f.verdict())
	}
	columns.Flush()
	fmt.Fprintln(out, "\nCounts gate: WRONG ends with status 1. Times are medians, and are to be read.")
}

// times writes a ratio.
func times(ratio float64) string { return fmt.Sprintf("%.2f×", ratio) }

// rate writes so many of a unit a second.
func rate(perSecond float64, unit string) string { return number(perSecond) + " " + unit + "/s" }

func microseconds(seconds float64) string { return fmt.Sprintf("%.1f µs", seconds*1e6) }

// decimal writes a whole number as such and others with two digits.
func decimal(n float64) string {
	if n == math.Trunc(n) {
		return number(n)
	}
	return fmt.Sprintf("%.2f", n)
}

// number writes a whole number with commas between thousands.
func number(n float64) string {
	text := fmt.Sprintf("%.0f", n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
