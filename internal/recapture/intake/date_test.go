package intake

import (
	"testing"
	"time"
)

func FuzzDate(f *testing.F) {
	for _, seed := range []string{"2026-11-21", "21/11/2026", "3/4/2026", "21.11.2026", "1.1.1900", "31/12/2100", "29.02.2025", "45000", "21/11/26", "0000-00-00", "-1-1-1", "٢٠٢٦-١١-٢١", ""} {
		f.Add(seed, "AU")
		f.Add(seed, "US")
	}
	f.Fuzz(func(t *testing.T, s, country string) {
		date, problem := parseDate(s, country)
		if (date == "") == (problem == "") {
			t.Fatalf("%q: date %q, problem %q", s, date, problem)
		}
		if date == "" {
			return
		}
		at, err := time.Parse(time.DateOnly, date)
		if err != nil || at.Year() < 1900 || at.Year() > 2100 {
			t.Errorf("%q: date %q", s, date)
		}
		if again, problem := parseDate(date, country); again != date || problem != "" {
			t.Errorf("%q: date %q, read again %q %s", s, date, again, problem)
		}
	})
}
