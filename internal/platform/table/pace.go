package table

import (
	"context"
	"sync"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// Paced is a Driver that holds its writes back, so that no partition key gets more than so many write units in any one
// second, whatever its callers do. DynamoDB takes about 1,000 and throttles what is beyond; a pace is the share of one
// writer among many, who know nothing of each other.
//
// Writes of one partition key go in the order they came in. A write that could not begin before its context ends fails at
// once as Unavailable, with the wait; it has written nothing. A single write that costs more than the pace has a second
// to itself.
type Paced struct {
	Driver
	most float64

	mu      sync.Mutex
	windows windows
}

// Pace holds a driver to so many write units a second on each partition key.
func Pace(driver Driver, most int) *Paced { return &Paced{Driver: driver, most: float64(most)} }

// Write waits for its turn; see Driver.Write.
func (p *Paced) Write(ctx context.Context, ops []Op) error {
	spent := map[string]float64{}
	spend(ops, len(ops) > 1, func(partition string, units float64) { spent[partition] += units })
	if err := p.wait(ctx, spent); err != nil {
		return err
	}
	return p.Driver.Write(ctx, ops)
}

// pacedLoad is how many ops of a load go at once, at most.
const pacedLoad = 100

// Load writes part by part, each of which fits into a second; see Driver.Load.
func (p *Paced) Load(ctx context.Context, ops []Op) error {
	for len(ops) > 0 {
		n, spent := p.part(ops)
		if err := p.wait(ctx, spent); err != nil {
			return err
		}
		if err := p.Driver.Load(ctx, ops[:n]); err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

// part is how many ops from the first on fit into a second, at least one, and what they cost.
func (p *Paced) part(ops []Op) (n int, spent map[string]float64) {
	spent = map[string]float64{}
	for n < min(len(ops), pacedLoad) {
		fits := true
		spend(ops[n:n+1], false, func(partition string, units float64) { fits = fits && spent[partition]+units <= p.most })
		if n > 0 && !fits {
			break
		}
		spend(ops[n:n+1], false, func(partition string, units float64) { spent[partition] += units })
		n++
	}
	return n, spent
}

// wait returns when the units may be spent.
func (p *Paced) wait(ctx context.Context, spent map[string]float64) error {
	err := p.turn(ctx, spent)
	if err != nil {
		metric.Add(ctx, metric.WritesThrottled, 1)
	}
	return err
}

func (p *Paced) turn(ctx context.Context, spent map[string]float64) error {
	begin, err := p.book(ctx, spent)
	if err != nil {
		return err
	}
	wait := time.Until(begin)
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return errs.E(errs.Unavailable, "the store has no time for this write: %w", ctx.Err())
	}
}

// book takes the first slot that has room on every partition key, unless the context ends before it.
func (p *Paced) book(ctx context.Context, spent map[string]float64) (begin time.Time, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := slotOf(time.Now())
	at := now
	for partition, units := range spent {
		at = max(at, p.windows.of(partition, now).room(at, units, p.most))
	}
	begin = time.Unix(0, at*int64(slot))
	if deadline, limited := ctx.Deadline(); limited && begin.After(deadline) {
		return begin, errs.Later(errs.Unavailable, time.Until(begin), "the store has no time for this write; many others wait")
	}
	for partition, units := range spent {
		p.windows.of(partition, now).add(at, units)
	}
	return begin, nil
}
