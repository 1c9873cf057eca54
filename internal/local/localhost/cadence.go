package localhost

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cadence says when a schedule ticks.
type cadence interface {
	// Next is the first tick after an instant.
	Next(after time.Time) time.Time
}

// parseCadence reads a schedule as EventBridge writes it, in UTC: rate(5 minutes) or cron(minute hour day month weekday
// year), the latter with every year (*) and weekdays by name, whose numbers differ between the worlds.
func parseCadence(expression string) (cadence, error) {
	if inner, ok := strings.CutPrefix(expression, "rate("); ok {
		return parseRate(strings.TrimSuffix(inner, ")"), expression)
	}
	inner, ok := strings.CutPrefix(expression, "cron(")
	fields := strings.Fields(strings.TrimSuffix(inner, ")"))
	if !ok || len(fields) != 6 || fields[5] != "*" {
		return nil, fmt.Errorf("schedule %q: want rate(n unit) or cron() with six fields, the year *", expression)
	}
	if strings.ContainsAny(fields[4], "01234567") {
		return nil, fmt.Errorf("schedule %q: write weekdays by name", expression)
	}
	schedule, err := cron.ParseStandard("CRON_TZ=UTC " + strings.Join(fields[:5], " "))
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expression, err)
	}
	return schedule, nil
}

// every ticks at multiples of itself since the start of time.
type every time.Duration

func (e every) Next(after time.Time) time.Time {
	return after.UTC().Truncate(time.Duration(e)).Add(time.Duration(e))
}

func parseRate(text, expression string) (cadence, error) {
	count, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	if err != nil || n < 1 || length == 0 {
		return nil, fmt.Errorf("schedule %q: want rate(n minutes), rate(n hours) or rate(n days)", expression)
	}
	return every(time.Duration(n) * length), nil
}
