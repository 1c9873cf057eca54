package lead

import (
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/testkit/listbench"
)

// BenchmarkTick is one tick of the sweeper, with the care that it leads to, over as many open leads as there are operations,
// of which ten are due (make bench: 100000x). It reports what the tick took and how many items it read in all.
func BenchmarkTick(b *testing.B) {
	const due = 10
	o, co, sent := openFloor(b, 1000), listbench.Harbour, new(dealership.Queue)
	d := o.Deps
	d.Queue = sent
	d.Access = access.NewDirectory(d.Table, d.Now) // the manager's sign-in is not for the sweeper to know
	o.Must(d.Table.Write(b.Context(), settings.Create(settingsKey(co), Settings{Remind: &Reminding{After: "7d", Times: 1}})))
	for first := 0; first < b.N; first += table.MaxOps / 2 {
		var ops []table.Op
		for n := first; n < min(first+table.MaxOps/2, b.N); n++ {
			at := d.Now().Add(time.Duration(n+1) * time.Minute)
			if n < due {
				at = d.Now()
			}
			l := Lead{ID: ID(fmt.Sprintf("open%06d", n)), Customer: "c", CustomerName: "Ann Lee", Yard: "yard00", User: "user00", Status: Open, CreatedAt: at.Add(-7 * 24 * time.Hour)}
			held := table.Record[vigil]{Value: vigil{Since: l.CreatedAt, Next: at}}
			ops = append(ops, leads.Create(key(co, l.ID), l), keep(co, l.ID, held))
		}
		o.Must(d.Table.Write(b.Context(), ops...))
	}
	var meter table.Meter
	ctx := table.WithMeter(b.Context(), &meter)
	b.ResetTimer()
	begun := time.Now()
	o.Must(app.Sweep.Every.Handle(ctx, app.Grant(d, app.Sweep)))
	tasks := sent.Take(Care.Consumes.Topic)
	for _, body := range tasks {
		o.Must(Care.Consumes.Handle(ctx, app.Grant(d, Care), body))
	}
	b.StopTimer()
	if len(tasks) != min(due, b.N) {
		b.Errorf("the sweeper sent %d messages", len(tasks))
	}
	b.ReportMetric(float64(time.Since(begun).Microseconds())/1000, "tick-ms")
	b.ReportMetric(float64(meter.Usage().Items), "items/tick")
}
