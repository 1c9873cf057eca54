package rule

import (
	"slices"
	"time"
)

// Hours are a time of the day on some days of the week.
type Hours struct {
	Days []Day  `json:"days" minItems:"1" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun"`
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"HH:MM" example:"08:30"`
	To   string `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" patternDescription:"HH:MM, up to 24:00" doc:"Not included; after from. What goes past midnight is two entries." example:"17:30"`
}

// Day is a day of the week.
type Day string

var days = map[Day]time.Weekday{
	"mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday, "sun": time.Sunday,
}

// problems says what is wrong, by field.
func (h Hours) problems() map[string]string {
	broken := map[string]string{}
	for i, d := range h.Days {
		if _, known := days[d]; !known {
			broken["days"] = "are of mon, tue, wed, thu, fri, sat, sun"
		} else if slices.Contains(h.Days[:i], d) {
			broken["days"] = "name one twice"
		}
	}
	if h.To <= h.From {
		broken["to"] = "is not after from; what goes past midnight is two entries"
	}
	return broken
}

// holds reports whether an instant is within the hours, on the clock of its location. Both are texts of one form, which sort
// as times do; so an hour that the clock skips or repeats needs no thought.
func (h Hours) holds(at time.Time) bool {
	clock := at.Format("15:04")
	return slices.ContainsFunc(h.Days, func(d Day) bool { return days[d] == at.Weekday() }) && h.From <= clock && clock < h.To
}

// Works reports whether the rule gives leads to somebody at an instant, on the clock of its location.
func (r Rule) Works(at time.Time) bool {
	return len(r.Hours) == 0 || slices.ContainsFunc(r.Hours, func(h Hours) bool { return h.holds(at) })
}

// NextWork is the first instant behind another at which the rule gives leads to somebody, on the clock of its location; zero
// where there is none. Hours begin when the clock first shows so, or shows more because it was put forward; where it is put
// back, what it shows twice begins twice.
func (r Rule) NextWork(after time.Time) (next time.Time) {
	consider := func(at time.Time) {
		if at.After(after) && r.Works(at) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	zone := after.Location()
	// A week and a day, and one before for offsets from UTC.
	for day := -1; day <= 8; day++ {
		year, month, date := after.AddDate(0, 0, day).Date()
		noon := time.Date(year, month, date, 12, 0, 0, 0, zone)
		_, change := noon.ZoneBounds()
		if !change.IsZero() {
			consider(change)
		}
		_, before := noon.AddDate(0, 0, -1).Zone()
		_, behind := noon.AddDate(0, 0, 1).Zone()
		for _, h := range r.Hours {
			clock, err := time.Parse("15:04", h.From)
			if err != nil {
				continue // refused when the rule was made
			}
			shown := time.Date(year, month, date, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
			for _, offset := range []int{before, behind} {
				consider(shown.Add(-time.Duration(offset) * time.Second).In(zone))
			}
		}
	}
	return next
}
