package pebblequeue_test

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// benchBody is as large as messages are: ids in an envelope.
var benchBody = []byte(`{"company":"01JD8V6W8Q4M7Z2N5T9X3B6K1C","data":{"batch":"01JD8V6W8Q4M7Z2N5T9X3B6K1D","chunk":17}}`)

// writers is how many goroutines write at a time.
const writers = 16

func onDisk(b *testing.B) *pebbledb.DB {
	b.Helper()
	db := openDB(b, b.TempDir())
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

// BenchmarkSend is one durable message per call from sixteen senders; pebble is the same bytes put in directly.
func BenchmarkSend(b *testing.B) {
	b.Run("queue", func(b *testing.B) {
		q := pebblequeue.New(onDisk(b), time.Now)
		b.SetParallelism(writers / 2)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := q.Send(b.Context(), []queue.Outgoing{{Topic: topic, Group: "harbour", Body: benchBody}}); err != nil {
					b.Error(err)
					return
				}
			}
		})
		perSecond(b, 1)
	})
	b.Run("pebble", func(b *testing.B) {
		db := onDisk(b).DB()
		var n atomic.Uint64
		b.SetParallelism(writers / 2)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				key := binary.BigEndian.AppendUint64([]byte{byte(pebbledb.Queues)}, n.Add(1))
				if err := db.Set(key, benchBody, pebbledb.Durable()); err != nil {
					b.Error(err)
					return
				}
			}
		})
		perSecond(b, 1)
	})
}

// BenchmarkReceiveAndDelete takes ten messages at a time out of a backlog of so many.
func BenchmarkReceiveAndDelete(b *testing.B) {
	for _, backlog := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("backlog=%d", backlog), func(b *testing.B) {
			q := pebblequeue.New(onDisk(b), time.Now)
			fill(b, q, backlog)
			b.ResetTimer()
			for range b.N {
				received, err := q.Receive(b.Context(), topic, 10, time.Minute)
				if err != nil {
					b.Fatal(err)
				}
				receipts := make([]string, len(received))
				for i, r := range received {
					receipts[i] = r.Receipt
				}
				if err := q.Delete(b.Context(), topic, receipts); err != nil {
					b.Fatal(err)
				}
				if len(received) < 10 {
					b.StopTimer()
					fill(b, q, backlog)
					b.StartTimer()
				}
			}
			perSecond(b, 10)
		})
	}
}

// BenchmarkThread is the whole life of messages: ten per durable send, received, deleted.
func BenchmarkThread(b *testing.B) {
	q := pebblequeue.New(onDisk(b), time.Now)
	b.SetParallelism(writers / 2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			fill(b, q, 10)
			received, err := q.Receive(b.Context(), topic, 10, time.Minute)
			if err != nil {
				b.Error(err)
				return
			}
			receipts := make([]string, len(received))
			for i, r := range received {
				receipts[i] = r.Receipt
			}
			if err := q.Delete(b.Context(), topic, receipts); err != nil {
				b.Error(err)
				return
			}
		}
	})
	perSecond(b, 10)
}

// BenchmarkLoad is the first use of a topic after a restart, with 100,000 messages waiting.
func BenchmarkLoad(b *testing.B) {
	db := onDisk(b)
	fill(b, pebblequeue.New(db, time.Now), 100_000)
	b.ResetTimer()
	for range b.N {
		if counts, err := pebblequeue.New(db, time.Now).Count(b.Context(), topic); err != nil || counts.Ready != 100_000 {
			b.Fatal(counts, err)
		}
	}
}

func fill(b *testing.B, q *pebblequeue.Queue, n int) {
	for start := 0; start < n; start += 1_000 {
		messages := make([]queue.Outgoing, min(1_000, n-start))
		for i := range messages {
			messages[i] = queue.Outgoing{Topic: topic, Group: fmt.Sprintf("company-%d", i%7), Body: benchBody}
		}
		if err := q.Send(b.Context(), messages); err != nil {
			b.Error(err)
			return
		}
	}
}

// perSecond reports messages instead of operations.
func perSecond(b *testing.B, messages int) {
	b.ReportMetric(float64(b.N*messages)/b.Elapsed().Seconds(), "msg/s")
}
