package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
)

// event is one line of go test -json.
type event struct {
	Action string
	Test   string
	Output string
}

// outcome is how one case ended, and what it said.
type outcome struct {
	action string
	said   []string
}

// report is what one suite found at one endpoint.
type report struct {
	name   string
	cases  map[string]*outcome
	around []string // output outside of cases, which says why nothing ran
	noted  []string // differences that a suite notes at its end, with the cases passing
	failed bool     // the test as a whole
}

// said is a line that a test logged: file, line and text.
var said = regexp.MustCompile(`^\s+\w+\.go:\d+: (.*)`)

func read(name string, from io.Reader) (report, error) {
	r := report{name: name, cases: map[string]*outcome{}}
	for decoder := json.NewDecoder(from); ; {
		var e event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			return r, nil
		} else if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		r.add(e)
	}
}

func (r *report) add(e event) {
	_, name, isCase := strings.Cut(e.Test, "/")
	if !isCase {
		r.failed = r.failed || e.Action == "fail"
		if e.Output != "" {
			r.around = append(r.around, strings.TrimSpace(e.Output))
		}
		if line := said.FindStringSubmatch(e.Output); line != nil && strings.HasPrefix(line[1], "differs: ") {
			r.noted = append(r.noted, strings.TrimPrefix(line[1], "differs: "))
		}
		return
	}
	c := r.cases[name]
	if c == nil {
		c = &outcome{}
		r.cases[name] = c
	}
	switch e.Action {
	case "pass", "skip", "fail":
		c.action = e.Action
	case "output":
		if line := said.FindStringSubmatch(e.Output); line != nil {
			c.said = append(c.said, line[1])
		}
	}
}

// with lists the cases that ended so, in order.
func (r *report) with(action string) (names []string) {
	for name, c := range r.cases {
		if c.action == action {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// write prints the table and the details, and reports whether all is well.
func write(to io.Writer, reports []report) (ok bool) {
	ok = true
	columns := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "contract\tcases\tpassed\tknown differences\tfailed")
	for _, r := range reports {
		fmt.Fprintf(columns, "%s\t%d\t%d\t%d\t%d\n", r.name, len(r.cases), len(r.with("pass"))-len(r.noted), len(r.with("skip"))+len(r.noted), len(r.with("fail")))
	}
	if columns.Flush() != nil {
		return false
	}
	for _, r := range reports {
		for _, difference := range r.noted {
			fmt.Fprintf(to, "\n%s: differs: %s\n", r.name, difference)
		}
		for _, action := range []string{"skip", "fail"} {
			for _, name := range r.with(action) {
				fmt.Fprintf(to, "\n%s: %s: %s\n", r.name, action, strings.ReplaceAll(name, "_", " "))
				fmt.Fprintln(to, "    "+strings.Join(r.cases[name].said, "\n    "))
			}
		}
		if len(r.cases) == 0 || r.failed && len(r.with("fail")) == 0 {
			fmt.Fprintf(to, "\n%s: did not run as it should:\n    %s\n", r.name, strings.Join(r.around, "\n    "))
		}
		ok = ok && !r.failed && len(r.cases) > 0 && len(r.with("fail")) == 0
	}
	return ok
}
