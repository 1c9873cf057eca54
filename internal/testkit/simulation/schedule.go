package simulation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
)

// schedule is a function that runs again and again.
type schedule struct {
	fn    *function
	at    time.Time // of the next tick
	every time.Duration
	ticks int
}

// newSchedule reads rate(n unit) and the daily form of cron; what it cannot read is a panic, for a test to learn of it.
func newSchedule(fn *function, now time.Time) *schedule {
	expression := fn.Every.Expression
	kind, inner, _ := strings.Cut(strings.TrimSuffix(expression, ")"), "(")
	fields := strings.Fields(inner)
	switch {
	case kind == "rate" && len(fields) == 2:
		n, err := strconv.Atoi(fields[0])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(fields[1], "s")]
		if err == nil && n > 0 && unit > 0 {
			every := time.Duration(n) * unit
			return &schedule{fn: fn, at: now.Truncate(every).Add(every), every: every}
		}
	case kind == "cron" && len(fields) == 6:
		minute, badMinute := strconv.Atoi(fields[0])
		hour, badHour := strconv.Atoi(fields[1])
		if badMinute == nil && strings.HasPrefix(fields[1], "*") {
			at := now.Truncate(time.Hour).Add(time.Duration(minute) * time.Minute)
			return &schedule{fn: fn, at: at.Add(time.Hour), every: time.Hour}
		}
		if badMinute == nil && badHour == nil {
			at := now.Truncate(24 * time.Hour).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
			if !at.After(now) {
				at = at.Add(24 * time.Hour)
			}
			return &schedule{fn: fn, at: at, every: 24 * time.Hour}
		}
	}
	panic(fmt.Sprintf("simulation: the schedule %s of %s", expression, fn.Name))
}

// nextTick is the schedule whose turn is next.
func (w *World) nextTick() (next *schedule) {
	for _, s := range w.schedules {
		if next == nil || s.at.Before(next.at) {
			next = s
		}
	}
	return next
}

// tick fires a schedule; some ticks are lost and some come twice.
func (w *World) tick(s *schedule) {
	s.ticks++
	at := s.at
	s.at = s.at.Add(s.every)
	times := 1
	if w.Odds != (Odds{}) {
		switch w.Dice.IntN(20) {
		case 0:
			times = 0
		case 1:
			times = 2
		}
	}
	for range times {
		payload, err := event.EncodeBridge(event.Tick(fmt.Sprintf("%s-%d", s.fn.Name, s.ticks), at))
		if err != nil {
			panic(err)
		}
		w.invoke(s.fn, payload, func([]byte, error) {})
	}
}

// skip leaves out the ticks of every minute that would find nothing to do before an instant.
func (w *World) skip(until time.Time) {
	for _, s := range w.schedules {
		if s.every <= time.Minute && s.at.Before(until) {
			s.at = until.Truncate(s.every)
			if s.at.Before(until) {
				s.at = s.at.Add(s.every)
			}
		}
	}
}
