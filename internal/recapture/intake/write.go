package intake

import (
	"strconv"

	"github.com/winback-auto/winback/internal/platform/sheet"
)

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
		cells[i] = sheet.Neutral(cell)
	}
	return cells
}
