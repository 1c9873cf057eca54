package intake

import (
	"errors"
	"slices"

	"github.com/winback-auto/winback/internal/platform/sheet"
)

// The columns that the platform knows.
const (
	colVIN       = "vin"
	colRego      = "rego"
	colState     = "state"
	colMake      = "make"
	colModel     = "model"
	colYear      = "year"
	colFirst     = "customer_first_name"
	colLast      = "customer_last_name"
	colEmail     = "customer_email"
	colMobile    = "customer_mobile"
	colSoldOn    = "sold_on"
	colReference = "reference"
)

var format = sheet.Format{
	Columns: []string{
		colVIN, colRego, colState, colMake, colModel, colYear, colFirst, colLast, colEmail, colMobile, colSoldOn, colReference,
	},
	Check: func(has func(string) bool) error {
		if !has(colVIN) && !has(colRego) {
			return errors.New("the header line has neither a vin nor a rego column")
		}
		return nil
	},
}

// Template is the file that a dealer fills in: the header line with all columns, of which only vin or rego is needed.
func Template() string { return format.Template() }

// Columns are the titles of Template, in its order.
func Columns() []string { return slices.Clone(format.Columns) }
