package company_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/company"
)

// C15: what may differ in a name, and what may not.
func TestASellersNameIsKnownHoweverItIsWritten(t *testing.T) {
	own := company.Company{
		Name:     "Harbour Motors Pty Ltd",
		OwnStock: company.OwnStock{Sellers: []string{"Bob's Cars", "https://www.harbour.example/stock", "Müller & Söhne GmbH & Co. KG", "BMW"}},
	}.Own([]company.Yard{{Name: "Parramatta"}, {Name: "Kiel-Süd"}, {Name: "Y2"}})
	for name, want := range map[string]bool{
		"Harbour Motors":             true,
		"HARBOUR MOTORS PTY. LTD.":   true,
		"Harbour-Motors Pty Limited": true,
		"harbour motors p/l":         true,
		"Harbour Motors GmbH":        true,
		"Harbour Motors Parramatta":  true,
		"Parramatta Harbour Motors":  true,
		"Parramatta":                 true,
		"Kiel Sud":                   true,
		"Bobs Cars":                  true,
		"BOB’S CARS PTY LTD":         true,
		"Muller und Sohne":           true,
		"Müller & Söhne":             true,
		"harbour.example":            true,
		"www.harbour.example":        true,
		"bmw ag":                     true,

		"":                          false,
		"Pty Ltd":                   false,
		"GmbH":                      false,
		"Motors":                    false,
		"Harbour":                   false,
		"Harbour Motors Melbourne":  false,
		"Harbour Motors Group":      false,
		"New Harbour Motors":        false,
		"Parramatta Motors":         false,
		"Y2":                        false,
		"dealer":                    false,
		"private":                   false,
		"example":                   false,
		"other.harbour.example":     false,
		"harbour.example.evil.test": false,
		"Bobs Carsales":             false,
	} {
		if got := own.Owns("", name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}
