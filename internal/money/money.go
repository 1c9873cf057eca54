// Package money is an amount with its currency, in minor units, so that sums never meet a rounding error or each other's
// currency by accident.
package money

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// Money is an amount in minor units (cents) of a currency (ISO 4217). The zero Money is "not stated".
type Money struct {
	Amount   int64  `json:"amount" doc:"In minor units: 1350000 is 13,500.00."`
	Currency string `json:"currency" doc:"ISO 4217." example:"AUD"`
}

// In is an amount of whole units in the currency of a country (ISO 3166 alpha-2). Amounts beyond what fits are cut to it;
// it reports false for a country without a currency.
func In(country string, whole int64) (Money, bool) {
	region, err := language.ParseRegion(country)
	if err != nil {
		return Money{}, false
	}
	unit, ok := currency.FromRegion(region)
	if !ok {
		return Money{}, false
	}
	digits, _ := currency.Standard.Rounding(unit)
	factor := int64(1)
	for range digits {
		factor *= 10
	}
	limit := math.MaxInt64 / factor
	return Money{Amount: min(max(whole, -limit), limit) * factor, Currency: unit.String()}, true
}

// IsZero reports whether nothing is stated.
func (m Money) IsZero() bool { return m == Money{} }

// String is the amount for people: AUD 13,500. Minor units show only where there are any.
func (m Money) String() string {
	sign, whole, minor, ok := m.parts()
	if !ok {
		return ""
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if strings.Trim(minor, "0") == "" {
		return sign + m.Currency + " " + whole
	}
	return sign + m.Currency + " " + whole + "." + minor
}

// Decimal is the amount alone for programs and spreadsheets: 13500.00. It is empty for an unknown currency.
func (m Money) Decimal() string {
	sign, whole, minor, ok := m.parts()
	if !ok || minor == "" {
		return sign + whole
	}
	return sign + whole + "." + minor
}

// parts are the digits of the amount; false for an unknown currency.
func (m Money) parts() (sign, whole, minor string, ok bool) {
	unit, err := currency.ParseISO(m.Currency)
	if err != nil {
		return "", "", "", false
	}
	digits, _ := currency.Standard.Rounding(unit)
	text := strconv.FormatInt(m.Amount, 10)
	if m.Amount < 0 {
		sign, text = "-", text[1:]
	}
	for len(text) <= digits {
		text = "0" + text
	}
	return sign, text[:len(text)-digits], text[len(text)-digits:], true
}
