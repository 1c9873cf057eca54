// Package intake reads the vehicle lists that dealers upload: CSV files as spreadsheets, dealer systems and people write
// them.
//
// A list is good, bad or mixed. What makes the whole file unreadable (no header, no vin or rego column, an encoding that
// cannot be told) is an Invalid error; too many bytes or rows are TooLarge. Everything else concerns one row: the row is rejected with its
// line, column and a reason that says how to mend it, and its neighbours are read as if it were not there.
//
// Nothing is lost silently. Every row is accepted, or a duplicate of an earlier row, or rejected, and the counts add up
// to Total; whatever was read differently than a dealer might expect is a warning. Only blank lines are no rows.
//
// Package recapture feeds uploads in and makes watches of the accepted rows. intake does no I/O, and its time and
// memory are proportional to the size of the file, whatever the file holds.
package intake

import (
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/sheet"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Bounds of a list.
const (
	MaxBytes = sheet.MaxBytes
	MaxRows  = 50_000
)

// Options say who uploads, and how.
type Options struct {
	Country     string // of the company, ISO 3166 alpha-2
	YardState   string // stands in for a missing state of a rego; may be empty
	MaxRows     int    // zero: MaxRows
	AnyEncoding bool   // read UTF-16 and Windows-1252 besides UTF-8
}

// List is what became of each row of a file, in the order of the file.
type List struct {
	Total      int // rows in the file, blank lines and the header apart
	Rows       []Row
	Duplicates []Duplicate
	Rejected   []Remark
	Warnings   []Remark // about accepted rows and about the file; they exclude nothing
}

// Row is one accepted vehicle: it has a vehicle.Key.
type Row struct {
	Line      int             `json:"line"` // in the file, the header's is usually 1
	Vehicle   vehicle.Vehicle `json:"vehicle"`
	Customer  Customer        `json:"customer"`
	SoldOn    string          `json:"soldOn,omitempty"` // date 2026-11-21
	Reference string          `json:"reference,omitempty"`
}

// Customer is whom the vehicle was sold to, as far as the list says. Nothing of it is checked beyond its length.
type Customer struct {
	First  string `json:"first,omitempty"`
	Last   string `json:"last,omitempty"`
	Email  string `json:"email,omitempty"`
	Mobile string `json:"mobile,omitempty"`
}

// Duplicate is a row with the same vehicle as an earlier one, which is the one that counts.
type Duplicate struct {
	Line int `json:"line"`
	Of   int `json:"of"` // line of the earlier row
}

// Remark is something to tell the dealer about a line. It never repeats what the line says.
type Remark = sheet.Remark

// Parse reads a list. Its error is Invalid or, where MaxBytes or the rows are exceeded, TooLarge, and then concerns the file
// as a whole.
func Parse(content []byte, options Options) (List, error) {
	maxRows := options.MaxRows
	if maxRows <= 0 {
		maxRows = MaxRows
	}
	f := format
	f.AnyEncoding = options.AnyEncoding
	file, err := sheet.Open(content, f)
	if err != nil {
		return List{}, err
	}
	rows := rowReader{country: options.Country, yardState: options.YardState}
	list := List{Warnings: file.Warnings()}
	firstLine := make(map[string]int) // of each vehicle.Key
	for {
		record, ok := file.Next()
		if !ok {
			break
		}
		if list.Total == maxRows {
			return List{}, errs.E(errs.TooLarge, "the file has more than %d rows; split it into smaller lists", maxRows)
		}
		list.Total++
		row, rejection, warnings := rows.read(record)
		if rejection != nil {
			list.Rejected = append(list.Rejected, *rejection)
			continue
		}
		key, _ := vehicle.Key(row.Vehicle)
		if of, known := firstLine[key]; known {
			list.Duplicates = append(list.Duplicates, Duplicate{Line: row.Line, Of: of})
			continue
		}
		firstLine[key] = row.Line
		list.Rows = append(list.Rows, row)
		list.Warnings = append(list.Warnings, warnings...)
	}
	if list.Total == 0 {
		return List{}, errs.E(errs.Invalid, "the file has a header line but no vehicles under it")
	}
	return list, nil
}
