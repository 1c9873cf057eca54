package table

import (
	"context"
	"math"
	"sync"
)

// Usage is what calls cost, in DynamoDB's on-demand request units.
type Usage struct {
	Calls      int
	ReadUnits  float64 // 4 kB each, strongly consistent
	WriteUnits float64 // 1 kB each; double inside a transaction
	Items      int     // items that queries and batch gets read
}

// Sub is the usage since an earlier one.
func (u Usage) Sub(earlier Usage) Usage {
	return Usage{u.Calls - earlier.Calls, u.ReadUnits - earlier.ReadUnits, u.WriteUnits - earlier.WriteUnits, u.Items - earlier.Items}
}

// Meter adds up usage. The zero value is ready; it is safe for concurrent use.
type Meter struct {
	mu  sync.Mutex
	sum Usage
}

// Usage is the sum so far.
func (m *Meter) Usage() Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sum
}

func (m *Meter) add(u Usage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sum.Calls += u.Calls
	m.sum.ReadUnits += u.ReadUnits
	m.sum.WriteUnits += u.WriteUnits
	m.sum.Items += u.Items
}

type meterKey struct{}

// WithMeter makes every call under the context count into the meter, too: what one request or one test costs.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func (t *Table) count(ctx context.Context, u Usage) {
	t.meter.add(u)
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.add(u)
	}
}

func readUnits(size int) float64 { return math.Max(1, math.Ceil(float64(size)/4096)) }

func writeUnits(size int) float64 { return math.Max(1, math.Ceil(float64(size)/1024)) }

// writeCost counts a failed write, too: DynamoDB charges for refused conditions. An item in the due index is written twice.
func writeCost(ops []Op) Usage {
	usage := Usage{Calls: 1}
	spend(ops, len(ops) > 1, func(_ string, units float64) { usage.WriteUnits += units })
	return usage
}

func loadCost(ops []Op) Usage {
	usage := Usage{Calls: (len(ops) + 24) / 25}
	spend(ops, false, func(_ string, units float64) { usage.WriteUnits += units })
	return usage
}
