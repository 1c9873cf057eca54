package dynamotable

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// What the SDK leaves to the driver is tried this often.
const (
	tries      = 8
	firstPause = 25 * time.Millisecond // doubles
	maxPause   = time.Second
)

// pause waits, or returns the context's error when that ends first. Tests replace it.
type pause func(ctx context.Context, wait time.Duration) error

func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// repeat calls try until it is done or fails, at most tries times. Between them it waits a random part of a doubling time, so that
// writers who met do not meet again. After the last one the error is TooMany.
func (d *Driver) repeat(ctx context.Context, try func() (done bool, err error)) error {
	wait := firstPause
	for n := range tries {
		if n > 0 {
			if err := d.pause(ctx, rand.N(wait)); err != nil {
				return err
			}
			wait = min(2*wait, maxPause)
		}
		if done, err := try(); done || err != nil {
			return err
		}
	}
	return errs.E(errs.TooMany, "the store is busy, try again in a moment")
}
