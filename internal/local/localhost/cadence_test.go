package localhost

import (
	"strings"
	"testing"
	"time"
)

func TestASchedulesNextTickIsThatOfEventBridge(t *testing.T) {
	for expression, want := range map[string]string{
		"rate(1 minute)":              "2026-11-22T12:01:00Z",
		"rate(5 minutes)":             "2026-11-22T12:05:00Z",
		"rate(1 hour)":                "2026-11-22T13:00:00Z",
		"rate(2 days)":                "2026-11-23T00:00:00Z",
		"cron(0 3 * * ? *)":           "2026-11-23T03:00:00Z",
		"cron(0/15 * * * ? *)":        "2026-11-22T12:15:00Z",
		"cron(30 12 22 NOV ? *)":      "2026-11-22T12:30:00Z",
		"cron(0 12 22 11 ? *)":        "2027-11-22T12:00:00Z",
		"cron(0 8 ? * MON-FRI *)":     "2026-11-23T08:00:00Z",
		"cron(0 8 ? * SUN *)":         "2026-11-29T08:00:00Z",
		"cron(0 0 1 JAN,JUL ? *)":     "2027-01-01T00:00:00Z",
		"cron(0 0 29 FEB ? *)":        "2028-02-29T00:00:00Z",
		"cron(5,35 9-17 ? * sat *)":   "2026-11-28T09:05:00Z",
		"cron(15 10 ? 1-3 wed,FRI *)": "2027-01-01T10:15:00Z",
	} {
		c, err := parseCadence(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := c.Next(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)).Format(time.RFC3339); got != want {
			t.Errorf("%s ticks at %s, want %s", expression, got, want)
		}
	}
}

func TestATickIsInUTCWhateverTheClocksZone(t *testing.T) {
	c, err := parseCadence("cron(0 3 * * ? *)")
	if err != nil {
		t.Fatal(err)
	}
	sydney := time.FixedZone("Sydney", 11*60*60)
	if got := c.Next(time.Date(2026, 11, 22, 12, 0, 0, 0, sydney)); !got.Equal(time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("the tick is at %v", got)
	}
}

func TestASchedulesMistakesAreNamed(t *testing.T) {
	for expression, want := range map[string]string{
		"":                           "want rate(…) or cron(…)",
		"every day":                  "want rate(…) or cron(…)",
		"at(2026-11-22T12:00:00)":    "want rate(…) or cron(…)",
		"rate(5 minutes":             "want rate(…) or cron(…)",
		"rate(0 minutes)":            "rate(n minutes)",
		"rate(-5 minutes)":           "rate(n minutes)",
		"rate(1 minutes)":            "rate(n minutes)",
		"rate(5 minute)":             "rate(n minutes)",
		"rate(5 weeks)":              "rate(n minutes)",
		"rate(5)":                    "rate(n minutes)",
		"rate(9999999999999 days)":   "rate(n minutes)",
		"cron(0 3 * * ?)":            "six fields",
		"cron(0 3 * * ? 2026)":       "the year",
		"cron(0 3 * * * *)":          "is ?, and not both",
		"cron(0 3 ? * ? *)":          "is ?, and not both",
		"cron(0 3 1 * MON *)":        "is ?, and not both",
		"cron(0 3 ? * 2 *)":          "weekdays by name",
		"cron(0 3 ? * MON#1 *)":      "weekdays by name",
		"cron(0 3 L * ? *)":          "L",
		"cron(61 3 * * ? *)":         "61",
		"cron(0 0 31 FEB ? *)":       "no such day",
		"cron(0 25 * * ? *)":         "25",
		"cron(0 3 * SMARCH ? *)":     "SMARCH",
		"cron(TZ=x 0 3 * * ? *)":     "six fields",
		"cron(@daily 3 * * ? *)":     "@daily",
		"rate(1 minute) rate(1 day)": "rate(n minutes)",
	} {
		c, err := parseCadence(expression)
		if err == nil {
			t.Errorf("%s is accepted: %v", expression, c)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want it to say %q", expression, err, want)
		}
	}
}
