package dynamosim

import (
	"math"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Request units on demand: 4 kB a read, half of that price where it need not be consistent; 1 kB a write; both double in a
// transaction. A refused condition is paid for as a write, and so is the check of one within a transaction.

func readUnits(size int, consistent bool) float64 {
	units := math.Max(1, math.Ceil(float64(size)/4096))
	if !consistent {
		units /= 2
	}
	return units
}

func writeUnits(size int) float64 { return math.Max(1, math.Ceil(float64(size)/1024)) }

// consumption is what one call has used of one table.
type consumption struct {
	table       string
	read, write float64
	index       float64 // writes in indexes
}

// capacity is asked for by ReturnConsumedCapacity.
type capacity struct{ ReturnConsumedCapacity string }

// report counts the units and returns them in the answer where the request wants them.
func (c capacity) report(r awssim.Request, into map[string]any, used consumption) map[string]any {
	r.Spend(awssim.ReadUnits, used.read)
	r.Spend(awssim.WriteUnits, used.write+used.index)
	if c.ReturnConsumedCapacity != "" && c.ReturnConsumedCapacity != "NONE" {
		into["ConsumedCapacity"] = used.wire()
	}
	return into
}

func (c consumption) wire() map[string]any {
	return map[string]any{
		"TableName": c.table, "CapacityUnits": c.read + c.write + c.index,
		"ReadCapacityUnits": c.read, "WriteCapacityUnits": c.write + c.index,
	}
}
