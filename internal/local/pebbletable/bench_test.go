package pebbletable_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Each benchmark does its work twice on the same disk in the same run: raw is Pebble alone with keys and values of the same
// size, table is the table with conditions, tokens and metering. The ratio of the two is what counts.

const (
	benchWriters = 16
	benchRecords = 20_000
	benchPage    = 50
	benchLoad    = 1_000
)

// benchBody is the body of a record of ordinary size.
var benchBody = []byte(`{"vin":"WVWZZZ1JZXW000001","status":"active","user":"01JDZ3V6Q8W4K2M9X7C5B1N0PA","note":"` + strings.Repeat("n", 300) + `"}`)

// bench is an open store on disk, as it is in production.
type bench struct {
	raw   *pebble.DB
	table *table.Table
	next  atomic.Int64
}

func openBench(b *testing.B) *bench {
	b.Helper()
	db, err := pebbledb.Open(pebbledb.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	s := &bench{raw: db.DB()}
	s.table = table.New(pebbletable.New(db, time.Now), time.Now, func() string { return "01JDZ3V6Q8W4K2M9X7C5B1N0PA" })
	return s
}

func benchKey(n int64) table.Key {
	return table.Key{Partition: "01JDZ3V6Q8W4K2M9X7C5B1N0PA#recapture", Sort: fmt.Sprintf("%012d", n)}
}

// rawKey is as long as the key that the table makes of benchKey.
func rawKey(n int64) []byte {
	key := benchKey(n)
	return []byte("q" + key.Partition + "  " + key.Sort)
}

// rawValue is as long as the value that the table makes of a record.
var rawValue = append(bytes.Repeat([]byte{'h'}, 45), benchBody...)

func create(n int64) table.Op {
	item := table.Item{Key: benchKey(n), Kind: "recapture", Schema: 1, Version: 1, Body: benchBody}
	return table.Op{Action: table.Put, Item: item, If: table.Condition{Test: table.Absent}}
}

// side runs one half of a benchmark with 16 goroutines.
func side(b *testing.B, name string, do func(s *bench, n int64) error) {
	b.Run(name, func(b *testing.B) {
		s := openBench(b)
		b.SetParallelism(benchWriters / 2) // of two processors
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := do(s, s.next.Add(1)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkDurableSingleWrites(b *testing.B) {
	side(b, "raw", func(s *bench, n int64) error { return s.raw.Set(rawKey(n), rawValue, pebble.Sync) })
	side(b, "table", func(s *bench, n int64) error { return s.table.Write(context.Background(), create(n)) })
}

func BenchmarkDurableTransactionsOf4(b *testing.B) {
	side(b, "raw", func(s *bench, n int64) error {
		batch := s.raw.NewBatch()
		for i := range int64(4) {
			if err := batch.Set(rawKey(4*n+i), rawValue, nil); err != nil {
				return err
			}
		}
		return errors.Join(batch.Commit(pebble.Sync), batch.Close())
	})
	side(b, "table", func(s *bench, n int64) error {
		return s.table.Write(context.Background(), create(4*n), create(4*n+1), create(4*n+2), create(4*n+3))
	})
}

func BenchmarkLoadsOf1000(b *testing.B) {
	side(b, "raw", func(s *bench, n int64) error {
		batch := s.raw.NewBatch()
		for i := range int64(benchLoad) {
			if err := batch.Set(rawKey(benchLoad*n+i), rawValue, nil); err != nil {
				return err
			}
		}
		return errors.Join(batch.Commit(pebble.Sync), batch.Close())
	})
	side(b, "table", func(s *bench, n int64) error {
		ops := make([]table.Op, benchLoad)
		for i := range ops {
			ops[i] = create(benchLoad*n + int64(i))
			ops[i].If = table.Condition{}
		}
		return s.table.Load(context.Background(), ops...)
	})
}

// filled is a store with records in both spaces, most of them in files.
func filled(b *testing.B) *bench {
	b.Helper()
	s := openBench(b)
	var ops []table.Op
	batch := s.raw.NewBatch()
	for n := range int64(benchRecords) {
		op := create(n)
		op.If = table.Condition{}
		ops = append(ops, op)
		if err := batch.Set(rawKey(n), rawValue, nil); err != nil {
			b.Fatal(err)
		}
	}
	if err := errors.Join(batch.Commit(pebble.Sync), s.table.Load(context.Background(), ops...), s.raw.Flush()); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkPointReads(b *testing.B) {
	s := filled(b)
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		for n := int64(0); b.Loop(); n = (n + 7919) % benchRecords {
			value, closer, err := s.raw.Get(rawKey(n))
			if err != nil {
				b.Fatal(err)
			}
			_ = bytes.Clone(value)
			closer.Close()
		}
	})
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for n := int64(0); b.Loop(); n = (n + 7919) % benchRecords {
			if _, err := s.table.Get(context.Background(), benchKey(n)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPagesOf50(b *testing.B) {
	s := filled(b)
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		for n := int64(0); b.Loop(); n = (n + 7919) % (benchRecords - benchPage) {
			if got := rawPage(b, s.raw, rawKey(n)); got != benchPage {
				b.Fatalf("%d items", got)
			}
		}
	})
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for n := int64(0); b.Loop(); n = (n + 7919) % (benchRecords - benchPage) {
			key := benchKey(n)
			page, err := s.table.Query(context.Background(), table.Query{Partition: key.Partition, From: key.Sort, Limit: benchPage})
			if err != nil || len(page.Items) != benchPage {
				b.Fatalf("%d items, %v", len(page.Items), err)
			}
		}
	})
}

// rawPage copies what a reader would keep.
func rawPage(b *testing.B, db *pebble.DB, from []byte) (count int) {
	iter, err := db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{from[0] + 1}})
	if err != nil {
		b.Fatal(err)
	}
	defer iter.Close()
	for ok := iter.First(); ok && count < benchPage; ok = iter.Next() {
		_, _ = bytes.Clone(iter.Key()), bytes.Clone(iter.Value())
		count++
	}
	return count
}
