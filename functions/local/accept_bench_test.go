package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/fleet"
)

// BenchmarkAcceptance uploads one list with as many rows as there are operations, at most the 50,000 that a list may have,
// and waits for nothing but the answer: parsed, checked against what is watched, and durable. Then the process is killed,
// and what it kept is counted. The peak is that of the whole process, its workers included, which begin on the first
// chunks with the answer.
func BenchmarkAcceptance(b *testing.B) {
	i := install(b)
	list := shortList(b, b.N)
	b.SetBytes(int64(len(list)) / int64(b.N))
	before := i.winback.peak()
	b.ResetTimer()
	begun := time.Now()
	batch, err := i.upload(b.Context(), list, "the list")
	took := time.Since(begun)
	b.StopTimer()
	i.must(err)
	peak := i.winback.peak()
	i.winback.kill()
	i.start()
	var kept counts
	i.must(i.manager.get(b.Context(), "/v1/recapture-batches/"+batch, &kept))
	b.ReportMetric(took.Seconds(), "s/list")
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(before, "idle-MB")
	b.ReportMetric(float64(b.N-kept.Total), "lost")
}

// shortList is a list whose rows are short enough for 50,000 of them.
func shortList(tb testing.TB, rows int) []byte {
	cars := fleet.Generate(2026, rows)
	for n := range cars {
		cars[n].Reference, cars[n].Email = "", ""
	}
	var list bytes.Buffer
	if err := fleet.WriteList(&list, cars); err != nil {
		tb.Fatal(err)
	}
	return list.Bytes()
}
