package tabletest

import (
	"fmt"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

// The due index may lag behind the items: these cases read again until they see what they wait for.
func dueCases() []Case {
	return []Case{
		{"an entry of the due index has the item's key and nothing else", func(t *T) {
			one := promising("s", t.Clock.Now())
			t.put(one, item("p", "not due"))
			got := t.dueEntries(1, table.Query{Limit: 10})
			if len(got) == 1 {
				t.wantSame(got[0], table.Item{Key: one.Key, Due: one.Due})
			}
		}},
		{"the due index is in the order of the instants, up to a bound", func(t *T) {
			now := t.Clock.Now()
			for _, minutes := range []int{30, 10, 50, 20, 40} {
				t.put(promising(fmt.Sprint(minutes), now.Add(time.Duration(minutes)*time.Minute)))
			}
			t.wantSorts(t.dueEntries(5, table.Query{Limit: 10}), "10", "20", "30", "40", "50")
			t.wantSorts(t.dueEntries(3, table.Query{Limit: 10, To: table.DueUntil(now.Add(30 * time.Minute))}), "10", "20", "30")
			t.wantSorts(t.dueEntries(2, table.Query{Limit: 10, To: table.DueUntil(now.Add(30*time.Minute - time.Millisecond))}), "10", "20")
			t.wantSorts(t.dueEntries(5, table.Query{Limit: 10, Descending: true}), "50", "40", "30", "20", "10")
		}},
		{"pages of the due index show each entry once, in both directions", func(t *T) {
			const count = 40
			now := t.Clock.Now()
			var want []string
			for i := range count { // many at one instant: their keys tell them apart
				sort := fmt.Sprintf("%02d", i)
				t.put(promising(sort, now.Add(time.Duration(i/10)*time.Minute)))
				want = append(want, sort)
			}
			t.dueEntries(count, table.Query{Limit: 100})
			for _, limit := range []int{1, 7, 40} {
				t.wantSorts(t.walk(table.Query{Partition: duePartition, DueIndex: true, Limit: limit}, nil), want...)
			}
			slices.Reverse(want)
			t.wantSorts(t.walk(table.Query{Partition: duePartition, DueIndex: true, Limit: 7, Descending: true}, nil), want...)
		}},
		{"an entry moves with its item and goes with it", func(t *T) {
			now := t.Clock.Now()
			one := promising("s", now)
			t.put(one)
			one.Due = dueUnder(one.Key, now.Add(time.Hour))
			t.put(one)
			if got := t.dueEntries(1, table.Query{Limit: 10}); len(got) == 1 && got[0].Due != one.Due {
				t.Errorf("due under %q, want %q", got[0].Due, one.Due)
			}
			one.Due, one.Pending = table.IndexKey{}, nil
			t.put(one)
			t.dueEntries(0, table.Query{Limit: 10})
			t.put(promising("s", now))
			t.dueEntries(1, table.Query{Limit: 10})
			t.write(remove(one.Key, always))
			t.dueEntries(0, table.Query{Limit: 10})
		}},
		{"a load takes entries away, too", func(t *T) {
			t.put(promising("a", t.Clock.Now()), promising("b", t.Clock.Now()))
			t.dueEntries(2, table.Query{Limit: 10})
			if err := t.Driver.Load(t.ctx, []table.Op{put(item("p", "a"), always), remove(at("p", "b"), always)}); err != nil {
				t.Fatalf("load: %v", err)
			}
			t.dueEntries(0, table.Query{Limit: 10})
		}},
		{"a refused write leaves the due index alone", func(t *T) {
			t.refused(0, put(promising("a", t.Clock.Now()), present))
			t.refused(1, put(promising("a", t.Clock.Now()), absent), check(at("p", "none"), present))
			t.dueEntries(0, table.Query{Limit: 10})
		}},
		{"days and shards of the due index are apart", func(t *T) {
			one, other := promising("a", t.Clock.Now()), promising("b", t.Clock.Now())
			other.Due.Partition = "DUE#2026-11-22#01"
			t.put(one, other)
			t.wantSorts(t.dueEntries(1, table.Query{Limit: 10}), "a")
		}},
		{"the sweeper finds every item that is due, once, as it is now", func(t *T) {
			tbl, kind := t.table(), table.Kind[note]{Name: "note", Schema: 1}
			const count = 130
			for i := range count {
				op := kind.Create(at("sweep", fmt.Sprint(i)), note{Text: fmt.Sprint(i)}).Emit(table.Message{Topic: "notify", Body: []byte(`{}`)})
				if err := tbl.Write(t.ctx, op); err != nil {
					t.Fatalf("write: %v", err)
				}
			}
			t.sweep(tbl, t.Clock.Now().Add(table.Grace-time.Second), 0)
			due := t.Clock.Now().Add(table.Grace)
			found := t.sweep(tbl, due, count)
			for _, one := range found {
				if err := tbl.Settle(t.ctx, one, []string{one.Pending[0].ID}); err != nil {
					t.Fatalf("settle: %v", err)
				}
			}
			t.sweep(tbl, due, 0)
		}},
	}
}

// lag is how often a case reads the due index again until it has caught up.
const lag = 50

// dueEntries reads the index's first partition until it has as many entries as there must be.
func (t *T) dueEntries(want int, q table.Query) []table.Item {
	q.Partition, q.DueIndex = duePartition, true
	var got []table.Item
	for range lag {
		if got = t.walk(q, nil); len(got) == want {
			return got
		}
	}
	t.Errorf("the due index has %d entries, want %d: %q", len(got), want, sorts(got))
	return got
}

// sweep collects what is due today until it is as much as there must be.
func (t *T) sweep(tbl *table.Table, by time.Time, want int) map[table.Key]table.Item {
	var found map[table.Key]table.Item
	for range lag {
		calls := 0
		found = map[table.Key]table.Item{}
		for shard := range table.DueShards {
			err := tbl.DueItems(t.ctx, by, shard, by, func(one table.Item) {
				calls++
				found[one.Key] = one
			})
			if err != nil {
				t.Fatalf("due items: %v", err)
			}
		}
		if calls == want && len(found) == want {
			return found
		}
	}
	t.Errorf("%d items are due by %v, want %d", len(found), by, want)
	return found
}
