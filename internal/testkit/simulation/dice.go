package simulation

import (
	"math/rand/v2"
	"time"
)

// Odds say how bad the world is. The zero Odds are a world in which all goes well.
type Odds struct {
	Fault     float64 // of a call of a port; with and without effect
	Lost      float64 // further, of an upload to the partner, of which there are few; with and without effect
	Duplicate float64 // of a message, a push or an event coming a second time
	Crash     float64 // of an invocation being killed at one of its calls
}

// Dice decide what is left to chance, all from one seed.
type Dice struct{ *rand.Rand }

// Chance is true in p of all cases.
func (d Dice) Chance(p float64) bool { return p > 0 && d.Float64() < p }

// Within is a time from 0 to most.
func (d Dice) Within(most time.Duration) time.Duration {
	return time.Duration(d.Int64N(int64(most) + 1))
}

// latency of a call: mostly milliseconds, sometimes seconds.
func (w *World) latency() time.Duration {
	if w.Odds == (Odds{}) {
		return 5 * time.Millisecond
	}
	switch n := w.Dice.IntN(1000); {
	case n < 2:
		return time.Second + w.Dice.Within(10*time.Second)
	case n < 30:
		return 25*time.Millisecond + w.Dice.Within(400*time.Millisecond)
	}
	return time.Millisecond + w.Dice.Within(24*time.Millisecond)
}

// delivery is how long a message or event is under way: mostly seconds, sometimes minutes, so that it overtakes others.
func (w *World) delivery() time.Duration {
	if w.Odds == (Odds{}) {
		return 10 * time.Millisecond
	}
	if w.Dice.IntN(20) == 0 {
		return w.Dice.Within(5 * time.Minute)
	}
	return w.Dice.Within(2 * time.Second)
}
