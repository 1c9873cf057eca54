package tabletest

import (
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// An answer may be lost after the write was applied; then somebody repeats it.
func tokenCases() []Case {
	return []Case{
		{"a repeated create is a success", func(t *T) {
			for range 3 {
				t.write(put(locked("s", 1, "mine"), absent))
			}
			t.wantItem(locked("s", 1, "mine"))
		}},
		{"a repeated update is a success and happens once", func(t *T) {
			t.put(locked("s", 1, "first"))
			for range 3 {
				t.write(put(locked("s", 2, "mine"), version(1)))
			}
			t.wantItem(locked("s", 2, "mine"))
		}},
		{"a create under another token is refused", func(t *T) {
			t.write(put(locked("s", 1, "theirs"), absent))
			t.refused(0, put(locked("s", 1, "mine"), absent))
			t.refused(0, put(locked("s", 1, ""), absent))
			t.wantItem(locked("s", 1, "theirs"))
		}},
		{"two items without tokens are not one's own", func(t *T) {
			t.write(put(item("p", "s"), absent))
			t.refused(0, put(item("p", "s"), absent))
		}},
		{"a repeated write of several ops is a success and counts once", func(t *T) {
			counter := locked("counter", 1, "made")
			counter.Body = numbered(0)
			t.put(counter, locked("old", 1, "made"))
			ops := []table.Op{
				put(locked("a", 1, "mine-a"), absent), put(locked("old", 2, "mine-b"), version(1)), add(counter.Key, "n", 1), put(item("p", "plain"), always),
			}
			for range 3 {
				t.write(ops...)
			}
			counter.Version, counter.Body = 2, numbered(1)
			t.wantItem(counter)
			t.wantItem(locked("a", 1, "mine-a"))
			t.wantItem(locked("old", 2, "mine-b"))
		}},
		{"one op of a repeated write is recognised though another's item has changed since", func(t *T) {
			ops := []table.Op{put(locked("a", 1, "mine-a"), absent), put(locked("b", 1, "mine-b"), absent)}
			t.write(ops...)
			t.write(put(locked("a", 2, "theirs"), version(1)))
			t.write(ops...)
			t.wantItem(locked("a", 2, "theirs"))
			t.wantItem(locked("b", 1, "mine-b"))
		}},
		{"a repeated write is recognised though its item was counted on since", func(t *T) {
			t.write(put(locked("a", 1, "mine"), absent))
			t.write(put(item("p", "guard"), absent), add(at("p", "a"), "n", 1))
			t.write(put(locked("a", 1, "mine"), absent))
			want := locked("a", 2, "mine")
			want.Body = []byte(`{"text":"hello","n":1}`)
			t.wantItem(want)
		}},
		{"a put that keeps the version is not taken for the write that made it", func(t *T) {
			t.put(locked("a", 1, "mine"))
			t.write(put(item("p", "guard"), absent), add(at("p", "a"), "n", 1))
			t.refused(0, put(locked("a", 1, "mine"), version(1)))
		}},
		{"a repeated delete is refused and never happens twice", func(t *T) {
			t.put(locked("a", 1, "mine"))
			ops := []table.Op{remove(at("p", "a"), version(1)), add(at("p", "counter"), "n", 1)}
			t.write(ops...)
			if err := t.Driver.Write(t.ctx, ops); err != nil && !errs.Is(err, errs.Conflict) {
				t.Errorf("repeated: %v, want success or a conflict", err)
			}
			got, err := t.Driver.Get(t.ctx, at("p", "counter"))
			if err != nil || bodyDifference(got.Body, numbered(1)) != "" {
				t.Errorf("counter %s, %v; want 1", got.Body, err)
			}
		}},
	}
}
