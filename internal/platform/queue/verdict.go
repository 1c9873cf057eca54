package queue

import (
	"errors"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Fate is what becomes of a message after its consumer has run.
type Fate uint8

// The fates.
const (
	Done    Fate = iota // success: delete it
	Dropped             // pointless for ever: delete it and log why
	Delayed             // hand it back, visible again after the wait
	Retried             // hand it back; the receive count limits it
)

// Verdict is a fate with its wait.
type Verdict struct {
	Fate Fate
	Wait time.Duration // for Delayed
}

type verdictError struct {
	error
	verdict Verdict
}

func (e verdictError) Unwrap() error { return e.error }

// Drop makes an error that ends the message: it can never succeed.
func Drop(cause error) error { return said(cause, Verdict{Fate: Dropped}) }

// Delay makes an error that hands the message back for a while, at most MaxDelay.
func Delay(wait time.Duration, cause error) error {
	return said(cause, Verdict{Delayed, min(max(wait, 0), MaxDelay)})
}

func said(cause error, verdict Verdict) error {
	if cause == nil {
		cause = errors.New("the consumer gave no reason")
	}
	return verdictError{cause, verdict}
}

// firstWait is the delay after the first Unavailable or TooMany without a wait of its own; it doubles with each receive.
const firstWait = 5 * time.Second

// Judge turns a consumer's error into the fate of the message it was received with for the n-th time: what the consumer said
// (Drop, Delay), else by kind: Invalid, NotFound and Gone are pointless, Unavailable and TooMany wait, the rest is retried.
func Judge(err error, receives int) Verdict {
	var own verdictError
	switch {
	case err == nil:
		return Verdict{Fate: Done}
	case errors.As(err, &own):
		return own.verdict
	}
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Gone, errs.TooLarge:
		return Verdict{Fate: Dropped}
	case errs.Unavailable, errs.TooMany:
		wait := errs.RetryAfter(err)
		if wait <= 0 {
			wait = firstWait << min(max(receives-1, 0), 8)
		}
		return Verdict{Delayed, min(wait, MaxDelay)}
	default:
		return Verdict{Fate: Retried}
	}
}
