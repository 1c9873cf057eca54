package money

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/currency"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// amountPattern is an amount with at most one sign, symbol or code of a currency before or behind it.
var amountPattern = pattern.Of(`^([A-Za-z]{3}|A\$|C\$|NZ\$|US\$|[$€£¥])?\s*([0-9][0-9.,'’\x{00a0}\x{202f} ]*?)(?:[.,]-+|,—)?\s*([A-Za-z]{3}|[$€£¥])?$`)

// Bounds of a text that Parse looks at, in bytes and digits.
const (
	maxText   = 40
	maxDigits = 12
)

// symbols are those of one currency. A bare $ is the country's own dollar.
var symbols = map[string]string{"€": "EUR", "£": "GBP", "A$": "AUD", "C$": "CAD", "NZ$": "NZD", "US$": "USD"}

// dollars are the currencies that people write with a bare $.
var dollars = []string{"AUD", "CAD", "NZD", "USD", "SGD", "HKD", "FJD"}

// Parse reads an amount as people write it: 24995, $21,995, 21.995,00 €, CAD 24 995. Without a currency it is in that of the
// country (ISO 3166 alpha-2). A sign before three last digits divides thousands, one before two or one is the decimal sign.
// It is false for whatever is no amount, or one of a currency that is not certain; nothing is rounded.
func Parse(text, country string) (Money, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return Money{}, false
	}
	found := amountPattern().FindStringSubmatch(text)
	if found == nil || found[1] != "" && found[3] != "" {
		return Money{}, false
	}
	code, ok := currencyOf(found[1]+found[3], country)
	if !ok {
		return Money{}, false
	}
	return ParseIn(found[2], code)
}

// ParseIn reads an amount without a currency as one in a currency (ISO 4217).
func ParseIn(text, code string) (Money, bool) {
	unit, err := currency.ParseISO(strings.ToUpper(strings.TrimSpace(code)))
	if err != nil || len(text) > maxText {
		return Money{}, false
	}
	whole, minor, ok := divided(strings.TrimSpace(text))
	if !ok {
		return Money{}, false
	}
	places, _ := currency.Standard.Rounding(unit)
	if strings.Trim(minor, "0") == "" {
		minor = ""
	}
	if len(minor) > places {
		return Money{}, false
	}
	minor += strings.Repeat("0", places-len(minor))
	amount, err := strconv.ParseInt(whole+minor, 10, 64)
	if err != nil {
		return Money{}, false
	}
	return Money{Amount: amount, Currency: unit.String()}, true
}

// currencyOf is the currency of a symbol or code in a country.
func currencyOf(sign, country string) (code string, ok bool) {
	own, known := In(country, 0)
	switch {
	case sign == "":
		return own.Currency, known
	case sign == "$":
		return own.Currency, known && slices.Contains(dollars, own.Currency)
	case symbols[sign] != "":
		return symbols[sign], true
	case len(sign) == 3 && sign != "¥":
		unit, err := currency.ParseISO(sign)
		return unit.String(), err == nil && unit.String() == strings.ToUpper(sign)
	}
	return "", false
}

// divided are the digits before and behind the decimal sign.
func divided(text string) (whole, minor string, ok bool) {
	decimal := ""
	if last := strings.LastIndexAny(text, ".,"); last >= 0 && len(text)-last-1 != 3 {
		text, decimal, minor = text[:last], text[last:last+1], text[last+1:]
		if len(minor) < 1 || len(minor) > 2 || strings.Trim(minor, digits) != "" {
			return "", "", false
		}
	}
	divider := "" // of thousands
	rest := text
	for {
		end := strings.IndexFunc(rest, func(r rune) bool { return !strings.ContainsRune(digits, r) })
		group := rest
		if end >= 0 {
			group = rest[:end]
		}
		if group == "" || end >= 0 && len(group) > 3 || divider != "" && len(group) != 3 {
			return "", "", false
		}
		whole += group
		if end < 0 {
			return whole, minor, len(whole) <= maxDigits
		}
		_, size := utf8.DecodeRuneInString(rest[end:])
		sign := rest[end : end+size]
		if sign == decimal || divider != "" && sign != divider {
			return "", "", false
		}
		divider, rest = sign, rest[end+size:]
	}
}

const digits = "0123456789"
