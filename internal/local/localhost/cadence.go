package localhost

import (
	"fmt"
	"math"
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
// year). What EventBridge refuses is refused. So is what the two worlds read differently: weekdays by number, and years
// other than every year (*).
func parseCadence(expression string) (cadence, error) {
	kind, inner, ok := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	if !ok || !strings.HasSuffix(expression, ")") {
		return nil, fmt.Errorf("schedule %q: want rate(…) or cron(…)", expression)
	}
	var c cadence
	var err error
	switch kind {
	case "rate":
		c, err = parseRate(inner)
	case "cron":
		c, err = parseCron(strings.Fields(inner))
	default:
		err = fmt.Errorf("want rate(…) or cron(…)")
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", expression, err)
	}
	return c, nil
}

func parseCron(fields []string) (cadence, error) {
	if len(fields) != 6 || fields[5] != "*" {
		return nil, fmt.Errorf("want six fields, the last one (the year) *")
	}
	day, weekday := fields[2], fields[4]
	if (day == "?") == (weekday == "?") {
		return nil, fmt.Errorf("either the day of the month or the weekday is ?, and not both")
	}
	if strings.ContainsAny(weekday, "0123456789") {
		return nil, fmt.Errorf("write weekdays by name")
	}
	schedule, err := cron.ParseStandard("CRON_TZ=UTC " + strings.Join(fields[:5], " "))
	if err != nil {
		return nil, err
	}
	if schedule.Next(time.Unix(0, 0)).IsZero() {
		return nil, fmt.Errorf("there is no such day")
	}
	return schedule, nil
}

// every ticks at multiples of itself since the start of time.
type every time.Duration

func (e every) Next(after time.Time) time.Time {
	return after.UTC().Truncate(time.Duration(e)).Add(time.Duration(e))
}

func parseRate(text string) (cadence, error) {
	count, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	singular, plural := strings.CutSuffix(unit, "s")
	length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[singular]
	if err != nil || n < 1 || length == 0 || plural != (n > 1) || n > int(math.MaxInt64/length) {
		return nil, fmt.Errorf("want rate(1 minute), rate(n minutes), and so on with hours and days")
	}
	return every(time.Duration(n) * length), nil
}
