package tabletest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/winback-auto/winback/internal/platform/table"
)

func pageCases() []Case {
	row := func(i int) string { return fmt.Sprintf("%04d", i) }
	rows := func(t *T, count int) (sorts []string) {
		items := make([]table.Item, count)
		for i := range items {
			items[i] = item("p", row(i))
			sorts = append(sorts, row(i))
		}
		t.load(items...)
		return sorts
	}
	return []Case{
		{"pages of any size show each item once, in both directions", func(t *T) {
			want := rows(t, 50)
			backwards := slices.Clone(want)
			slices.Reverse(backwards)
			for _, limit := range []int{1, 7, 25, 49, 50, 51} {
				t.wantSorts(t.walk(table.Query{Partition: "p", Limit: limit}, nil), want...)
				t.wantSorts(t.walk(table.Query{Partition: "p", Limit: limit, Descending: true}, nil), backwards...)
			}
		}},
		{"pages keep within bounds", func(t *T) {
			want := rows(t, 50)[10:40]
			backwards := slices.Clone(want)
			slices.Reverse(backwards)
			for _, limit := range []int{1, 7, 29, 30, 31} {
				q := table.Query{Partition: "p", Limit: limit, From: row(10), To: row(40)}
				t.wantSorts(t.walk(q, nil), want...)
				q.Descending = true
				t.wantSorts(t.walk(q, nil), backwards...)
			}
		}},
		{"a page is as long as the limit where there is enough", func(t *T) {
			rows(t, 30)
			for _, q := range []table.Query{{}, {From: row(3), To: row(29)}, {After: row(2)}, {From: row(1), To: row(29), After: row(3)}} {
				q.Partition, q.Limit = "p", 20
				if page := t.query(q); len(page.Items) != 20 || page.Next != page.Items[19].Sort {
					t.Errorf("%+v: %d items, next %q", q, len(page.Items), page.Next)
				}
			}
		}},
		{"the last page says so", func(t *T) {
			rows(t, 10)
			if page := t.query(table.Query{Partition: "p", Limit: 11}); len(page.Items) != 10 || page.Next != "" {
				t.Errorf("%d items and next %q", len(page.Items), page.Next)
			}
		}},
		{"the key that ended a page may be deleted before the next", func(t *T) {
			want := rows(t, 100)
			for _, descending := range []bool{false, true} {
				seen := t.walk(table.Query{Partition: "p", Limit: 10, Descending: descending}, func(page table.Page) { t.write(remove(at("p", page.Next), always)) })
				if len(seen) != len(want) {
					t.Errorf("%d items seen, want %d", len(seen), len(want))
				}
				t.load(slices.Clone(seen)...)
			}
		}},
		{"items that come before the cursor are not seen, those behind it are", func(t *T) {
			rows(t, 20)
			late := func(table.Page) { t.put(item("p", row(5)+"late"), item("p", row(15)+"late")) }
			seen := sorts(t.walk(table.Query{Partition: "p", Limit: 10}, late))
			if slices.Contains(seen, row(5)+"late") || !slices.Contains(seen, row(15)+"late") {
				t.Errorf("seen %q", seen)
			}
		}},
		{"a page ends at about 1 MB", func(t *T) {
			big := `{"text":"` + strings.Repeat("x", 90_000) + `"}`
			var want []string
			for i := range 25 {
				one := item("p", row(i))
				one.Body = []byte(big)
				t.put(one)
				want = append(want, row(i))
			}
			for _, descending := range []bool{false, true} {
				page := t.query(table.Query{Partition: "p", Limit: 25, Descending: descending})
				if len(page.Items) < 8 || len(page.Items) > 13 || page.Next == "" {
					t.Errorf("a page of %d items of 90 kB, next %q", len(page.Items), page.Next)
				}
			}
			t.wantSorts(t.walk(table.Query{Partition: "p", Limit: 25}, nil), want...)
		}},
		{"a page may have a thousand items", func(t *T) {
			want := rows(t, table.MaxPage+1)
			page := t.query(table.Query{Partition: "p", Limit: table.MaxPage})
			t.wantSorts(page.Items, want[:table.MaxPage]...)
			t.wantSorts(t.query(table.Query{Partition: "p", Limit: table.MaxPage, After: page.Next}).Items, want[table.MaxPage])
		}},
	}
}

func batchCases() []Case {
	return []Case{
		{"a batch get leaves out what does not exist", func(t *T) {
			t.put(item("a", "1"), item("b", "2"))
			got, err := t.Driver.BatchGet(t.ctx, []table.Key{at("a", "1"), at("a", "2"), at("b", "2"), at("c", "1")})
			if err != nil || len(got) != 2 {
				t.Errorf("%d items, %v; want 2", len(got), err)
			}
		}},
		{"a batch get takes a thousand keys", func(t *T) {
			var keys []table.Key
			var items []table.Item
			for i := range table.MaxBatchRead {
				one := item(fmt.Sprint("p", i%13), fmt.Sprint(i))
				one.Body = numbered(i)
				keys = append(keys, one.Key)
				if i%10 != 0 {
					items = append(items, one)
				}
			}
			t.load(items...)
			got, err := t.Driver.BatchGet(t.ctx, keys)
			if err != nil || len(got) != len(items) {
				t.Fatalf("%d items, %v; want %d", len(got), err, len(items))
			}
			byKey := map[table.Key]table.Item{}
			for _, one := range got {
				byKey[one.Key] = one
			}
			for _, want := range items {
				t.wantSame(byKey[want.Key], want)
			}
		}},
		{"a batch get follows what does not fit into one answer", func(t *T) {
			var keys []table.Key
			for i := range 60 {
				one := item("p", fmt.Sprint(i))
				one.Body = []byte(`{"text":"` + strings.Repeat("x", 90_000) + `"}`)
				t.put(one)
				keys = append(keys, one.Key)
			}
			if got, err := t.Driver.BatchGet(t.ctx, keys); err != nil || len(got) != len(keys) {
				t.Errorf("%d items, %v; want %d", len(got), err, len(keys))
			}
		}},
	}
}
