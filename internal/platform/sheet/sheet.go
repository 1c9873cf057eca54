// Package sheet reads the tables that people upload: CSV files as spreadsheets, dealer systems and people write them, with
// a header line that names known columns in any order, case and company.
//
// A file is good, bad or mixed. What makes all of it unreadable (no header, an encoding that cannot be told) is an Invalid
// error; too many bytes are TooLarge. Everything else concerns one row: it is unreadable by itself, with its line, column and
// a reason that says how to mend it, and its neighbours are read as if it were not there. Only blank lines are no rows.
//
// The package does no I/O, and its time and memory are proportional to the size of the file, whatever the file holds. What
// rows mean is the business of whoever reads them.
package sheet

import (
	"fmt"
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds of a file. Cells are measured in characters.
const (
	MaxBytes   = 4_500_000
	maxColumns = 200
	maxCell    = 1_000
)

// Format is what a file is to be.
type Format struct {
	Columns     []string                          // known ones, by the names that a template gives them
	Check       func(has func(string) bool) error // refuses a header that leaves open what the rows mean; nil: none does
	AnyEncoding bool                              // read UTF-16 and Windows-1252 besides UTF-8
}

// Template is the file that people fill in: the header line with all columns.
func (f Format) Template() string { return f.example() + "\r\n" }

func (f Format) example() string { return strings.Join(f.Columns, ",") }

// Remark is something to tell people about a line. It never repeats what the line says.
type Remark struct {
	Line   int    `json:"line"`
	Column string `json:"column,omitempty"` // the name that the template gives it, or as the file calls it; empty: the whole line
	Reason string `json:"reason"`
}

// Sheet is an opened file.
type Sheet struct {
	reader   *reader
	columns  columns
	untitled []int
}

// Open finds the encoding, the delimiter and the header of a file. Its error is Invalid or, beyond MaxBytes, TooLarge, and
// concerns the file as a whole.
func Open(file []byte, format Format) (*Sheet, error) {
	if len(file) > MaxBytes {
		return nil, errs.E(errs.TooLarge, "the file has more than %d bytes; split it into smaller lists", MaxBytes)
	}
	text, err := decode(file, format.AnyEncoding)
	if err != nil {
		return nil, err
	}
	reader, columns, err := open(text, format)
	if err != nil {
		return nil, err
	}
	return &Sheet{reader, columns, columns.untitled()}, nil
}

// Warnings name the columns that are not known.
func (s *Sheet) Warnings() []Remark { return s.columns.warnings() }

// Next is the next row that is not blank; false at the end. A row is valid until the next one is read.
func (s *Sheet) Next() (Row, bool) {
	for {
		rec, ok := s.reader.next()
		if !ok || !rec.blank() {
			return Row{Line: rec.line, record: rec, sheet: s}, ok
		}
	}
}

// open finds the delimiter and the header of a text and leaves the reader at the first row.
func open(text string, format Format) (*reader, columns, error) {
	if strings.TrimSpace(text) == "" {
		return nil, columns{}, errs.E(errs.Invalid, "the file is empty; its first line must name the columns, for example %s", format.example())
	}
	var list *reader
	var best columns
	for _, delimiter := range []byte(",;\t") {
		candidate := newReader(text, delimiter)
		candidate.multiline = func(int) bool { return true } // titles may be broken for the looks
		header, ok := candidate.next()
		if hint, hinted := delimiterHint(text[header.start:header.end]); hinted {
			if hint != delimiter {
				continue
			}
			header, ok = candidate.next()
		}
		for ok && header.blank() {
			header, ok = candidate.next()
		}
		if !ok {
			continue
		}
		if found := newColumns(format.Columns, header); list == nil || found.known > best.known {
			list, best = candidate, found
		}
	}
	if list == nil {
		return nil, columns{}, errs.E(errs.Invalid, "the file has no header line; its first line must name the columns, for example %s", format.example())
	}
	if err := best.check(format); err != nil {
		return nil, columns{}, err
	}
	list.multiline = best.ignored
	return list, best, nil
}

// delimiterHint reads the line sep=; that spreadsheets write and understand in front of the header.
func delimiterHint(line string) (delimiter byte, ok bool) {
	line = strings.TrimRight(line, "\r\n")
	if len(line) != len("sep=;") || !strings.EqualFold(line[:4], "sep=") {
		return 0, false
	}
	return line[4], true
}

// Row is one row of a file.
type Row struct {
	Line   int // in the file, the header's is usually 1
	record record
	sheet  *Sheet
}

// Unreadable says why a row cannot be told apart into the header's columns; nil where it can.
func (r Row) Unreadable() *Remark {
	rec, columns := r.record, r.sheet.columns
	if rec.fault != nil {
		remark := Remark{Line: rec.line, Reason: rec.fault.reason}
		if rec.fault.column >= 0 {
			remark.Column = columns.title(rec.fault.column)
		}
		return &remark
	}
	cells := rec.cells
	for len(cells) > len(columns.titles) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1] // delimiters at the end of a line, without anything after them
	}
	if len(cells) != len(columns.titles) {
		return &Remark{Line: rec.line, Reason: fmt.Sprintf(
			"has %d cells, but the header line has %d; put a cell that contains the delimiter in quotes", len(cells), len(columns.titles))}
	}
	return nil
}

// Cell is what a readable row has in a known column; empty where the file lacks the column.
func (r Row) Cell(column string) string {
	place := r.sheet.columns.place(column)
	if place < 0 {
		return ""
	}
	return strings.TrimSpace(plain(strings.TrimSpace(r.record.cells[place])))
}

// Oddities are what in a readable row may be read differently than its writer expects.
func (r Row) Oddities() (all []Remark) {
	warn := func(column, reason string) {
		all = append(all, Remark{Line: r.Line, Column: column, Reason: reason})
	}
	if r.record.spanning >= 0 {
		warn(r.sheet.columns.title(r.record.spanning), "a quoted cell goes on over several lines; if they are rows of their own, its closing quote is missing")
	}
	for _, index := range r.sheet.untitled {
		if strings.TrimSpace(r.record.cells[index]) != "" {
			warn(r.sheet.columns.title(index), "the column has no title and is left out")
		}
	}
	return all
}
