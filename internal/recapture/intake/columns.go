package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// column is a column that the platform knows.
type column int

const (
	colVIN column = iota
	colRego
	colState
	colMake
	colModel
	colYear
	colFirst
	colLast
	colEmail
	colMobile
	colSoldOn
	colReference
	knownColumns
)

var columnNames = [knownColumns]string{
	"vin", "rego", "state", "make", "model", "year",
	"customer_first_name", "customer_last_name", "customer_email", "customer_mobile", "sold_on", "reference",
}

// Template is the file that a dealer fills in: the header line with all columns, of which only vin or rego is needed.
func Template() string { return strings.Join(columnNames[:], ",") + "\r\n" }

// columns is the header of one file.
type columns struct {
	line   int
	titles []string          // as the file calls them
	places [knownColumns]int // where each known column stands; -1 where it is missing
	known  int               // how many known columns there are
	twice  []column          // known columns that occur more than once
	fault  *fault
}

func newColumns(header record) columns {
	c := columns{line: header.line, titles: slices.Clone(header.cells), fault: header.fault}
	for i := range c.places {
		c.places[i] = -1
	}
	for i, title := range c.titles {
		name, ok := columnOf(title)
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
func columnOf(title string) (column, bool) {
	folded := foldTitle(title)
	for i, name := range columnNames {
		if folded == strings.ReplaceAll(name, "_", "") {
			return column(i), true
		}
	}
	return 0, false
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
func (c columns) check() error {
	if c.fault != nil {
		return errs.E(errs.Invalid, "the header line cannot be read: %s", c.fault.reason)
	}
	if c.places[colVIN] < 0 && c.places[colRego] < 0 {
		return errs.E(errs.Invalid, "the header line has neither a vin nor a rego column; name the columns, for example %s", exampleHeader())
	}
	var violations []errs.Violation
	for _, name := range slices.Compact(slices.Sorted(slices.Values(c.twice))) {
		violations = append(violations, errs.Violation{
			Location: "body." + columnNames[name],
			Message:  "the header line names this column more than once; keep one of them",
		})
	}
	return errs.Violate(violations...)
}

// ignored reports whether nothing is read from that column.
func (c columns) ignored(index int) bool { return !slices.Contains(c.places[:], index) }

// untitled lists the columns without a title, which spreadsheets leave behind.
func (c columns) untitled() (indexes []int) {
	for i, title := range c.titles {
		if foldTitle(title) == "" {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// warnings names the columns whose content is not read. Untitled ones are left to rowReader: they matter only when filled.
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
	if known := slices.Index(c.places[:], index); known >= 0 {
		return columnNames[known]
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
