package tabletest

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

func expiryCases() []Case {
	brief := func(t *T) table.Item {
		one := locked("brief", 2, "first")
		one.Body = []byte(`{"state":"open"}`)
		one.Expires = t.Clock.Now().Add(time.Minute)
		return one
	}
	return []Case{
		{"an item is present up to the second at which it expires", func(t *T) {
			one := brief(t)
			t.put(one)
			for _, left := range []time.Duration{time.Minute, time.Second, time.Nanosecond} {
				t.Clock.Set(one.Expires.Add(-left))
				t.write(check(one.Key, present))
				t.write(check(one.Key, version(2)))
				t.write(check(one.Key, equals("state", "open")))
				t.refused(0, put(locked("brief", 1, "second"), absent))
				t.write(put(item("p", "guard"), always), check(one.Key, present))
			}
		}},
		{"from then on it counts as absent", func(t *T) {
			one := brief(t)
			t.put(one)
			for _, after := range []time.Duration{0, time.Nanosecond, time.Second, 24 * time.Hour} {
				t.Clock.Set(one.Expires.Add(after))
				t.refused(0, check(one.Key, present))
				t.refused(0, put(one, version(2)))
				t.refused(0, remove(one.Key, equals("state", "open")))
				t.refused(1, put(item("p", "guard"), always), check(one.Key, present))
				t.write(put(item("p", "beside"), always), check(one.Key, absent))
			}
		}},
		{"an expired item makes room for a new one", func(t *T) {
			one := brief(t)
			t.put(one)
			t.Clock.Set(one.Expires)
			fresh := locked("brief", 1, "second")
			t.write(put(fresh, absent))
			t.wantItem(fresh)
			t.refused(0, put(locked("brief", 1, "third"), absent))
		}},
		{"an Add does not revive an expired item", func(t *T) {
			one := brief(t)
			t.put(one)
			t.Clock.Set(one.Expires)
			t.refused(1, put(item("p", "guard"), absent), add(one.Key, "n", 1))
			t.wantNone(at("p", "guard"))
		}},
		{"an item may be given a longer life", func(t *T) {
			one := brief(t)
			t.put(one)
			longer := one
			longer.Expires, longer.Version, longer.Token = one.Expires.Add(time.Hour), 3, "second"
			t.write(put(longer, version(2)))
			t.Clock.Set(one.Expires)
			t.write(check(one.Key, version(3)))
		}},
		{"the table reads no expired item", func(t *T) {
			one := brief(t)
			t.put(one, item("p", "lasting"))
			tbl := t.table()
			if _, err := tbl.Get(t.ctx, one.Key); err != nil {
				t.Errorf("get before the end: %v", err)
			}
			t.Clock.Set(one.Expires)
			if _, err := tbl.Get(t.ctx, one.Key); !errs.Is(err, errs.NotFound) {
				t.Errorf("get after the end: %v, want not found", err)
			}
			page, err := tbl.Query(t.ctx, table.Query{Partition: "p", Limit: 10})
			if err != nil {
				t.Fatalf("query: %v", err)
			}
			t.wantSorts(page.Items, "lasting")
			found, err := tbl.BatchGet(t.ctx, []table.Key{one.Key, at("p", "lasting")})
			if _, there := found[one.Key]; err != nil || there || len(found) != 1 {
				t.Errorf("batch get after the end: %v, %v", found, err)
			}
		}},
	}
}
