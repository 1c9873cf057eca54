package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/table"
)

// One operation of these benchmarks is one vehicle, so -benchtime 3000x uploads 3,000 of them and 1x is over at once. They
// print what the figures are made of (make bench); each bound is measured in the same run, on the same disk.

// BenchmarkUploadToActive takes vehicles from the upload of their list until the partner watches all of them. Winback and
// the simulator are processes of their own. The bounds: a simulator of its own that takes the same lists from nobody but
// a bare client, and the items that Winback has stored, written to an empty Pebble.
func BenchmarkUploadToActive(b *testing.B) {
	i := install(b)
	cars := newStock(b, b.N)
	before := i.paused()
	called := i.calls()
	endProfile := i.profile()
	worked := i.winback.cpu() + i.simulator.cpu()
	b.ResetTimer()
	begun := time.Now()
	i.activate(cars)
	took := time.Since(begun)
	b.StopTimer()
	worked = i.winback.cpu() + i.simulator.cpu() - worked
	endProfile()
	spent, peak := i.usage(), i.winback.peak()
	now := i.calls()
	stored := i.paused().since(before)
	b.ReportMetric(float64(b.N)/took.Seconds(), "vehicles/s")
	b.ReportMetric(float64(worked.Microseconds())/float64(b.N), "cpu-µs/vehicle")
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(float64(b.N)/simulatorAlone(b, cars).Seconds(), "simulator-vehicles/s")
	b.ReportMetric(float64(b.N)/rawWrites(b, stored.written).Seconds(), "raw-vehicles/s")
	costs(b, spent, stored)
	// Each chunk is a message to submit it and one to ask what became of it: sent, the former by tens, received, deleted.
	// The partner gets a list and a question for each.
	chunks := cars.chunks()
	countCalls(b, called, now, (0.1+1+2+2)*chunks, 2*chunks)
}

// chunks is how many lists for the partner the vehicles take.
func (s stock) chunks() (n float64) {
	for rest := len(s.vehicles); rest > 0; rest -= listSize {
		n += math.Ceil(float64(min(rest, listSize)) / chunk)
	}
	return n
}

// activate uploads cars and returns when the partner watches all of them.
func (i *installation) activate(cars stock) {
	i.Helper()
	var uploaded []string
	for n, list := range cars.lists {
		batch, err := i.upload(i.Context(), list, fmt.Sprintf("list %d", n))
		i.must(err)
		uploaded = append(uploaded, batch)
	}
	active := 0
	for _, batch := range uploaded {
		var now counts
		i.must(until(i.Context(), func() (bool, int, error) {
			err := i.manager.get(i.Context(), "/v1/recapture-batches/"+batch, &now)
			return now.Done, now.Submitted + now.Active, err
		}))
		active += now.Active
	}
	if active != len(cars.vehicles) {
		i.Fatalf("%d of %d vehicles are active", active, len(cars.vehicles))
	}
}

// chunk is how many vehicles a list for the partner has, and how many items a raw write; as Winback does it.
const chunk = 200

// simulatorAlone is how long a fresh simulator takes for the same vehicles when nothing else is done with them.
func simulatorAlone(tb testing.TB, cars stock) time.Duration {
	addr := free(tb)
	spawn(tb, "partner", "-partner-addr", addr, "-data", tb.TempDir())
	watcher := autograb.Dial(autograb.Options{BaseURL: "http://" + addr})(partner.Account{Key: "sec_demo_alone", Country: "AU"})
	begun := time.Now()
	group, ctx := errgroup.WithContext(tb.Context())
	group.SetLimit(16)
	for n := 0; n < len(cars.vehicles); n += chunk {
		group.Go(func() error {
			list := partner.Upload{Name: fmt.Sprintf("list %d", n)}
			for m, v := range cars.vehicles[n:min(n+chunk, len(cars.vehicles))] {
				list.Vehicles = append(list.Vehicles, partner.Vehicle{ID: fmt.Sprintf("vehicle %d", n+m), VIN: v.VIN, Rego: v.Rego, State: v.State})
			}
			return processed(ctx, watcher, list)
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
	return time.Since(begun)
}

// processed uploads a list and returns when the partner is done with it.
func processed(ctx context.Context, watcher partner.Watcher, list partner.Upload) error {
	receipt, err := watcher.Upload(ctx, list)
	if err != nil {
		return err
	}
	return until(ctx, func() (bool, int, error) {
		progress, err := watcher.Progress(ctx, receipt)
		return progress.Done, progress.Processed, err
	})
}

// rawWrites is how long it takes to write items durably and with nothing else: no conditions, no index of what is due,
// no second version of anything.
func rawWrites(tb testing.TB, items []table.Item) time.Duration {
	db, err := pebbledb.Open(pebbledb.Options{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	begun := time.Now()
	for len(items) > 0 {
		part := items[:min(chunk, len(items))]
		items = items[len(part):]
		batch := db.DB().NewBatch()
		for _, item := range part {
			err = errors.Join(err, batch.Set([]byte(item.Partition+item.Sort), item.Body, nil))
		}
		if err = errors.Join(err, batch.Commit(pebbledb.Durable()), batch.Close()); err != nil {
			tb.Fatal(err)
		}
	}
	return time.Since(begun)
}
