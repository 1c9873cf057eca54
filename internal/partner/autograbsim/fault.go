package autograbsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// faults are the switches of POST /_sim/faults. A rate is the share, 0 to 1, of calls or pushes that it befalls. A request
// sets all of them: what it does not name is off.
type faults struct {
	Rate429      float64  `json:"rate429"`      // calls refused with 429, nothing done
	Rate500      float64  `json:"rate500"`      // calls refused with 500, nothing done
	Rate403      float64  `json:"rate403"`      // calls refused with 403, as if the key had lost its licence
	Ambiguous500 float64  `json:"ambiguous500"` // changing calls that are done, then answered with 500 or a dropped connection
	Delay        duration `json:"delay"`        // added to the time between a sighting and its push
	Duplicate    float64  `json:"duplicate"`    // pushes sent twice
	Reorder      float64  `json:"reorder"`      // pushes held back for up to 10 seconds, so that later ones overtake them
	Drop         float64  `json:"drop"`         // pushes never sent
	WrongToken   float64  `json:"wrongToken"`   // attempts of pushes that go to the webhook's path with its end changed
	Seed         uint64   `json:"seed"`         // of the dice; they start anew with every set and every process
}

func (f faults) check() error {
	for name, rate := range map[string]float64{
		"rate429": f.Rate429, "rate500": f.Rate500, "rate403": f.Rate403, "ambiguous500": f.Ambiguous500,
		"duplicate": f.Duplicate, "reorder": f.Reorder, "drop": f.Drop, "wrongToken": f.WrongToken,
	} {
		if !(rate >= 0 && rate <= 1) {
			return fmt.Errorf("%s is a rate from 0 to 1", name)
		}
	}
	if f.Delay < 0 {
		return errors.New("delay is not negative")
	}
	return nil
}

// duration is a time.Duration that travels as text, for example 1m30s.
type duration time.Duration

func (d duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

func (d *duration) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("delay is a duration such as 1m30s")
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return errors.New("delay is a duration such as 1m30s")
	}
	*d = duration(parsed)
	return nil
}

// What befell a call.
const (
	faultNone      = ""
	fault429       = "rate429"
	fault500       = "rate500"
	fault403       = "rate403"
	faultAmbiguous = "ambiguous500"
	faultLost      = "ambiguous500, connection dropped"
)

// maxHold is how long a reordered push is held back at most.
const maxHold = 10 * time.Second

// dice decide by the switches, the same way for the same seed and order of questions.
type dice struct {
	mu  sync.Mutex
	set faults
	rng *rand.Rand
}

func (d *dice) load(set faults) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set, d.rng = set, rand.New(rand.NewPCG(set.Seed, set.Seed))
}

func (d *dice) switches() faults {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.set
}

// roll throws only where a switch is on, so that one switch does not disturb the sequence of another that is used alone.
func (d *dice) roll(rate float64) bool { return rate > 0 && d.rng.Float64() < rate }

// fault says what befalls a call.
func (d *dice) fault(changing bool) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.roll(d.set.Rate429):
		return fault429
	case d.roll(d.set.Rate500):
		return fault500
	case d.roll(d.set.Rate403):
		return fault403
	case changing && d.roll(d.set.Ambiguous500):
		if d.roll(0.5) {
			return faultLost
		}
		return faultAmbiguous
	}
	return faultNone
}

// fate says when the copies of a push are sent, counted from its sighting: none for a dropped one.
func (d *dice) fate() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.roll(d.set.Drop) {
		return nil
	}
	wait := time.Duration(d.set.Delay)
	if d.roll(d.set.Reorder) {
		wait += time.Duration((1 - d.rng.Float64()) * float64(maxHold))
	}
	if d.roll(d.set.Duplicate) {
		return []time.Duration{wait, wait}
	}
	return []time.Duration{wait}
}

func (d *dice) wrongToken() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.roll(d.set.WrongToken)
}
