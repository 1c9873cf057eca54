package tabletest

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

const writers = 16

func concurrencyCases() []Case {
	return []Case{
		{"of 16 writers who create one record exactly one wins, 200 times", func(t *T) {
			for round := range 200 {
				var won atomic.Int32
				t.together(func(writer int) {
					err := t.Driver.Write(t.ctx, []table.Op{put(locked(fmt.Sprint(round), 1, fmt.Sprint(writer)), absent)})
					switch {
					case err == nil:
						won.Add(1)
					case !errs.Is(err, errs.Conflict):
						t.Errorf("writer %d: %v", writer, err)
					}
				})
				if won.Load() != 1 {
					t.Fatalf("%d winners", won.Load())
				}
			}
		}},
		{"no update of a record is lost among 16 writers", func(t *T) {
			notes, tbl := table.Kind[note]{Name: "note"}, t.table()
			t.must(tbl.Write(t.ctx, notes.Create(at("p", "shared"), note{})))
			const each = 5
			t.together(func(int) {
				for range each {
					t.untilDone(func() error {
						record, err := notes.Get(t.ctx, tbl, at("p", "shared"))
						if err != nil {
							return err
						}
						record.Value.Count++
						return tbl.Write(t.ctx, notes.Update(record))
					})
				}
			})
			record, err := notes.Get(t.ctx, tbl, at("p", "shared"))
			if err != nil || record.Value.Count != writers*each || record.Version() != writers*each+1 {
				t.Errorf("%+v at version %d, %v; want %d", record.Value, record.Version(), err, writers*each)
			}
		}},
		{"counts of 16 writers add up", func(t *T) {
			const each = 10
			t.together(func(writer int) {
				for n := range each {
					guard := put(locked(fmt.Sprint("guard", writer, "-", n), 1, fmt.Sprint(writer, "-", n)), absent)
					t.untilDone(func() error { return t.Driver.Write(t.ctx, []table.Op{guard, add(at("p", "sum"), "n", 1)}) })
				}
			})
			got, err := t.Driver.Get(t.ctx, at("p", "sum"))
			if err != nil || bodyDifference(got.Body, numbered(writers*each)) != "" {
				t.Errorf("sum %s, %v; want %d", got.Body, err, writers*each)
			}
		}},
		{"writes whose keys cross do not block each other for good, and swap whole", func(t *T) {
			const keys, each = 4, 10
			for i := range keys {
				one := locked(fmt.Sprint(i), 1, "")
				one.Body = numbered(i)
				t.put(one)
			}
			notes, tbl := table.Kind[struct {
				N int `json:"n"`
			}]{Name: "note", Schema: 1}, t.table()
			t.together(func(writer int) {
				for n := range each {
					a, b := (writer+n)%keys, (writer*3+n+1)%keys
					if a == b {
						continue
					}
					t.untilDone(func() error {
						first, err := notes.Get(t.ctx, tbl, at("p", fmt.Sprint(a)))
						if err != nil {
							return err
						}
						second, err := notes.Get(t.ctx, tbl, at("p", fmt.Sprint(b)))
						if err != nil {
							return err
						}
						first.Value, second.Value = second.Value, first.Value
						return tbl.Write(t.ctx, notes.Update(first), notes.Update(second))
					})
				}
			})
			seen := map[int]bool{}
			for i := range keys {
				record, err := notes.Get(t.ctx, tbl, at("p", fmt.Sprint(i)))
				if err != nil {
					t.Fatalf("get: %v", err)
				}
				seen[record.Value.N] = true
			}
			if len(seen) != keys {
				t.Errorf("after swaps there are %d different values of %d", len(seen), keys)
			}
		}},
	}
}

// together runs the writers at once and waits for all.
func (t *T) together(do func(writer int)) {
	var group sync.WaitGroup
	start := make(chan struct{})
	for writer := range writers {
		group.Go(func() {
			<-start
			do(writer)
		})
	}
	close(start)
	group.Wait()
}

// untilDone repeats what may be repeated.
func (t *T) untilDone(do func() error) {
	const bound = 10_000
	var err error
	for range bound {
		err = do()
		if kind := errs.KindOf(err); err == nil || kind != errs.Conflict && kind != errs.TooMany && kind != errs.Unavailable {
			break
		}
	}
	if err != nil {
		t.Errorf("%v", err)
	}
}
