package price

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Work is a piece of work that a rehearsal has watched: what it used, and what came of it.
type Work struct {
	Name    string // vehicles watched
	Done    int    // how many of them
	Usage   Usage
	Outcome Outcome
}

// Per is what a thousand of a piece of work cost, beside the least that they could.
type Per struct {
	Name        string
	Done        int
	Cost, Least Bill // of a thousand
}

// Thousand prices a piece of work.
func (l List) Thousand(w Work) (Per, error) {
	if w.Done <= 0 {
		return Per{}, fmt.Errorf("price: none of %s were done", w.Name)
	}
	per := Per{Name: w.Name, Done: w.Done}
	var err error
	if per.Cost, err = l.Bill(w.Usage.times(1000 / float64(w.Done))); err != nil {
		return per, err
	}
	per.Least, err = l.Bill(w.Outcome.Least().times(1000 / float64(w.Done)))
	return per, err
}

func (u Usage) times(factor float64) Usage {
	scaled := Usage{}
	for name, amount := range u {
		scaled[name] = amount * factor
	}
	return scaled
}

// shown is how many of a bill's lines are named; the rest is little.
const shown = 2

// Print writes a table, one row for each piece of work, with what makes up most of it.
func Print(out io.Writer, list List, all ...Per) error {
	fmt.Fprintf(out, "%s per 1,000, at list prices of %s\n", list.Currency, list.Dated)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "a thousand\tcost\tleast\ttimes\tof which")
	for _, p := range all {
		times := "-"
		if p.Least.Total > 0 {
			times = fmt.Sprintf("%.1f", p.Cost.Total/p.Least.Total)
		}
		var parts []string
		for _, line := range p.Cost.Lines[:min(shown, len(p.Cost.Lines))] {
			parts = append(parts, fmt.Sprintf("%s %.4f", line.Name, line.Cost))
		}
		for _, line := range p.Cost.Unpriced {
			parts = append(parts, fmt.Sprintf("and %.0f %s of unknown price", line.Amount, line.Unit))
		}
		fmt.Fprintf(table, "%s (of %d)\t%.4f\t%.4f\t%s\t%s\n", p.Name, p.Done, p.Cost.Total, p.Least.Total, times, strings.Join(parts, ", "))
	}
	return table.Flush()
}
