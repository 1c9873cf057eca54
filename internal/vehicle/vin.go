package vehicle

import (
	"fmt"
	"strings"
)

// VINLength is the number of characters of every VIN since 1981 (ISO 3779).
const VINLength = 17

// NormaliseVIN is the stored form of a VIN: upper case, without blanks and hyphens. It corrects nothing else, and is
// idempotent.
func NormaliseVIN(s string) string { return squeeze(s) }

// ValidVIN reports whether a normalised VIN has 17 characters of the VIN's alphabet: digits and capital letters without
// I, O and Q. The check digit is no part of it: only North America demands one, and even there real cars break it.
func ValidVIN(vin string) bool {
	if len(vin) != VINLength {
		return false
	}
	for i := range len(vin) {
		if transliteration[vin[i]] == 0 {
			return false
		}
	}
	return true
}

// CheckDigit computes the character that position 9 should hold under 49 CFR 565.15(c); what stands there now does not
// matter. It is false for what is no valid VIN.
func CheckDigit(vin string) (digit byte, ok bool) {
	if len(vin) != VINLength {
		return 0, false
	}
	sum := 0
	for i := range len(vin) {
		value := transliteration[vin[i]]
		if value == 0 {
			return 0, false
		}
		sum += int(value-'0') * weights[i]
	}
	return "0123456789X"[sum%11], true
}

// transliteration gives each character of the alphabet its value as a digit; zero marks the characters that a VIN never has.
var transliteration = func() (table [256]byte) {
	for i, c := range "0123456789ABCDEFGHJKLMNPRSTUVWXYZ" {
		table[c] = "012345678912345678123457923456789"[i]
	}
	return table
}()

var weights = [VINLength]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}

// checkDigitHolds is false only where the check digit is mandatory (North America, first character 1 to 5) and wrong.
func checkDigitHolds(vin string) bool {
	digit, ok := CheckDigit(vin)
	return !ok || vin[0] < '1' || vin[0] > '5' || vin[8] == digit
}

// vinProblems lists what is wrong with a normalised VIN, with advice; it suggests, and leaves the correction to a person.
func vinProblems(vin string) (problems []string) {
	if ValidVIN(vin) {
		return nil
	}
	position := 0
	for _, c := range vin {
		position++
		if len(problems) == maxMessages {
			continue
		}
		switch {
		case c == 'O' || c == 'Q':
			problems = append(problems, fmt.Sprintf("character %d is the letter %c, which a VIN never has; write the digit 0 if that is meant", position, c))
		case c == 'I':
			problems = append(problems, fmt.Sprintf("character %d is the letter I, which a VIN never has; write the digit 1 if that is meant", position))
		case c > 0x7f || transliteration[c] == 0:
			problems = append(problems, fmt.Sprintf("character %d is neither a digit nor a letter from A to Z, even if it looks like one; type it again", position))
		}
	}
	if position != VINLength {
		problems = append(problems, fmt.Sprintf(
			"has %d characters instead of %d; for a car without a VIN (built before 1989) leave it empty and give the rego", position, VINLength))
	}
	return problems
}

// maxMessages bounds the messages about single characters of one field: who pasted a letter into it needs no list.
const maxMessages = 3

// squeeze upper-cases ASCII letters and the umlauts of German plates, and drops blanks and hyphens. Unicode's own upper
// case is not used: it would turn a dotless ı into I and a long ſ into S.
func squeeze(s string) string {
	if isSqueezed(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, c := range s {
		switch {
		case c >= 'a' && c <= 'z':
			b.WriteByte(byte(c) - 'a' + 'A')
		case isSeparator(c):
		case c == 'ä':
			b.WriteRune('Ä')
		case c == 'ö':
			b.WriteRune('Ö')
		case c == 'ü':
			b.WriteRune('Ü')
		default:
			b.WriteRune(c)
		}
	}
	// Some systems write an umlaut as a letter and a combining diaeresis: the same character by Unicode's own definition.
	return diaeresis.Replace(b.String())
}

var diaeresis = strings.NewReplacer("A\u0308", "Ä", "O\u0308", "Ö", "U\u0308", "Ü")

// isSqueezed spares the copy for what is in its stored form already, as nearly all of a spreadsheet is.
func isSqueezed(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return false
		}
	}
	return true
}

// isSeparator reports blanks and hyphens as keyboards and spreadsheets write them.
func isSeparator(c rune) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '\u00a0', '\u202f', '-', '\u2010', '\u2011', '\u2013':
		return true
	default:
		return false
	}
}
