package table_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// FuzzJoin shows that two lists of parts have the same key only if they are the same, that their keys sort as they do, and
// that a key gives its parts back.
func FuzzJoin(f *testing.F) {
	for _, seed := range [][4]string{
		{"a#b", "c", "a", "b#c"},
		{"", "", "", ""},
		{"a", "", "", "a"},
		{"a$c", "x", "a#", "x"},
		{"\x00", "a", "", "\x00a"},
		{"\xff", "", "\U0010FFFFff", ""},
		{"\U0010FFFFz", "", "\U0010FFFF", "z"},
		{"\U0010FFFF", "ff", "\xff", ""},
		{"é", "東", "e\u0301", "😀"},
		{"$", "#", "@", "\x7f"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		lists := [][]string{{a}, {a, b}, {a, b, c}, {c}, {c, d}, {b, c, d}}
		for _, one := range lists {
			key := table.Join(one...)
			if !utf8.ValidString(key) {
				t.Errorf("Join(%q) = %q is no text", one, key)
			}
			if got := table.Split(key); !slices.Equal(got, one) {
				t.Errorf("Split(Join(%q)) = %q", one, got)
			}
			if strings.Count(key, table.Separator) != len(one)-1 {
				t.Errorf("Join(%q) = %q: a separator inside a part", one, key)
			}
			for _, other := range lists {
				if (table.Join(other...) == key) != slices.Equal(one, other) {
					t.Errorf("%q and %q run together as %q", one, other, key)
				}
				if valid(one) && valid(other) && cmp.Compare(key, table.Join(other...)) != slices.Compare(one, other) {
					t.Errorf("%q and %q do not sort as their keys do", one, other)
				}
			}
		}
	})
}

func valid(parts []string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !utf8.ValidString(part) })
}

// FuzzSplit shows that foreign text does no harm.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "$", "a$", "\U0010FFFF", "\U0010FFFFf", "\U0010FFFFff", "#", "\xff$\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := table.Split(text); len(got) != strings.Count(text, table.Separator)+1 {
			t.Errorf("Split(%q) = %q", text, got)
		}
	})
}

func TestEveryKeyOfACompanyBeginsWithIt(t *testing.T) {
	key := table.In(ident.Trusted("acme#x"), "lead", "7").At("a", "b")
	if want := (table.Key{Partition: "acme$cx#lead#7", Sort: "a#b"}); key != want {
		t.Errorf("key %q, want %q", key, want)
	}
	if got := (table.Item{Key: key}).Company(); got != ident.Trusted("acme#x") {
		t.Errorf("company %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a key without a company must not be made")
		}
	}()
	table.In(ident.Company{}, "lead")
}

func TestNoCompanyCanReachBehindADoor(t *testing.T) {
	for _, door := range table.Doors() {
		behind := table.Global(door, "x")
		if company := table.In(ident.Trusted(string(door)+"#x"), "y"); strings.HasPrefix(string(company), string(behind)) {
			t.Errorf("%q lies behind %q", company, behind)
		}
	}
}
