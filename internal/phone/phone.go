// Package phone reads telephone numbers as people, forms and providers write them, into the one form that can be compared,
// dialled and sent to: E.164.
//
// A number is either certain or none at all. 0412 345 678 in Australia is +61412345678; a number with a digit too few, or
// one of another country without its code, is nothing that a text message could be sent to, and Parse says so instead of
// making something up. Whoever asked keeps the text as it was written.
//
// The numbering plans are Google's (libphonenumber), reduced to what Parse needs: regions.tsv, which a test derives from a
// maintained library and holds against it. The library itself is for tests only: it brings the runtime of protocol
// buffers, 1.3 MB in every Lambda, and reads its plans at each start.
package phone

import (
	"strings"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Kind is what a number belongs to, as far as the numbering plan says.
type Kind string

// The kinds. Where one plan serves both, as in North America, a number is Either.
const (
	Mobile Kind = "mobile"
	Fixed  Kind = "fixed"
	Either Kind = "either"
	Other  Kind = "other" // free call, shared cost, internet telephony …
)

// Number is a valid telephone number.
type Number struct {
	E164      string // +61412345678
	Country   string // ISO 3166-1 alpha-2; empty where several share the plan and none is certain
	Kind      Kind
	Extension string // digits behind the number, for a person to dial
}

// Texts reports whether the number may take a text message.
func (n Number) Texts() bool { return n.Kind == Mobile || n.Kind == Either }

// Bounds of what is read, in bytes and digits (E.164 has at most 15 digits).
const (
	maxText   = 60
	minDigits = 4
	maxDigits = 17
)

// extension is how people write the digits behind a number.
var extension = pattern.Of(`(?i)[ ,;]*(?:ext(?:ension|n)?\.?|x|#|durchwahl)[ :.]*([0-9]{1,6})$`)

// Parse reads a number as it is dialled in a country (ISO 3166-1 alpha-2), or with + or the country's international prefix
// and the code of another. It is false for everything that no plan knows.
func Parse(text, country string) (Number, bool) {
	text = strings.TrimSpace(text)
	if len(text) > maxText {
		return Number{}, false
	}
	text = strings.TrimSpace(strings.TrimPrefix(text, "tel:"))
	var ext string
	if found := extension().FindStringSubmatchIndex(text); found != nil {
		text, ext = text[:found[0]], text[found[2]:found[3]]
	}
	digits, abroad, ok := dialled(text)
	if !ok {
		return Number{}, false
	}
	n, ok := read(digits, abroad, strings.ToUpper(country))
	n.Extension = ext
	return n, ok
}

// dialled are the digits of a text; abroad where it begins with +. It is false where the text holds more than digits and
// what people set between them.
func dialled(text string) (digits string, abroad, ok bool) {
	if rest, plus := strings.CutPrefix(text, "+"); plus {
		text, abroad = rest, true
		text = strings.Replace(text, "(0)", "", 1) // +49 (0)431: dialled from within the country only
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune(between, r):
			return "", false, false
		}
	}
	return b.String(), abroad, b.Len() >= minDigits && b.Len() <= maxDigits
}

// between is what people set between digits, dashes and blanks of all sorts included.
const between = " ()[]./-\u00a0\u00ad\u2007\u2009\u200b\u2010\u2011\u2012\u2013\u2014\u2015\u202a\u202c\u202f\u2060\u2212"

// read finds the plan that the digits belong to.
func read(digits string, abroad bool, country string) (Number, bool) {
	if abroad {
		return international(digits)
	}
	home, known := regionOf(country)
	if !known {
		return Number{}, false
	}
	if prefix := home.plan().prefix.FindStringIndex(digits); prefix != nil && prefix[0] == 0 {
		if n, ok := international(digits[prefix[1]:]); ok {
			return n, true
		}
	}
	if n, ok := home.national(digits); ok {
		return n, true
	}
	// Forms lose the plus: 61412345678.
	if rest, coded := strings.CutPrefix(digits, home.code); coded && !home.plan().all.MatchString(digits) {
		return home.national(rest)
	}
	return Number{}, false
}

// international reads the digits behind + : a country's code of one to three digits and its national number.
func international(digits string) (Number, bool) {
	for n := 1; n <= 3 && n < len(digits); n++ {
		if regions := regionsOf(digits[:n]); len(regions) > 0 { // no code is the beginning of another
			return among(regions, digits[n:])
		}
	}
	return Number{}, false
}

// among reads a national number of regions that share a code. What more than one of them could have has no country.
func among(regions []region, digits string) (Number, bool) {
	national := regions[0].withoutPrefix(digits)
	for _, r := range regions {
		if n, ok := r.valid(national); ok {
			return n, true
		}
	}
	return Number{}, false
}
