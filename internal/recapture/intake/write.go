package intake

import (
	"slices"
	"strconv"
	"strings"
)

// Columns are the titles of Template, in its order.
func Columns() []string { return slices.Clone(columnNames[:]) }

// Cells are a row as a list with the columns of Template has it: written with encoding/csv and parsed again they are the
// same row.
func (r Row) Cells() []string {
	year := ""
	if r.Vehicle.Year != 0 {
		year = strconv.Itoa(r.Vehicle.Year)
	}
	cells := []string{
		r.Vehicle.VIN, r.Vehicle.Rego, r.Vehicle.State, r.Vehicle.Make, r.Vehicle.Model, year,
		r.Customer.First, r.Customer.Last, r.Customer.Email, r.Customer.Mobile, r.SoldOn, r.Reference,
	}
	for i, cell := range cells {
		cells[i] = Neutral(cell)
	}
	return cells
}

// Neutral is a cell that no spreadsheet takes for a formula: one that would be gets an apostrophe in front (OWASP ASVS
// 1.2.10). Parse takes it off again. So does a cell get one that begins with an apostrophe which Parse would take off.
func Neutral(cell string) string {
	if formula(strings.TrimLeft(cell, "'")) {
		return "'" + cell
	}
	return cell
}

// plain takes off the apostrophe that Neutral, or a cautious person, has put before a formula.
func plain(cell string) string {
	if rest, marked := strings.CutPrefix(cell, "'"); marked && formula(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return cell
}

// formula reports whether a spreadsheet may calculate the cell. Full-width signs are for Japanese ones; a blank or NUL in
// front is skipped by some.
func formula(cell string) bool {
	cell = strings.TrimLeft(cell, " \u00a0\x00\ufeff")
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(cell, sign) {
			return true
		}
	}
	return false
}
