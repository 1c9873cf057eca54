package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// columns is the header of one file.
type columns struct {
	line   int
	titles []string // as the file calls them
	names  []string // of the known columns
	places []int    // where each known column stands; -1 where it is missing
	known  int      // how many known columns there are
	twice  []int    // known columns that occur more than once
	fault  *fault
}

func newColumns(names []string, header record) columns {
	c := columns{line: header.line, titles: slices.Clone(header.cells), names: names, places: make([]int, len(names)), fault: header.fault}
	for i := range c.places {
		c.places[i] = -1
	}
	for i, title := range c.titles {
		name, ok := c.columnOf(title)
		switch {
		case !ok:
		case c.places[name] >= 0:
			c.twice = append(c.twice, name)
		default:
			c.places[name] = i
			c.known++
		}
	}
	return c
}

// columnOf recognises a column by its letters alone: "Customer E-Mail" is customer_email.
func (c columns) columnOf(title string) (int, bool) {
	folded := foldTitle(title)
	for i, name := range c.names {
		if folded == strings.ReplaceAll(name, "_", "") {
			return i, true
		}
	}
	return 0, false
}

// place is where a known column stands; -1 where it is missing.
func (c columns) place(name string) int {
	if i := slices.Index(c.names, name); i >= 0 {
		return c.places[i]
	}
	return -1
}

func foldTitle(title string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '\u00a0', '-', '_', '\ufeff':
			return -1
		default:
			return r
		}
	}, strings.ToLower(title))
}

// check refuses a header that leaves open what the rows mean.
func (c columns) check(format Format) error {
	if c.fault != nil {
		return errs.E(errs.Invalid, "the header line cannot be read: %s", c.fault.reason)
	}
	if format.Check != nil {
		if err := format.Check(func(name string) bool { return c.place(name) >= 0 }); err != nil {
			return errs.E(errs.Invalid, "%w; name the columns, for example %s", err, format.example())
		}
	}
	var violations []errs.Violation
	for _, name := range slices.Compact(slices.Sorted(slices.Values(c.twice))) {
		violations = append(violations, errs.Violation{
			Location: "body." + c.names[name],
			Message:  "the header line names this column more than once; keep one of them",
		})
	}
	return errs.Violate(violations...)
}

// ignored reports whether nothing is read from that column.
func (c columns) ignored(index int) bool { return !slices.Contains(c.places, index) }

// untitled lists the columns without a title, which spreadsheets leave behind.
func (c columns) untitled() (indexes []int) {
	for i, title := range c.titles {
		if foldTitle(title) == "" {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// warnings names the columns whose content is not read. Untitled ones are left to the rows: they matter only when filled.
func (c columns) warnings() (all []Remark) {
	for i, title := range c.titles {
		if c.ignored(i) && foldTitle(title) != "" {
			all = append(all, Remark{Line: c.line, Column: shortTitle(title), Reason: "this column is not known and is left out"})
		}
	}
	return all
}

// title is what to call a column in a remark.
func (c columns) title(index int) string {
	if known := slices.Index(c.places, index); known >= 0 {
		return c.names[known]
	}
	if index < len(c.titles) && foldTitle(c.titles[index]) != "" {
		return shortTitle(c.titles[index])
	}
	return fmt.Sprintf("column %d", index+1)
}

// shortTitle bounds a title that the file chose.
func shortTitle(title string) string {
	const longest = 40
	title = strings.ToValidUTF8(strings.Join(strings.Fields(title), " "), "\ufffd")
	if utf8.RuneCountInString(title) <= longest {
		return title
	}
	return string([]rune(title)[:longest]) + "…"
}
