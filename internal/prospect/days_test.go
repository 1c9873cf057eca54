package prospect

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
)

func TestARangeOfDaysBeginsAndEndsAtLocalMidnight(t *testing.T) {
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		kind      access.ProspectRange
		now       string
		from, to  string
		wantHours int
	}{
		{access.Today, "2026-11-22T23:00", "2026-11-22", "2026-11-23", 24},
		{access.Today, "2026-10-04T12:00", "2026-10-04", "2026-10-05", 23}, // clocks go forward
		{access.ThisWeek, "2026-11-22T23:00", "2026-11-16", "2026-11-23", 168},
		{access.ThisWeek, "2026-11-23T00:00", "2026-11-23", "2026-11-30", 168},
		{access.NextWeek, "2026-12-30T10:00", "2027-01-04", "2027-01-11", 168},
		{access.ThisMonth, "2026-02-28T23:59", "2026-02-01", "2026-03-01", 28 * 24},
		{"", "2026-11-22T23:00", "2026-11-01", "2026-12-01", 30 * 24},
		{access.NextMonth, "2026-12-31T10:00", "2027-01-01", "2027-02-01", 31 * 24},
		{access.NextMonth, "2026-01-31T10:00", "2026-02-01", "2026-03-01", 28 * 24},
	} {
		now, err := time.ParseInLocation("2006-01-02T15:04", test.now, sydney)
		if err != nil {
			t.Fatal(err)
		}
		from, to := days(test.kind, now)
		if from.Format(time.DateTime) != test.from+" 00:00:00" || to.Format(time.DateTime) != test.to+" 00:00:00" || to.Sub(from) != time.Duration(test.wantHours)*time.Hour {
			t.Errorf("%q at %s: from %s to %s, want %s to %s", test.kind, test.now, from, to, test.from, test.to)
		}
	}
}
