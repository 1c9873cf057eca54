package tabletest

import (
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

func keyCases() []Case {
	// Each group is of keys that a careless store could take for one another.
	apart := func(name string, keys ...table.Key) Case {
		return Case{name, func(t *T) { t.stayApart(keys) }}
	}
	return []Case{
		apart("keys that print alike stay apart",
			table.Key{Partition: "ab", Sort: "c"}, table.Key{Partition: "a", Sort: "bc"},
			table.Key{Partition: "a#b", Sort: "c"}, table.Key{Partition: "a", Sort: "b#c"},
			table.Key{Partition: "a|b", Sort: "c"}, table.Key{Partition: "a", Sort: "b|c"},
			table.Key{Partition: "a/b", Sort: "c"}, table.Key{Partition: "a", Sort: "b/c"}),
		apart("a dot in a key is a letter like any other",
			table.Key{Partition: "a|b.c", Sort: "-"}, table.Key{Partition: "a", Sort: "b.c.-"}, table.Key{Partition: "a|b", Sort: "c.-"},
			table.Key{Partition: "a.b", Sort: "c"}, table.Key{Partition: "a", Sort: "b.c"}),
		apart("letters of another case are other keys",
			table.Key{Partition: "acme", Sort: "x"}, table.Key{Partition: "ACME", Sort: "x"}, table.Key{Partition: "acme", Sort: "X"}),
		apart("blanks count",
			table.Key{Partition: "a", Sort: "x"}, table.Key{Partition: "a ", Sort: "x"}, table.Key{Partition: "a", Sort: " x"}, table.Key{Partition: "a", Sort: "x "}),
		apart("the same letter composed in two ways is two keys",
			table.Key{Partition: "caf\u00e9", Sort: "x"}, table.Key{Partition: "cafe\u0301", Sort: "x"}, table.Key{Partition: "cafe", Sort: "\u0301x"}),
		apart("control characters in keys are kept",
			table.Key{Partition: "a\x00b", Sort: "c"}, table.Key{Partition: "a", Sort: "\x00b"}, table.Key{Partition: "a\x00", Sort: "c"},
			table.Key{Partition: "a\x00\x01", Sort: "c"}, table.Key{Partition: "a", Sort: "\x00\x01c"}, table.Key{Partition: "a\x01", Sort: "\tc\n"}),
		apart("keys of any script are kept",
			table.Key{Partition: "Łódź", Sort: "東京"}, table.Key{Partition: "😀", Sort: "👩‍🔧"}, table.Key{Partition: "ر", Sort: "\U0010FFFF"}, table.Key{Partition: "\uFFFD", Sort: "\uE000"}),
		apart("keys of the largest size are kept whole",
			table.Key{Partition: strings.Repeat("p", 2*table.MaxKey), Sort: strings.Repeat("s", table.MaxKey)},
			table.Key{Partition: strings.Repeat("p", 2*table.MaxKey), Sort: strings.Repeat("s", table.MaxKey-1) + "t"},
			table.Key{Partition: strings.Repeat("p", 2*table.MaxKey-1) + "q", Sort: strings.Repeat("s", table.MaxKey)}),
		{"an absent item is not found", func(t *T) {
			t.put(table.Item{Key: table.Key{Partition: "a", Sort: "b"}})
			for _, key := range []table.Key{{Partition: "a", Sort: "c"}, {Partition: "b", Sort: "b"}, {Partition: "a", Sort: "bb"}} {
				if _, err := t.Driver.Get(t.ctx, key); !errs.Is(err, errs.NotFound) {
					t.Errorf("get %q: %v, want not found", key, err)
				}
			}
		}},
		{"a partition does not reach into one whose name goes on", func(t *T) {
			t.put(item("a", "1"), item("a#b", "2"), item("ab", "3"), item("a\x00", "4"), item("a!", "5"))
			t.wantSorts(t.walk(table.Query{Partition: "a", Limit: 10}, nil), "1")
			t.wantSorts(t.walk(table.Query{Partition: "a", Limit: 10, Descending: true}, nil), "1")
		}},
	}
}

// stayApart stores a distinct text under each key and expects each where it was put, by every way of reading.
func (t *T) stayApart(keys []table.Key) {
	partitions := map[string]int{}
	for i, key := range keys {
		t.put(table.Item{Key: key, Kind: "note", Schema: 1, Body: numbered(i)})
		partitions[key.Partition]++
	}
	for i, key := range keys {
		t.wantItem(table.Item{Key: key, Kind: "note", Schema: 1, Body: numbered(i)})
	}
	got, err := t.Driver.BatchGet(t.ctx, keys)
	if err != nil || len(got) != len(keys) {
		t.Errorf("batch get: %d items and %v, want %d", len(got), err, len(keys))
	}
	for partition, want := range partitions {
		if got := t.walk(table.Query{Partition: partition, Limit: 10}, nil); len(got) != want {
			t.Errorf("partition %.40q has %d items, want %d", partition, len(got), want)
		}
	}
}
