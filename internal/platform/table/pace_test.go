package table_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/metric"
	"github.com/winback-auto/winback/internal/platform/metric/metrictest"
	"github.com/winback-auto/winback/internal/platform/table"
)

// instants notes when how many units went to which partition.
type instants struct {
	table.Driver
	mu    sync.Mutex
	began time.Time
	at    map[string][]time.Duration // of each unit
}

func (i *instants) Write(_ context.Context, ops []table.Op) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, op := range ops {
		i.at[op.Item.Partition] = append(i.at[op.Item.Partition], time.Since(i.began))
	}
	return nil
}

func (i *instants) Load(ctx context.Context, ops []table.Op) error { return i.Write(ctx, ops) }

func newInstants() *instants { return &instants{began: time.Now(), at: map[string][]time.Duration{}} }

// most is the most units of a partition in any one second.
func (i *instants) most(partition string) (most int) {
	all := i.at[partition]
	for first := range all {
		n := 0
		for _, at := range all[first:] {
			if at-all[first] < time.Second {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

func posting(partition string, n int) table.Op {
	return table.Posting(table.Key{Partition: partition, Sort: fmt.Sprintf("%06d", n)})
}

func TestNoSecondGetsMoreThanThePaceWhoeverWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newInstants()
		paced := table.Pace(driver, 50)
		var writers sync.WaitGroup
		for writer := range 8 {
			writers.Go(func() {
				var ops []table.Op
				for n := range 60 {
					ops = append(ops, posting("busy", 1000*writer+n), posting(fmt.Sprint("own ", writer), n))
				}
				if err := paced.Load(t.Context(), ops); err != nil {
					t.Error(err)
				}
				for n := range 10 {
					if err := paced.Write(t.Context(), []table.Op{posting("busy", 1000*writer+500+n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writers.Wait()
		if n := len(driver.at["busy"]); n != 8*70 {
			t.Errorf("%d of %d units were written", n, 8*70)
		}
		if most := driver.most("busy"); most > 50 || most < 40 {
			t.Errorf("a second has %d units, want nearly 50 and no more", most)
		}
		if most := driver.most("own 3"); most == 0 || most > 50 {
			t.Errorf("a second has %d units of a key of its own", most)
		}
		if took := time.Since(driver.began); took < 10*time.Second || took > 15*time.Second {
			t.Errorf("560 units at 50 a second took %v", took)
		}
	})
}

func TestATransactionCountsTwiceAndWhatIsTooLargeForASecondHasOneToItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newInstants()
		paced := table.Pace(driver, 10)
		var large []table.Op
		for n := range 20 {
			large = append(large, posting("busy", n))
		}
		for _, ops := range [][]table.Op{large[:2], large[2:5], large} {
			if err := paced.Write(t.Context(), ops); err != nil {
				t.Fatal(err)
			}
		}
		// Two and three at double price fill the first second; twenty never fit.
		if at := driver.at["busy"]; len(at) != 25 || at[4] >= time.Second || at[5] < time.Second {
			t.Errorf("written at %v", at)
		}
	})
}

func TestAWriteThatCannotBeginInTimeIsRefusedAtOnceAndWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		driver := newInstants()
		paced := table.Pace(driver, 10)
		ctx, cancel := context.WithTimeout(metric.Collect(t.Context(), "", "recapture-submit"), 2500*time.Millisecond)
		defer cancel()
		var ops []table.Op
		for n := range 40 {
			ops = append(ops, posting("busy", n))
		}
		err := paced.Load(ctx, ops)
		if !errs.Is(err, errs.Unavailable) || errs.RetryAfter(err) <= 0 || ctx.Err() != nil {
			t.Errorf("got %v with a wait of %v", err, errs.RetryAfter(err))
		}
		if n := len(driver.at["busy"]); n != 30 {
			t.Errorf("%d units are written, want those of three seconds", n)
		}
		if counted, err := metrictest.Counted(ctx); err != nil || counted["WritesThrottled"] != 1 {
			t.Errorf("counted %v, %v", counted, err)
		}
		if err := paced.Load(t.Context(), ops); err != nil || len(driver.at["busy"]) != 70 {
			t.Errorf("%v; %d units are written in the end", err, len(driver.at["busy"]))
		}
	})
}

func TestTheMeterKnowsTheBusiestSecondOfTheBusiestKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, driver := record(t)
		var meter table.PeakMeter
		tbl := table.New(meter.Around(driver), func() time.Time { return noon }, func() string { return "id" })
		for second, n := range []int{3, 12, 7} {
			var ops []table.Op
			for k := range n {
				ops = append(ops, posting("busy", 100*second+k), posting(fmt.Sprint("quiet ", k), second))
			}
			if err := tbl.Load(t.Context(), ops...); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		if peak := meter.Peak(); peak != 12 {
			t.Errorf("the peak is %v", peak)
		}
		if err := tbl.Write(t.Context(), notes.Create(at("a"), note{}), notes.Create(at("b"), note{}), notes.Create(at("c"), note{}),
			notes.Create(at("d"), note{}), notes.Create(at("e"), note{}), notes.Create(at("f"), note{}), notes.Create(at("g"), note{})); err != nil {
			t.Fatal(err)
		}
		if peak := meter.Peak(); peak != 14 {
			t.Errorf("a transaction costs double: the peak is %v", peak)
		}
	})
}
