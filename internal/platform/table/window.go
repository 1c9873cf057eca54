package table

import (
	"maps"
	"math"
	"time"
)

// A window is counted in slots of time. A second that begins within a slot touches one slot more than fit into it.
const (
	slot  = 50 * time.Millisecond
	slots = int64(time.Second/slot) + 1
)

// slotOf is the number of the slot that an instant of the wall clock lies in.
func slotOf(at time.Time) int64 { return at.UnixNano() / int64(slot) }

// window is what was written to one partition key, by slot, as far back as a second reaches.
type window struct {
	last  int64          // the latest slot with anything in it
	units [slots]float64 // by number of the slot, modulo slots
}

// until is the sum of a second that ends with the slot n, the latest one or later.
func (w *window) until(n int64) (sum float64) {
	for k := max(n-slots+1, w.last-slots+1, 0); k <= w.last; k++ {
		sum += w.units[k%slots]
	}
	return sum
}

// add counts units in the slot n, or in the latest one where the clock has gone back, and returns the sum of its second.
func (w *window) add(n int64, units float64) float64 {
	n = max(n, w.last)
	for k := max(w.last+1, n-slots+1); k <= n; k++ {
		w.units[k%slots] = 0
	}
	w.last = n
	w.units[n%slots] += units
	return w.until(n)
}

// room is the first slot from n on in which units fit into a second of at most so many. More than fit into any second have
// one to themselves.
func (w *window) room(n int64, units, most float64) int64 {
	n = max(n, w.last)
	for sum := w.until(n); sum > 0 && sum+units > most; sum = w.until(n) {
		n++
	}
	return n
}

// windows are those of the partition keys that were written within about a second. Older ones are forgotten, so memory is
// bounded by what can be written in two.
type windows struct {
	by    map[string]*window
	swept int64
}

func (w *windows) of(partition string, now int64) *window {
	if w.by == nil {
		w.by = map[string]*window{}
	}
	if now > w.swept+slots {
		maps.DeleteFunc(w.by, func(_ string, one *window) bool { return one.last+slots <= now })
		w.swept = now
	}
	one := w.by[partition]
	if one == nil {
		one = &window{last: math.MinInt64 / 2}
		w.by[partition] = one
	}
	return one
}

// spend tells what ops cost, in write units, by partition key. The due index has partition keys of its own; what the
// entry of an item costs that leaves the index is not known here.
func spend(ops []Op, transaction bool, each func(partition string, units float64)) {
	for i := range ops {
		item := &ops[i].Item
		units := writeUnits(item.Size())
		if transaction {
			units *= 2
		}
		each(item.Partition, units)
		if item.Due.Partition != "" {
			each(item.Due.Partition, 1)
		}
	}
}
