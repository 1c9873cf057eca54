package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/winback-auto/winback/internal/local/pebbledb"
)

// senders is how many pushes are on their way at once.
const senders = 32

// BenchmarkWebhook sends different pushes to Winback's webhook, kills the process with the last answer, and counts what
// it kept. Winback looks into them meanwhile; the partner knows none of their vehicles. The bound writes as many records
// of the same size to Pebble, each durable.
func BenchmarkWebhook(b *testing.B) {
	i, address := installOverheard(b)
	before := i.paused()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	var next atomic.Int64
	waits := make([]time.Duration, b.N)
	b.SetParallelism(max(1, senders/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	begun := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n, sent := next.Add(1), time.Now()
			if err := push(b.Context(), client, address, n); err != nil {
				b.Error(err)
				return
			}
			waits[n-1] = time.Since(sent)
		}
	})
	took := time.Since(begun)
	b.StopTimer()
	kept, size := 0, 0
	for _, item := range i.paused().since(before).written {
		if item.Kind == "push" {
			kept++
			size += item.Size()
		}
	}
	if kept == 0 {
		b.Fatal("no push was kept")
	}
	slices.Sort(waits)
	b.ReportMetric(float64(b.N)/took.Seconds(), "webhooks/s")
	b.ReportMetric(1000*waits[b.N*99/100].Seconds(), "p99-ms")
	b.ReportMetric(float64(b.N)/durableWrites(b, b.N, size/kept).Seconds(), "raw-webhooks/s")
	b.ReportMetric(float64(b.N-kept), "lost")
}

// push sends a push about a vehicle of its own.
func push(ctx context.Context, client *http.Client, address string, n int64) error {
	const body = `{"event":"recapture_new","region":"au","sent_at":"2026-11-22T09:01:00.15Z","customer":{"id":"vehicle-%[1]d","last_updated":"2026-11-22T09:01:00.15Z",` +
		`"rego":null,"state":null,"vin":"WVWZZZAWZKU%06[1]d","external_id":"watch-%[1]d","sale_date":"2023-05-17","monitor_start_date":null,"monitor_end_date":"2027-05-17",` +
		`"vehicle_title":"2019 Volkswagen Polo","additional_fields":{},"sightings":[{"at":"2026-11-21T00:00:00Z","lead_id":"listing-%[1]d",` +
		`"listing_url":"https://www.cars.example/ad/%[1]d","listing_title":"2019 Volkswagen Polo","listing_price":23990,"seller_type":"dealer","delisted_at":null}]}}`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(fmt.Sprintf(body, n)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("a push is answered with %s", response.Status)
	}
	return nil
}

// installOverheard is install with an ear on the way to the partner: the address that Winback registers for pushes is a
// secret between the two.
func installOverheard(tb testing.TB) (i *installation, address string) {
	tb.Helper()
	i = &installation{TB: tb, addr: free(tb), partnerAddr: free(tb), folder: filepath.Join(tb.TempDir(), "data")}
	i.simulator = spawn(tb, "partner", "-partner-addr", i.partnerAddr, "-data", filepath.Join(i.folder, "elsewhere"))
	heard := make(chan string, 16)
	forward := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: i.partnerAddr})
	ear := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/v2/webhooks" {
			body, err := io.ReadAll(r.Body)
			var hook struct{ Endpoint string }
			if err != nil || json.Unmarshal(body, &hook) != nil {
				tb.Errorf("a webhook is registered with %q: %v", body, err)
			}
			heard <- hook.Endpoint
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		forward.ServeHTTP(w, r)
	}))
	tb.Cleanup(ear.Close)
	i.partner, i.local = client{base: ear.URL}, client{base: "http://" + i.addr}
	i.start()
	return i, <-heard
}

// durableWrites is how long as many senders take to write n records of a size to Pebble.
func durableWrites(tb testing.TB, n, size int) time.Duration {
	db, err := pebbledb.Open(pebbledb.Options{Dir: tb.TempDir()})
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	begun := time.Now()
	var group errgroup.Group
	group.SetLimit(senders)
	for k := range n {
		group.Go(func() error {
			return db.DB().Set(fmt.Appendf(nil, "%012d", k), bytes.Repeat([]byte{'v'}, size), pebbledb.Durable())
		})
	}
	if err := group.Wait(); err != nil {
		tb.Fatal(err)
	}
	return time.Since(begun)
}
