package tabletest

import (
	"fmt"
	"slices"

	"github.com/winback-auto/winback/internal/platform/table"
)

func queryCases() []Case {
	span := func(t *T, q table.Query) []table.Item {
		q.Partition, q.Limit = "p", 100
		return t.walk(q, nil)
	}
	letters := func(t *T) {
		for _, letter := range "gacebdf" {
			t.put(item("p", string(letter)))
		}
		t.put(item("o", "c"), item("q", "c"), item("pp", "c"))
	}
	return []Case{
		{"a query is in the order of the bytes of the sort keys", func(t *T) {
			// UTF-16 would order the last three differently, numbers are text, a beginning comes before what goes on.
			want := []string{"\x00", "\x00\x00", "\x00\x01", "\x01", " ", "!", "#", "$", "-5", "1", "1#", "1$c", "1.", "10", "100", "10a", "2", "9", "A", "Z", "_", "a", "aa", "b", "~", "é", "東", "\uE000", "\uFFFD", "😀", "\U0010FFFF"}
			if !slices.IsSorted(want) {
				t.Fatalf("the case itself is not sorted")
			}
			for i := range want {
				t.put(item("p", want[(i*7)%len(want)]))
			}
			t.wantSorts(span(t, table.Query{}), want...)
			slices.Reverse(want)
			t.wantSorts(span(t, table.Query{Descending: true}), want...)
		}},
		{"joined parts are in the order of their parts", func(t *T) {
			want := [][]string{{""}, {"", "z"}, {"a"}, {"a", ""}, {"a", "b"}, {"a", "b", "c"}, {"a", "bb"}, {"a\x00"}, {"a b"}, {"a#"}, {"a#", "b"}, {"a#b"}, {"a$"}, {"a%"}, {"aa"}, {"b"}}
			var joined []string
			for i, parts := range want[1:] { // an empty text alone is no sort key
				joined = append(joined, table.Join(parts...))
				t.put(item("p", table.Join(want[1:][(i*4)%(len(want)-1)]...)))
			}
			t.wantSorts(span(t, table.Query{}), joined...)
		}},
		{"the lower bound belongs to the range and the upper does not", func(t *T) {
			letters(t)
			t.wantSorts(span(t, table.Query{From: "b"}), "b", "c", "d", "e", "f", "g")
			t.wantSorts(span(t, table.Query{To: "c"}), "a", "b")
			t.wantSorts(span(t, table.Query{From: "b", To: "e"}), "b", "c", "d")
			t.wantSorts(span(t, table.Query{From: "bb", To: "ee"}), "c", "d", "e")
			t.wantSorts(span(t, table.Query{From: "g", To: "h"}), "g")
		}},
		{"a descending query has the same bounds", func(t *T) {
			letters(t)
			t.wantSorts(span(t, table.Query{Descending: true, From: "b"}), "g", "f", "e", "d", "c", "b")
			t.wantSorts(span(t, table.Query{Descending: true, To: "c"}), "b", "a")
			t.wantSorts(span(t, table.Query{Descending: true, From: "b", To: "e"}), "d", "c", "b")
		}},
		{"an empty range is an empty page", func(t *T) {
			letters(t)
			for _, q := range []table.Query{{From: "c", To: "c"}, {From: "e", To: "b"}, {From: "x"}, {To: "A"}, {From: "aa", To: "ab"}} {
				t.wantSorts(span(t, q))
				q.Descending = true
				t.wantSorts(span(t, q))
			}
			t.wantSorts(t.walk(table.Query{Partition: "nobody", Limit: 10}, nil))
		}},
		{"going on after a sort key needs no item there", func(t *T) {
			letters(t)
			t.wantSorts(span(t, table.Query{After: "c"}), "d", "e", "f", "g")
			t.wantSorts(span(t, table.Query{After: "cc"}), "d", "e", "f", "g")
			t.wantSorts(span(t, table.Query{After: "c", Descending: true}), "b", "a")
			t.wantSorts(span(t, table.Query{After: "cc", Descending: true}), "c", "b", "a")
			t.wantSorts(span(t, table.Query{After: "g"}))
			t.wantSorts(span(t, table.Query{After: "a", Descending: true}))
		}},
		{"going on from outside the bounds keeps within them", func(t *T) {
			letters(t)
			bounded := table.Query{From: "c", To: "f"}
			for after, want := range map[string][2][]string{
				"a": {{"c", "d", "e"}, {}}, "c": {{"d", "e"}, {}}, "d": {{"e"}, {"c"}}, "e": {{}, {"d", "c"}}, "f": {{}, {"e", "d", "c"}}, "x": {{}, {"e", "d", "c"}},
			} {
				bounded.After = after
				bounded.Descending = false
				t.wantSorts(span(t, bounded), want[0]...)
				bounded.Descending = true
				t.wantSorts(span(t, bounded), want[1]...)
			}
		}},
		{"bounds reach over every script", func(t *T) {
			for _, sort := range []string{"é", "東", "😀", "\U0010FFFF", "\U0010FFFFz"} {
				t.put(item("p", sort))
			}
			t.wantSorts(span(t, table.Query{From: "東"}), "東", "😀", "\U0010FFFF", "\U0010FFFFz")
			t.wantSorts(span(t, table.Query{After: "😀"}), "\U0010FFFF", "\U0010FFFFz")
			t.wantSorts(span(t, table.Query{To: "\U0010FFFF"}), "é", "東", "😀")
		}},
		{"a query sees what was written just before", func(t *T) {
			for i := range 20 {
				t.put(item("p", fmt.Sprintf("%02d", i)))
				if got := span(t, table.Query{}); len(got) != i+1 {
					t.Errorf("%d items, want %d", len(got), i+1)
				}
			}
		}},
	}
}
