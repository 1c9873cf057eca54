package lead

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// kept keeps what it is sent.
type kept struct{ bodies [][]byte }

func (k *kept) Send(_ context.Context, messages []queue.Outgoing) error {
	for _, m := range messages {
		k.bodies = append(k.bodies, m.Body)
	}
	return nil
}

func (*kept) Delay(context.Context, string, string, time.Duration) error { return nil }

// BenchmarkTick is one tick of the sweeper, with the care that it leads to, over as many open leads as there are operations,
// of which ten are due (make bench: 100000x). It reports what the tick took and how many items it read in all.
func BenchmarkTick(b *testing.B) {
	const due = 10
	o, co, sent := openFloor(b, 1000), ident.Trusted("harbour"), new(kept)
	now := func() time.Time { return floorNoon }
	d := app.Deps{Table: o.table, Access: access.NewDirectory(o.table, now), Queue: sent, Now: now, Log: slog.New(slog.DiscardHandler)}
	o.must(o.table.Write(b.Context(), settings.Create(settingsKey(co), Settings{Remind: &Reminding{After: "7d", Times: 1}})))
	for part := range slices.Chunk(make([]struct{}, b.N), table.MaxOps/2) {
		var ops []table.Op
		for range part {
			n := len(sent.bodies)
			sent.bodies = append(sent.bodies, nil)
			at := floorNoon.Add(time.Duration(n+1) * time.Minute)
			if n < due {
				at = floorNoon
			}
			l := Lead{ID: ID(fmt.Sprintf("open%06d", n)), Customer: "c", CustomerName: "Ann Lee", Yard: "yard00", User: "user00", Status: Open, CreatedAt: at.Add(-7 * 24 * time.Hour)}
			held := table.Record[vigil]{Value: vigil{Since: l.CreatedAt, Next: at}}
			ops = append(ops, leads.Create(key(co, l.ID), l), keep(co, l.ID, held))
		}
		o.must(o.table.Write(b.Context(), ops...))
	}
	sent.bodies = nil
	var meter table.Meter
	ctx := table.WithMeter(b.Context(), &meter)
	b.ResetTimer()
	begun := time.Now()
	o.must(app.Sweep.Every.Handle(ctx, app.Grant(d, app.Sweep)))
	for _, body := range slices.Clone(sent.bodies) {
		o.must(Care.Consumes.Handle(ctx, app.Grant(d, Care), body))
	}
	b.StopTimer()
	if n := len(sent.bodies); n < min(due, b.N) {
		b.Errorf("%d messages", n)
	}
	b.ReportMetric(float64(time.Since(begun).Microseconds())/1000, "tick-ms")
	b.ReportMetric(float64(meter.Usage().Items), "items/tick")
}
