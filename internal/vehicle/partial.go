package vehicle

import (
	"slices"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// CheckPartial is Check for a vehicle that nobody has identified yet, such as the one a customer asks about: it may lack
// both VIN and rego, and then has no Key.
func CheckPartial(v Vehicle, country string) (checked Vehicle, problems []errs.Violation, warnings []string) {
	checked, problems, warnings = Check(v, country)
	if checked.VIN == "" && checked.Rego == "" {
		problems = slices.DeleteFunc(problems, func(p errs.Violation) bool { return p.Location == "vin" })
	}
	return checked, problems, warnings
}
