package main

import (
	"bytes"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// BenchmarkSighting lists watched vehicles for sale, each once: the partner pushes, Winback asks back, stores, notifies
// and mails, the first sighting at once and the others as digests. It ends when nothing is left to do.
func BenchmarkSighting(b *testing.B) {
	i := install(b)
	cars := newStock(b, b.N)
	var feed bytes.Buffer
	i.must(fleet.WriteListings(&feed, cars.cars, 1, 1))
	i.activate(cars)
	i.drain()
	before := i.paused()
	called := i.calls()
	endProfile := i.profile()
	b.ResetTimer()
	begun := time.Now()
	i.must(i.partner.call(i.Context(), http.MethodPost, "/_sim/listings", "text/csv", &feed, nil))
	i.must(until(i.Context(), func() (bool, int, error) {
		sent, err := i.pushes(i.Context())
		return sent >= b.N, sent, err
	}))
	i.drain()
	took := time.Since(begun)
	i.advance("2m") // the digest is not worth waiting for, but it counts
	i.drain()
	b.StopTimer()
	endProfile()
	spent, now := i.usage(), i.calls()
	mails, err := i.mails(i.Context())
	i.must(err)
	told := 0
	for _, m := range mails {
		told += m.sightings()
	}
	if told != b.N {
		b.Fatalf("%d mails about %d sightings tell of %d", len(mails), b.N, told)
	}
	b.ReportMetric(float64(b.N)/took.Seconds(), "sightings/s")
	costs(b, spent, i.paused().since(before))
	// Each sighting is three messages (ask back, notify, mail), each promised by a record of its own, so sent alone; they
	// are received and deleted by tens. The partner is asked about each.
	n := float64(b.N)
	countCalls(b, called, now, 3*n+6*math.Ceil(n/10), n)
}
