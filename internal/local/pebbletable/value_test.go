package pebbletable

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/platform/table"
)

var anyKey = table.Key{Partition: "p", Sort: "s"}

func TestAnItemSurvivesItsValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		item := anyItem(t)
		value := appendValue(nil, &item)
		got, err := parseValue(item.Key, value)
		if err != nil {
			t.Fatal(err)
		}
		clear(value) // the store reuses it
		if !reflect.DeepEqual(got, item) {
			t.Fatalf("got %+v, want %+v", got, item)
		}
	})
}

func anyItem(t *rapid.T) table.Item {
	text, number := rapid.String(), rapid.Int64()
	item := table.Item{
		Key:     anyKey,
		Kind:    text.Draw(t, "kind"),
		Schema:  rapid.Int().Draw(t, "schema"),
		Version: number.Draw(t, "version"),
		Token:   text.Draw(t, "token"),
		Due:     table.IndexKey{Partition: text.Draw(t, "due partition"), Sort: text.Draw(t, "due sort")},
	}
	if body := rapid.SliceOf(rapid.Byte()).Draw(t, "body"); len(body) > 0 {
		item.Body = body
	}
	if rapid.Bool().Draw(t, "expires") {
		item.Expires = instant(t, false)
	}
	for range rapid.IntRange(0, 3).Draw(t, "messages") {
		item.Pending = append(item.Pending, table.Message{
			ID: text.Draw(t, "id"), Topic: text.Draw(t, "topic"), Body: rapid.SliceOf(rapid.Byte()).Draw(t, "message"), At: instant(t, true),
		})
	}
	return item
}

func instant(t *rapid.T, zeroToo bool) time.Time {
	if zeroToo && rapid.Bool().Draw(t, "at once") {
		return time.Time{}
	}
	at := time.Unix(rapid.Int64Range(1, 1<<40).Draw(t, "seconds"), 0).UTC()
	if zeroToo {
		at = at.Add(time.Duration(rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds")))
	}
	return at
}

// FuzzParseValue shows that a damaged value is an error and never a wrong item: what is read is written back the same.
func FuzzParseValue(f *testing.F) {
	for _, item := range []table.Item{
		{},
		{Kind: "lead", Schema: 1, Body: []byte(`{}`)},
		{Version: 7, Token: "t", Expires: time.Unix(1, 0)},
		{Due: table.IndexKey{Partition: "DUE", Sort: "s"}, Pending: []table.Message{{ID: "m", Body: []byte(`1`), At: time.Unix(1, 5)}, {}}},
	} {
		f.Add(appendValue(nil, &item))
	}
	f.Add([]byte{format, hasPending, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add([]byte{format, hasKind, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Add([]byte{format + 1, 0})
	f.Add([]byte{format, unknown})
	f.Fuzz(func(t *testing.T, value []byte) {
		item, err := parseValue(anyKey, value)
		if err != nil {
			return
		}
		again, err := parseValue(anyKey, appendValue(nil, &item))
		if err != nil || !reflect.DeepEqual(again, item) {
			t.Errorf("%x reads as %+v, written again as %+v, %v", value, item, again, err)
		}
	})
}

// FuzzKeys shows that keys sort within their partition and cannot run into each other.
func FuzzKeys(f *testing.F) {
	f.Add("a", "b", "a\x00", "\x01b")
	f.Add("", "", "\x00", "\xff")
	f.Add("a", "\x00\x01", "a\x00\x01", "")
	f.Fuzz(func(t *testing.T, p1, s1, p2, s2 string) {
		a, b := table.Key{Partition: p1, Sort: s1}, table.Key{Partition: p2, Sort: s2}
		if bytes.Equal(itemKey(a), itemKey(b)) != (a == b) {
			t.Errorf("%q and %q run together", a, b)
		}
		same := table.Key{Partition: p1, Sort: s2}
		if got, want := bytes.Compare(itemKey(a), itemKey(same)), bytes.Compare([]byte(s1), []byte(s2)); got != want {
			t.Errorf("%q and %q compare as %d, want %d", a, same, got, want)
		}
		for _, partition := range []string{p1, p2} {
			inside := bytes.HasPrefix(itemKey(a), itemPrefix(partition))
			bounded := bytes.Compare(itemKey(a), itemPrefix(partition)) >= 0 && bytes.Compare(itemKey(a), behind(itemPrefix(partition))) < 0
			if inside != (partition == p1) || bounded != inside {
				t.Errorf("%q: inside %q is %v, within its bounds %v", a, partition, inside, bounded)
			}
		}
		due := table.IndexKey{Partition: p2, Sort: s2}
		key := dueKey(due, a)
		partition, rest, err := cutFramed(key[1:])
		if err != nil || partition != p2 {
			t.Fatalf("entry of %q: %q, %v", due, partition, err)
		}
		sort, got, err := cutEntry(rest)
		if err != nil || sort != s2 || got != a {
			t.Errorf("entry of %q under %q: %q under %q, %v", a, due, got, sort, err)
		}
	})
}

func TestADamagedKeyIsAnError(t *testing.T) {
	for _, key := range []string{"", "no frame", "cut\x00", "bad\x00\x07mark"} {
		if _, _, err := cutFramed([]byte(key)); err == nil {
			t.Errorf("%q is no error", key)
		}
	}
}
