package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// snapshot is all items of a folder at one moment.
type snapshot map[table.Key]table.Item

// difference is what became of a folder between two snapshots.
type difference struct {
	written []table.Item // new or changed
	removed int
}

// paused kills Winback, looks into its folder, and starts it again with its usage at zero.
func (i *installation) paused() snapshot {
	i.Helper()
	i.winback.kill()
	items := snapshot{}
	db, err := pebbledb.Open(pebbledb.Options{Dir: i.folder})
	i.must(err)
	i.must(pebbletable.New(db, time.Now).Each(i.Context(), "", func(item table.Item) error {
		items[item.Key] = item
		return nil
	}))
	i.must(db.Close())
	i.start()
	return items
}

func (s snapshot) since(earlier snapshot) (d difference) {
	for key, item := range s {
		if before, ok := earlier[key]; !ok || !cmp.Equal(before, item) {
			d.written = append(d.written, item)
		}
	}
	for key := range earlier {
		if _, ok := s[key]; !ok {
			d.removed++
		}
	}
	return d
}

// leastUnits is the least that anybody could have paid for the difference: each item written once, alone, and no read.
func (d difference) leastUnits() float64 {
	units := d.removed
	for _, item := range d.written {
		units += (item.Size() + 1023) / 1024
	}
	return float64(units)
}

// usage is what Winback's table has cost since its process began.
func (i *installation) usage() (u table.Usage) {
	i.Helper()
	i.must(i.local.get(i.Context(), "/_local/usage", &u))
	return u
}

// calls is how often Winback has called its queues and the partner.
type calls struct {
	queue   queue.Usage // since Winback's process began
	partner int64       // since the simulator's process began
}

func (i *installation) calls() (c calls) {
	i.Helper()
	var used struct{ Queue queue.Usage }
	i.must(i.local.get(i.Context(), "/_local/usage", &used))
	var log struct{ Calls map[string]map[string]int64 }
	i.must(i.partner.get(i.Context(), "/_sim/calls", &log))
	c.queue = used.Queue
	for _, statuses := range log.Calls {
		for _, n := range statuses {
			c.partner += n
		}
	}
	return c
}

// countCalls reports the calls of 1,000 operations, beside the least that they take.
func countCalls(b *testing.B, before, after calls, leastQueue, leastPartner float64) {
	per1000 := func(n float64) float64 { return 1000 * n / float64(b.N) }
	b.ReportMetric(per1000(float64(after.queue.Calls()-before.queue.Calls())), "queue-calls/1000")
	b.ReportMetric(per1000(leastQueue), "least-queue-calls/1000")
	b.ReportMetric(per1000(float64(after.partner-before.partner)), "partner-calls/1000")
	b.ReportMetric(per1000(leastPartner), "least-partner-calls/1000")
}

// costs reports what an operation has cost in DynamoDB's request units, beside the least. The process looks for what is
// due all the time, so reads have a little more than the operations caused.
func costs(b *testing.B, spent table.Usage, d difference) {
	per := func(n float64) float64 { return n / float64(b.N) }
	b.ReportMetric(per(spent.WriteUnits), "write-units/op")
	b.ReportMetric(per(d.leastUnits()), "least-write-units/op")
	b.ReportMetric(per(spent.ReadUnits), "read-units/op")
}
