package main

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
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
	before := i.usage()
	endProfile := i.profile()
	b.ResetTimer()
	begun := time.Now()
	i.activate(cars)
	took := time.Since(begun)
	b.StopTimer()
	endProfile()
	spent := i.usage().Sub(before)
	i.winback.kill()

	stored := i.stored("harbour-motors#recapture", "harbour-motors#batch")
	perVehicle := func(n float64) float64 { return n / float64(b.N) }
	b.ReportMetric(float64(b.N)/took.Seconds(), "vehicles/s")
	b.ReportMetric(float64(b.N)/simulatorAlone(b, cars).Seconds(), "simulator-vehicles/s")
	b.ReportMetric(float64(b.N)/rawWrites(b, stored).Seconds(), "raw-vehicles/s")
	b.ReportMetric(perVehicle(spent.WriteUnits), "write-units/vehicle")
	b.ReportMetric(perVehicle(onceWritten(stored)), "stored-units/vehicle")
	b.ReportMetric(perVehicle(spent.ReadUnits), "read-units/vehicle")
	b.ReportMetric(perVehicle(float64(len(stored))), "items/vehicle")
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

// usage is what Winback's table has cost since its process began.
func (i *installation) usage() (u table.Usage) {
	i.Helper()
	i.must(i.local.get(i.Context(), "/_local/usage", &u))
	return u
}

// stored are the items of a folder that no process serves, by the beginnings of their partitions.
func (i *installation) stored(partitions ...string) (items []table.Item) {
	i.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Dir: i.folder})
	i.must(err)
	defer db.Close()
	driver := pebbletable.New(db, time.Now)
	for _, partition := range partitions {
		i.must(driver.Each(i.Context(), partition, func(item table.Item) error {
			items = append(items, item)
			return nil
		}))
	}
	return items
}

// onceWritten is the least that items can cost, in write units: each written once and outside a transaction.
func onceWritten(items []table.Item) (units float64) {
	for _, item := range items {
		units += float64((item.Size() + 1023) / 1024)
	}
	return units
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
