package rehearse

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/winback-auto/winback/internal/testkit/price"
)

// headings are short words for services whose own are long.
var headings = map[string]string{"dynamodb": "table", "cognito": "users", "cognito-idp": "users", "secretsmanager": "keys"}

// maxInit is how many times as long as Hello a function may take to start. It is to be read: times do not gate.
const maxInit = 2

// Write prints the report for people; with all, every call and every grant.
func (r Report) Write(out io.Writer, all bool) error {
	for _, part := range []func(io.Writer) error{r.table, r.refused, r.unused, r.cost} {
		if err := part(out); err != nil {
			return err
		}
	}
	if all {
		if err := r.calls(out); err != nil {
			return err
		}
		return r.uses(out)
	}
	return nil
}

// table has one row for each function, and their sums.
func (r Report) table(out io.Writer) error {
	services := r.services()
	fmt.Fprintln(out, "Times in ms, memory in MB; start is process start to first poll, ×hello the quiet start beside that of a hello world.")
	t := tabwriter.NewWriter(out, 0, 0, 1, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%-*s\tcalled\terr\tstart\t×hello\tp50\tp99\tpeak\t", width, "function")
	for _, service := range services {
		name := service
		if short := headings[service]; short != "" {
			name = short
		}
		fmt.Fprintf(t, "%s\t", name)
	}
	fmt.Fprintln(t, "deny\tunused\t")
	sum := Row{Function: fmt.Sprintf("%d functions", len(r.Rows)), Calls: map[string]int{}}
	for _, row := range r.Rows {
		r.row(t, row, services, fmt.Sprintf("%s\t%s\t%s\t%s\t%s", millis(row.Init), r.ratio(row.Function), millis(row.P50), millis(row.P99), megabytes(row.Peak)))
		sum.Invoked, sum.Failed, sum.Denied, sum.Unused, sum.Grants = sum.Invoked+row.Invoked, sum.Failed+row.Failed, sum.Denied+row.Denied, sum.Unused+row.Unused, sum.Grants+row.Grants
		for name, n := range row.Calls {
			sum.Calls[name] += n
		}
	}
	r.row(t, sum, services, "\t\t\t\t")
	return t.Flush()
}

// width is how long the names of functions are.
const width = 18

func (r Report) row(out io.Writer, row Row, services []string, times string) {
	fmt.Fprintf(out, "%-*s\t%d\t%d\t%s\t", width, row.Function, row.Invoked, row.Failed, times)
	sums := row.Services()
	for _, service := range services {
		fmt.Fprintf(out, "%s\t", unlessZero(sums[service]))
	}
	fmt.Fprintf(out, "%d\t%d/%d\t\n", row.Denied, row.Unused, row.Grants)
}

// ratio is how long a function takes to start, beside Hello.
func (r Report) ratio(function string) string {
	for _, start := range r.Starts {
		if start.Program == function && r.Starts[0].Init > 0 {
			return fmt.Sprintf("%.2f", float64(start.Init)/float64(r.Starts[0].Init))
		}
	}
	return ""
}

func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func millis(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f", ms(d))
	}
	return fmt.Sprintf("%.0f", ms(d))
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.0f", float64(bytes)/1e6) }

// refused names every permission that was refused, and says how starts compare.
func (r Report) refused(out io.Writer) error {
	if len(r.Starts) > 0 {
		slow := 0
		for _, start := range r.Starts[1:] {
			if start.Init > maxInit*r.Starts[0].Init {
				slow++
			}
		}
		fmt.Fprintf(out, "\nA hello world starts in %s ms; %d of %d functions take more than %d times as long.\n", millis(r.Starts[0].Init), slow, len(r.Starts)-1, maxInit)
	}
	fmt.Fprintf(out, "\nDenied: %d\n", len(r.Denied))
	for _, d := range r.Denied {
		fmt.Fprintf(out, "  %s\n", d)
	}
	return nil
}

func (r Report) unused(out io.Writer) error {
	unused := r.Unused()
	_, err := fmt.Fprintf(out, "Grants that nothing needed: %d of %d\n", len(unused), len(r.Needs))
	for _, n := range unused {
		fmt.Fprintf(out, "  %s\n", n)
	}
	return err
}

// dearest is how many lines of the bill are named.
const dearest = 6

func (r Report) cost(out io.Writer) error {
	if r.Cost.Prices.Dated == "" {
		return nil // nobody has counted
	}
	fmt.Fprintf(out, "\nCost of the undisturbed main job: %s %.4f at list prices of %s, of which\n", r.Cost.Prices.Currency, r.Cost.Bill.Total, r.Cost.Prices.Dated)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range r.Cost.Bill.Lines[:min(dearest, len(r.Cost.Bill.Lines))] {
		fmt.Fprintf(t, "  %s\t%.4f\tfor %.0f %s\n", line.Name, line.Cost, line.Amount, line.Unit)
	}
	if err := t.Flush(); err != nil || len(r.Cost.Thousands) == 0 {
		return err
	}
	fmt.Fprintln(out)
	return price.Print(out, r.Cost.Prices, r.Cost.Thousands...)
}

// calls lists every kind of call, by function.
func (r Report) calls(out io.Writer) error {
	fmt.Fprintln(out, "\nCalls:")
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		for _, name := range slices.Sorted(maps.Keys(row.Calls)) {
			fmt.Fprintf(t, "  %s\t%s\t%d\n", row.Function, name, row.Calls[name])
		}
	}
	return t.Flush()
}

// uses lists every grant with a call that needs it.
func (r Report) uses(out io.Writer) error {
	fmt.Fprintln(out, "\nGrants, each with a call that would be denied without it:")
	for _, n := range r.Needs {
		call := n.Call
		if n.Unused() {
			call = "NOTHING NEEDS IT"
		} else if _, rest, ok := strings.Cut(call, " "); ok {
			call = rest
		}
		fmt.Fprintf(out, "  %s ← %s\n", n, call)
	}
	return nil
}
