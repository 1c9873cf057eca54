package recapture_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	invented "github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture"
)

// A list of one yard is the worst for DynamoDB: all its postings meet on a few partition keys. The production worker takes
// 2,000 vehicles to the partner in as many environments as AWS may run of it, each with its own pace.
func TestTheWorkersOfOneYardKeepToTheirPaceAndLoseNothing(t *testing.T) {
	makeWhatIsMadeOnce(t)
	synctest.Test(t, func(t *testing.T) {
		f, peak, attempts, w := submitAtOnce(t, func(driver table.Driver, f app.Function) table.Driver { return table.Pace(driver, f.Pace()) })
		if most := float64(f.Pace() * f.Concurrency()); peak > most || peak < most/2 {
			t.Errorf("a partition key got %v units in a second, want up to %v and most of them", peak, most)
		}
		if peak > app.MostWrites {
			t.Errorf("a partition key got %v units in a second", peak)
		}
		if most := slices.Max(attempts); most >= queue.MaxReceives {
			t.Errorf("a message was received %d times", most)
		}
		if vehicles := len(w.partner.watched); vehicles != manyCars {
			t.Errorf("the partner got %d of %d vehicles", vehicles, manyCars)
		}
		if s := want[summaryView](w, 200, ann, "GET", "/v1/recaptures/summary", ""); s.TotalCustomers != manyCars {
			t.Errorf("%d of %d vehicles are there", s.TotalCustomers, manyCars)
		}
	})
}

// The other test can fail.
func TestWithoutAPaceOneYardWouldBeThrottled(t *testing.T) {
	makeWhatIsMadeOnce(t)
	synctest.Test(t, func(t *testing.T) {
		_, peak, _, _ := submitAtOnce(t, func(driver table.Driver, _ app.Function) table.Driver { return driver })
		if peak <= 1_000 {
			t.Errorf("a partition key got only %v units in a second", peak)
		}
	})
}

// makeWhatIsMadeOnce uses what the package makes once and shares, such as compressors: it must not belong to a bubble.
func makeWhatIsMadeOnce(t *testing.T) {
	w := open(t)
	want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", "vin\n"+polo+"\n", "Content-Type: text/csv")
	w.run()
}

const manyCars = 2000

// submitAtOnce uploads a list and lets the worker have its messages, in environments around a driver. It returns the
// peak of a partition key as the meter has it, and how often each message was received.
func submitAtOnce(t *testing.T, around func(table.Driver, app.Function) table.Driver) (f app.Function, peak float64, attempts []int, w *world) {
	t.Helper()
	var store table.Driver
	w = open(t, func(driver table.Driver) table.Driver { store = driver; return driver })
	var file bytes.Buffer
	w.must(invented.WriteList(&file, invented.Generate(1, manyCars)))
	want[uploadView](w, 202, ann, "POST", "/v1/recaptures/uploads", file.String(), "Content-Type: text/csv")
	f = w.workers[recapture.SubmitTopic.Name]
	messages := make(chan message, 2*manyCars/recapture.ChunkSize)
	for m, ok := w.queue.take(0, w.workers); ok; m, ok = w.queue.take(0, w.workers) {
		messages <- m
	}
	if len(messages) != manyCars/recapture.ChunkSize {
		t.Fatalf("%d messages", len(messages))
	}
	meter := new(table.PeakMeter)
	var left sync.WaitGroup
	left.Add(len(messages))
	var mu sync.Mutex
	for range f.Concurrency() {
		deps := w.Deps
		deps.Table = table.New(around(meter.Around(store), f), w.clock.Now, w.NewID)
		granted := app.Grant(deps, f)
		go func() {
			for m := range messages {
				ctx, cancel := context.WithTimeout(t.Context(), f.Timeout-2*time.Second)
				err := f.Consumes.Handle(ctx, granted, m.Body)
				cancel()
				if err != nil {
					verdict := queue.Judge(err, m.receives)
					if verdict.Fate != queue.Delayed {
						t.Errorf("%v: %v", verdict, err)
					}
					m.receives++
					messages <- m
					continue
				}
				mu.Lock()
				attempts = append(attempts, m.receives)
				mu.Unlock()
				left.Done()
			}
		}()
	}
	left.Wait()
	close(messages)
	return f, meter.Peak(), attempts, w
}
