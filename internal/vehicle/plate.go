package vehicle

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// MaxRego is the greatest number of characters of a rego in its stored form.
const MaxRego = 10

// Countries with plate rules of their own.
const (
	Australia = "AU"
	Germany   = "DE"
)

// NormaliseRego is the stored form of a plate: upper case, without blanks and hyphens, umlauts kept. It is idempotent.
func NormaliseRego(s string) string { return squeeze(s) }

// NormaliseState is the short form of a state: upper case, without blanks, Australian states by their abbreviation. It
// is idempotent.
func NormaliseState(s string) string {
	s = squeeze(s)
	if short, ok := stateNames[s]; ok {
		return short
	}
	return s
}

// States lists the Australian states and territories, each of which registers cars on its own.
func States() []string { return slices.Clone(states) }

var states = []string{"ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"}

var stateNames = map[string]string{
	"AUSTRALIANCAPITALTERRITORY": "ACT",
	"NEWSOUTHWALES":              "NSW",
	"NORTHERNTERRITORY":          "NT",
	"QUEENSLAND":                 "QLD",
	"SOUTHAUSTRALIA":             "SA",
	"TASMANIA":                   "TAS",
	"VICTORIA":                   "VIC",
	"WESTERNAUSTRALIA":           "WA",
}

// SuggestState lists the Australian states whose standard plates look like this rego, the likeliest first. It is a hint
// for a person: custom plates, motorcycles, taxis and old series follow no pattern.
func SuggestState(rego string) []string {
	shape := shapeOf(NormaliseRego(rego))
	var suggested []string
	for _, series := range plateSeries {
		if !fits(NormaliseRego(rego), shape, series.pattern) || slices.Contains(suggested, series.state) {
			continue
		}
		suggested = append(suggested, series.state)
	}
	return suggested
}

// plateSeries are the standard series. In a pattern a is any letter, 9 any digit, and everything else itself. Series with
// a fixed character come first: a plate that meets one of these more likely belongs to it than to a general series.
var plateSeries = []struct{ pattern, state string }{
	{"S999aaa", "SA"},
	{"1aa9aa", "VIC"},
	{"Yaa99a", "ACT"},
	{"Ca99aa", "NT"},
	{"aa99aa", "NSW"},
	{"aaa99a", "NSW"},
	{"aaa999", "VIC"},
	{"999aaa", "QLD"},
	{"999aa9", "QLD"},
	{"9aaa999", "WA"},
	{"a99aa", "TAS"},
}

// shapeOf writes a for each letter and 9 for each digit.
func shapeOf(rego string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return '9'
		}
		return 'a'
	}, rego)
}

func fits(rego, shape, pattern string) bool {
	if len(rego) != len(pattern) || len(shape) != len(pattern) {
		return false
	}
	for i := range len(pattern) {
		if pattern[i] != shape[i] && pattern[i] != rego[i] {
			return false
		}
	}
	return true
}

// regoProblems lists what is wrong with a normalised, non-empty rego.
func regoProblems(rego string) (problems []string) {
	position := 0
	for _, c := range rego {
		position++
		if !plateCharacter(c) && len(problems) < maxMessages {
			problems = append(problems, fmt.Sprintf("character %d is neither a digit nor a letter of a plate, even if it looks like one; type it again", position))
		}
	}
	if position > MaxRego {
		problems = append(problems, fmt.Sprintf("has %d characters; a rego has at most %d", position, MaxRego))
	}
	return problems
}

func plateCharacter(c rune) bool {
	return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == 'Ä' || c == 'Ö' || c == 'Ü'
}

// stateProblem says what is wrong with the state of a normalised vehicle, or that it is missing.
func stateProblem(v Vehicle, country string) string {
	switch {
	case country == Germany:
		return "" // left out, see plateWarnings
	case country == Australia && v.State != "" && !slices.Contains(states, v.State):
		return "is not an Australian state: write one of " + strings.Join(states, ", ")
	case RegistersByState(country) && v.State == "" && v.VIN == "" && v.Rego != "":
		message := "is missing: a rego is found only together with its state (" + strings.Join(states, ", ") + ")"
		if suggested := SuggestState(v.Rego); len(suggested) > 0 {
			message += "; this one looks like a plate of " + strings.Join(suggested, " or ")
		}
		return message
	case v.State != "" && !plausibleState(v.State):
		return "is not the abbreviation of a state, such as NSW"
	default:
		return ""
	}
}

// plausibleState is the rule for countries whose states are not listed here.
func plausibleState(state string) bool {
	return len(state) <= 3 && isSqueezed(state)
}

// germanPlate is district, letters, number and the suffix of an electric or historic car. germanOfficial are the plates
// of authorities.
var (
	germanPlate    = pattern.Of(`^[A-ZÄÖÜ]{1,3}[A-Z]{1,2}[1-9][0-9]{0,3}[EH]?$`)
	germanOfficial = pattern.Of(`^[0-9]{1,6}$`)
)

const maxGermanPlate = 8

// plateWarnings adds what is odd about rego and state in that country, and returns the state to be stored.
func plateWarnings(v Vehicle, country string, warnings []string) (state string, all []string) {
	switch country {
	case Australia:
		if v.Rego != "" && v.State == "" && v.VIN != "" {
			warnings = append(warnings, "state: is missing, so the car is looked for by its VIN only")
		}
	case Germany:
		regular := germanPlate().MatchString(v.Rego) && utf8.RuneCountInString(v.Rego) <= maxGermanPlate
		if v.Rego != "" && !regular && !germanOfficial().MatchString(v.Rego) {
			warnings = append(warnings, "rego: does not look like a German plate (district, letters, number: KI-AB 123); look for a typing mistake")
		}
		if v.State != "" {
			// With it, the same plate typed with and without a state would be two cars.
			warnings = append(warnings, "state: is left out, because a German plate is unique in the whole country")
			return "", warnings
		}
	}
	return v.State, warnings
}

// RegistersByState reports whether a rego of that country is found only together with its state.
func RegistersByState(country string) bool { return country == Australia }

func withState(country string) string {
	if RegistersByState(country) {
		return " with its state"
	}
	return ""
}
