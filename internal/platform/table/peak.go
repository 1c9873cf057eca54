package table

import (
	"context"
	"sync"
	"time"
)

// PeakMeter measures how busy the busiest partition key is. The zero value is ready; it is safe for concurrent use.
type PeakMeter struct {
	mu      sync.Mutex
	windows windows
	peak    float64
}

// Peak is the most write units that one partition key got in any one second of the wall clock so far, to a twentieth of a
// second, rounded up. DynamoDB takes about 1,000.
func (m *PeakMeter) Peak() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.peak
}

// Around is a driver whose writes are measured when they reach it, which below a Pace is later than they were made.
func (m *PeakMeter) Around(driver Driver) Driver { return measured{driver, m} }

type measured struct {
	Driver
	meter *PeakMeter
}

func (d measured) Write(ctx context.Context, ops []Op) error {
	d.meter.count(ops, len(ops) > 1)
	return d.Driver.Write(ctx, ops)
}

func (d measured) Load(ctx context.Context, ops []Op) error {
	d.meter.count(ops, false)
	return d.Driver.Load(ctx, ops)
}

func (m *PeakMeter) count(ops []Op, transaction bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := slotOf(time.Now())
	spend(ops, transaction, func(partition string, units float64) {
		m.peak = max(m.peak, m.windows.of(partition, now).add(now, units))
	})
}
