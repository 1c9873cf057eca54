package company

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// breaker is what is known about a connection whose partner fails: how often in a row, and until when it is left alone. A
// connection whose partner answers has none. Workers share it by the table, so it holds for all of them.
//
// It is closed, and calls go through, until failsToOpen calls in a row have failed or one was refused for its key. Then it
// is open, and no call is made until a time. After that one call is let through as a probe: its end closes the breaker or
// opens it for longer. A probe whose end never comes, because its process died, lets go after probeLease.
type breaker struct {
	Connection int64     `json:"connection"` // the version of the connection that failed: about a changed one this says nothing
	Fails      int       `json:"fails"`      // in a row
	Opened     int       `json:"opened,omitempty"`
	Refused    bool      `json:"refused,omitempty"` // the last failure was a refused key
	Since      time.Time `json:"since"`             // of the first failure
	Until      time.Time `json:"until,omitzero"`    // open until then; zero: closed
	Probe      string    `json:"probe,omitempty"`   // the call that is let through
	Lease      time.Time `json:"lease,omitzero"`    // until when it counts
	Problem    string    `json:"problem"`           // of the last failure, for a dealer
}

// How long a partner is left alone, on the application clock.
const (
	failsToOpen  = 10
	firstPause   = 30 * time.Second // doubles with every probe that fails
	longestPause = 15 * time.Minute
	firstRefused = 5 * time.Minute // after a refused key; doubles, too
	lastRefused  = time.Hour
	probeLease   = 45 * time.Second // longer than a call lives
)

// maxProblem bounds what is kept of a failure's text, in bytes.
const maxProblem = 600

// held is how long no call is to be made; 0: one may be.
func (b breaker) held(now time.Time) time.Duration {
	return max(b.Until.Sub(now), b.Lease.Sub(now), 0)
}

// halfOpen reports whether the next call is a probe.
func (b breaker) halfOpen() bool { return !b.Until.IsZero() }

// probing lets one call through.
func (b breaker) probing(probe string, now time.Time) breaker {
	b.Probe, b.Lease = probe, now.Add(probeLease)
	return b
}

// released lets the next call be the probe, where one has ended without saying anything about the partner.
func (b breaker) released() breaker {
	b.Probe, b.Lease = "", time.Time{}
	return b
}

// failed takes in the failure of a call. A call that began before the breaker opened and ends after it changes nothing,
// but for a refused key, which is another matter than a partner that does not answer.
func (b breaker) failed(cause error, probe string, now time.Time) breaker {
	refused := errs.Is(cause, errs.Forbidden)
	if b.halfOpen() && b.Probe != probe && (!refused || b.Refused) {
		return b
	}
	if b.Since.IsZero() {
		b.Since = now.UTC()
	}
	if refused != b.Refused {
		b.Refused, b.Opened = refused, 0
	}
	b.Fails++
	b.Problem = errs.Text(cause)
	if len(b.Problem) > maxProblem {
		b.Problem = strings.ToValidUTF8(b.Problem[:maxProblem], "")
	}
	if !refused && !b.halfOpen() && b.Fails < failsToOpen {
		return b
	}
	pause := doubled(firstPause, longestPause, b.Opened)
	if refused {
		pause = doubled(firstRefused, lastRefused, b.Opened)
	}
	b.Opened++
	b.Until = now.Add(max(pause, min(errs.RetryAfter(cause), longestPause))).UTC()
	return b.released()
}

// doubled is the n-th pause, from 0.
func doubled(first, longest time.Duration, n int) time.Duration {
	return min(first<<min(n, 20), longest)
}

// counts reports whether an error of a call says that the partner fails. Any other answer, even a no, says that it is there.
func counts(err error) bool {
	return errs.Is(err, errs.TooMany) || errs.Is(err, errs.Unavailable) || errs.Is(err, errs.Forbidden)
}

// HealthState says how a partner answers.
type HealthState string

// The states of a partner.
const (
	HealthOK      HealthState = "ok"
	HealthSlow    HealthState = "slow"    // it does not answer, or asks us to slow down, again and again
	HealthRefused HealthState = "refused" // it does not accept the key for what we ask
)

// Health is how the partner answers over a connection.
type Health struct {
	State   HealthState `json:"state" enum:"ok,slow,refused" doc:"Whether the partner answers: it does; it does not, or asks us to slow down, again and again; it refuses the key. While it is not ok, vehicles wait and nothing is lost."`
	Since   time.Time   `json:"since,omitzero" doc:"When that began."`
	NextTry time.Time   `json:"nextTry,omitzero" doc:"When the partner is called again at the earliest. A successful test of the connection ends the wait at once, and so does a change of the key."`
	Problem string      `json:"problem,omitempty" doc:"What the last call failed with."`
}

// health is the breaker as people see it.
func (b breaker) health(now time.Time) Health {
	if !b.halfOpen() {
		return Health{State: HealthOK}
	}
	seen := Health{State: HealthSlow, Since: b.Since, Problem: b.Problem}
	if b.Refused {
		seen.State = HealthRefused
	}
	if b.Until.After(now) {
		seen.NextTry = b.Until
	}
	return seen
}
