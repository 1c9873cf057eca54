// Package vehicle is the car that every feature speaks of: what identifies it, and which rules its particulars follow.
//
// A vehicle comes in as people typed it (a form, a spreadsheet, a dealer system). Check brings it into its one stored
// form and lists everything that is wrong with it, and everything that merely looks odd. Only a vehicle without
// problems has a Key, its identity: the VIN, else the rego with its state. Two vehicles with the same Key are the same
// car; features use it to watch a car once and to find it again.
//
// Characters are never guessed. Blanks and hyphens go, letters become upper case; but a letter O in a VIN, a full-width
// digit or a Cyrillic look-alike is refused with advice, because a car that is found under a wrong number is worse than
// one that is asked for again. Odd but possible particulars (a VIN whose check digit fails, a plate that does not look
// German) are warnings and never stop anybody.
package vehicle

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Vehicle is one car. Empty fields and year 0 mean: not known.
type Vehicle struct {
	VIN   string `json:"vin,omitempty"`
	Rego  string `json:"rego,omitempty"`  // the plate's characters, without blanks and hyphens
	State string `json:"state,omitempty"` // of the rego, where the country registers by state: NSW
	Make  string `json:"make,omitempty"`
	Model string `json:"model,omitempty"`
	Year  int    `json:"year,omitempty"` // model year
}

// Bounds of what is stored. Text is counted in characters.
const (
	MinYear = 1886 // the first motor car
	MaxYear = 2100
	MaxText = 100 // make, model
)

// Check returns v in its stored form, with every broken rule and every oddity.
//
// A problem's location is the field's JSON name, to which the caller adds where the vehicle stands (body.vehicles[3].).
// A warning begins with the same name and a colon. Neither repeats what was typed. The country is ISO 3166 alpha-2 and decides whether a rego needs
// its state; a country without rules of its own accepts both.
func Check(v Vehicle, country string) (checked Vehicle, problems []errs.Violation, warnings []string) {
	v.VIN = NormaliseVIN(v.VIN)
	v.Rego = NormaliseRego(v.Rego)
	v.State = NormaliseState(v.State)
	v.Make = normaliseText(v.Make)
	v.Model = normaliseText(v.Model)

	refuse := func(location, message string) {
		problems = append(problems, errs.Violation{Location: location, Message: message})
	}
	if v.VIN == "" && v.Rego == "" {
		refuse("vin", "give a VIN, or a rego"+withState(country))
	}
	if v.VIN != "" {
		for _, message := range vinProblems(v.VIN) {
			refuse("vin", message)
		}
		if !checkDigitHolds(v.VIN) {
			warnings = append(warnings, "vin: the check digit (character 9) does not fit the other characters; look for a typing mistake")
		}
	}
	if v.Rego != "" {
		for _, message := range regoProblems(v.Rego) {
			refuse("rego", message)
		}
	}
	if message := stateProblem(v, country); message != "" {
		refuse("state", message)
	}
	v.State, warnings = plateWarnings(v, country, warnings)
	if v.Year != 0 && (v.Year < MinYear || v.Year > MaxYear) {
		refuse("year", fmt.Sprintf("is not a model year: write four digits from %d to %d, or leave it empty", MinYear, MaxYear))
	}
	if message := textProblem(v.Make); message != "" {
		refuse("make", message)
	}
	if message := textProblem(v.Model); message != "" {
		refuse("model", message)
	}
	return v, problems, warnings
}

// Key is the identity of a vehicle within one company: its VIN, else its rego and state. It is false for a vehicle that
// has neither in a valid form, so what is wrong never becomes a key. Keys of the two sorts never meet.
//
// Key does not know the country: give it what Check returned.
func Key(v Vehicle) (key string, ok bool) {
	if vin := NormaliseVIN(v.VIN); vin != "" {
		return "vin:" + vin, ValidVIN(vin)
	}
	return plateKey(v)
}

// Keys are all keys that a vehicle may be known by, Key first: its VIN, and its rego and state. A VIN is the car; a plate
// may have moved to another one (Same tells). It is empty where Key is false.
func Keys(v Vehicle) []string {
	key, ok := Key(v)
	if !ok {
		return nil
	}
	plate, ok := plateKey(v)
	if !ok || plate == key {
		return []string{key}
	}
	return []string{key, plate}
}

func plateKey(v Vehicle) (key string, ok bool) {
	rego, state := NormaliseRego(v.Rego), NormaliseState(v.State)
	if rego == "" || len(regoProblems(rego)) > 0 || !(state == "" || plausibleState(state)) {
		return "", false
	}
	return "rego:" + state + ":" + rego, true
}

// Same reports whether two vehicles with a key in common can be one car: two VINs are two cars.
func Same(a, b Vehicle) bool {
	if a.VIN != "" && b.VIN != "" {
		return NormaliseVIN(a.VIN) == NormaliseVIN(b.VIN)
	}
	plateOfA, ok := plateKey(a)
	plateOfB, okB := plateKey(b)
	return ok && okB && plateOfA == plateOfB
}

// Completed is the vehicle with what only the other description of it knows.
func (v Vehicle) Completed(by Vehicle) Vehicle {
	v.VIN = cmp.Or(v.VIN, by.VIN)
	if v.Rego == "" {
		v.Rego, v.State = by.Rego, by.State
	}
	v.Make, v.Model, v.Year = cmp.Or(v.Make, by.Make), cmp.Or(v.Model, by.Model), cmp.Or(v.Year, by.Year)
	return v
}

// Describe names the vehicle for people: "2018 Toyota Sienna", or as much of it as is known, else its rego or VIN.
func (v Vehicle) Describe() string {
	words := make([]string, 0, 3)
	if v.Year != 0 {
		words = append(words, strconv.Itoa(v.Year))
	}
	for _, word := range []string{v.Make, v.Model} {
		if word != "" {
			words = append(words, word)
		}
	}
	switch {
	case v.Make != "" || v.Model != "":
		return strings.Join(words, " ")
	case v.Rego != "":
		return strings.TrimSpace(v.Rego + " " + v.State)
	case v.VIN != "":
		return v.VIN
	default:
		return "vehicle"
	}
}

// normaliseText trims a make or model and makes one blank of each run of white space.
func normaliseText(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

func textProblem(s string) string {
	switch {
	case !utf8.ValidString(s):
		return "is not readable text (UTF-8)"
	case strings.ContainsFunc(s, unicode.IsControl):
		return "contains an invisible control character; type it again"
	case utf8.RuneCountInString(s) > MaxText:
		return fmt.Sprintf("is longer than %d characters", MaxText)
	default:
		return ""
	}
}
