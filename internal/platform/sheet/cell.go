package sheet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes one blank of each run of white space and refuses what cannot be kept in full.
func Line(s string, longest int) (text, problem string) {
	text = strings.Join(strings.Fields(s), " ")
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "", "contains an invisible control character; type it again"
	case len(text) > longest && utf8.RuneCountInString(text) > longest:
		return "", fmt.Sprintf("is longer than %d characters", longest)
	default:
		return text, ""
	}
}

// Neutral is a cell that no spreadsheet takes for a formula: one that would be gets an apostrophe in front (OWASP ASVS
// 1.2.10). Row.Cell takes it off again. So does a cell get one that begins with an apostrophe which Row.Cell would take off.
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
