package intake

import (
	"fmt"
	"strings"
	"time"
)

// monthFirst are the countries whose people write 11/21/2026, so that 03/04/2026 leaves open which day is meant.
func monthFirst(country string) bool { return country == "US" }

// parseDate reads 2026-11-21, 21/11/2026 and 21.11.2026 and returns the first form, or what is wrong. Two-digit years and
// the serial numbers of spreadsheets are refused rather than interpreted.
func parseDate(s, country string) (date, problem string) {
	const advice = "write it as 2026-11-21"
	if date, err := time.Parse(time.DateOnly, s); err == nil {
		return checkedDate(date, advice)
	}
	if strings.Contains(s, "/") && monthFirst(country) {
		dayFirst, errDay := time.Parse("2/1/2006", s)
		otherwise, errMonth := time.Parse("1/2/2006", s)
		if errDay == nil && errMonth == nil && !dayFirst.Equal(otherwise) {
			return "", "may mean two different days; " + advice
		}
		if errMonth == nil {
			return checkedDate(otherwise, advice)
		}
	}
	for _, layout := range []string{"2/1/2006", "2.1.2006"} {
		if date, err := time.Parse(layout, s); err == nil {
			return checkedDate(date, advice)
		}
	}
	return "", "is not a date of the calendar in a known form; " + advice
}

func checkedDate(date time.Time, advice string) (text, problem string) {
	const earliest, latest = 1900, 2100
	if date.Year() < earliest || date.Year() > latest {
		return "", fmt.Sprintf("is not between the years %d and %d; %s", earliest, latest, advice)
	}
	return date.Format(time.DateOnly), ""
}
