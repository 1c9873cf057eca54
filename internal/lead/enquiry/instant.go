package enquiry

import (
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/pattern"
)

// isoTime is a date, mostly with a time, as ADF wants it and as senders write it: with one digit where there should be two,
// with zones such as -08:0, -0800 or -8.
var isoTime = pattern.Of(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)? ?(?:([Zz]|UTC|GMT)|([+-])(\d{1,2}):?(\d{0,2}))?)?$`)

// parseTime reads an instant. Dates whose order differs between countries are none.
func parseTime(text string, zone *time.Location) (time.Time, bool) {
	if zone == nil {
		zone = time.UTC
	}
	if len(text) > 60 {
		return time.Time{}, false
	}
	found := isoTime().FindStringSubmatch(text)
	if found == nil {
		if at, err := mail.ParseDate(text); err == nil {
			return at.UTC(), true
		}
		return time.Time{}, false
	}
	var n [11]int
	for i := range found {
		n[i], _ = strconv.Atoi(found[i]) // digits, by the pattern
	}
	switch {
	case found[7] != "":
		zone = time.UTC
	case found[8] != "":
		minutes := n[10]
		if len(found[10]) == 1 {
			minutes *= 10 // -08:0 and -09:3 have lost a digit
		}
		if n[9] > 14 || minutes > 59 {
			return time.Time{}, false
		}
		seconds := (n[9]*60 + minutes) * 60
		if found[8] == "-" {
			seconds = -seconds
		}
		zone = time.FixedZone("", seconds)
	}
	at := time.Date(n[1], time.Month(n[2]), n[3], n[4], n[5], n[6], 0, zone)
	if at.Year() != n[1] || int(at.Month()) != n[2] || at.Day() != n[3] || n[4] > 23 || n[5] > 59 || n[6] > 59 {
		return time.Time{}, false // 31 February
	}
	return at.UTC(), true
}

// requested sets when the customer asked.
func (e *Enquiry) requested(text string, o Options) {
	text = strings.TrimSpace(line(text))
	if text == "" {
		return
	}
	at, ok := parseTime(text, o.Zone)
	switch {
	case !ok:
		e.further("request date", text)
		e.warn("requestDate: is not understood")
	case at.Year() < 1990 || !o.Now.IsZero() && at.After(o.Now.Add(26*time.Hour)): // a day, and zones that were left out
		e.further("request date", text)
		e.warn("requestDate: is not possible")
	default:
		e.RequestDate = at
	}
}
