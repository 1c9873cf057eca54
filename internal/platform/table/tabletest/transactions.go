package tabletest

import (
	"context"
	"fmt"

	"github.com/winback-auto/winback/internal/platform/table"
)

func transactionCases() []Case {
	return []Case{
		{"all ops of a write happen, whatever their partitions", func(t *T) {
			t.put(item("b", "old"), locked("guard", 3, "x"))
			t.write(put(item("a", "new"), absent), remove(at("b", "old"), present), check(at("p", "guard"), version(3)), put(full(), always))
			t.wantItem(item("a", "new"))
			t.wantNone(at("b", "old"))
			t.wantItem(locked("guard", 3, "x"))
			t.wantItem(full())
		}},
		{"one condition that fails undoes all, and its op is told", func(t *T) {
			t.put(item("there", "x"))
			for index := range 4 {
				ops := make([]table.Op, 4)
				for i := range ops {
					ops[i] = put(item("new", fmt.Sprint(i)), absent)
				}
				ops[index] = put(item("there", "x"), absent)
				t.refused(index, ops...)
				for i := range ops {
					t.wantNone(at("new", fmt.Sprint(i)))
				}
			}
		}},
		{"of several conditions that fail the first is told", func(t *T) {
			t.put(item("p", "1"), item("p", "2"))
			t.refused(1, put(item("p", "0"), absent), put(item("p", "1"), absent), put(item("p", "2"), absent))
			t.wantNone(at("p", "0"))
		}},
		{"a failed check undoes the write that it guards", func(t *T) {
			t.put(locked("guard", 3, "x"))
			t.refused(1, put(item("p", "new"), absent), check(at("p", "guard"), version(2)))
			t.refused(0, check(at("p", "nobody"), present), put(item("p", "new"), absent))
			t.wantNone(at("p", "new"))
		}},
		{"a failed condition keeps deletes and puts without conditions from happening", func(t *T) {
			t.put(item("p", "kept"), item("p", "same"))
			changed := item("p", "same")
			changed.Body = []byte(`{"text":"changed"}`)
			t.refused(2, remove(at("p", "kept"), always), put(changed, always), put(item("p", "none"), present))
			t.wantItem(item("p", "kept"))
			t.wantItem(item("p", "same"))
		}},
		{"a write may have a hundred ops", func(t *T) {
			ops := make([]table.Op, table.MaxOps)
			for i := range ops {
				ops[i] = put(item(fmt.Sprint("p", i%7), fmt.Sprint(i)), absent)
			}
			t.write(ops...)
			t.refused(0, ops...)
			for _, op := range ops {
				t.wantItem(op.Item)
			}
		}},
		{"a write under an ended context fails and changes nothing", func(t *T) {
			ended, cancel := context.WithCancel(t.ctx)
			cancel()
			for _, ops := range [][]table.Op{{put(item("p", "1"), always)}, {put(item("p", "1"), always), put(item("p", "2"), always)}} {
				if err := t.Driver.Write(ended, ops); err == nil {
					t.Errorf("a write of %d ops succeeds under an ended context", len(ops))
				}
			}
			t.wantNone(at("p", "1"))
			t.wantNone(at("p", "2"))
		}},
	}
}

func addCases() []Case {
	counter := func() table.Item {
		one := locked("counter", 4, "made")
		one.Body = []byte(`{"n":40,"text":"kept","list":[1,{"n":2}],"pk":1}`)
		return one
	}
	return []Case{
		{"an Add beside a guard adds, creates at 0 and makes a version", func(t *T) {
			t.put(counter())
			op := add(counter().Key, "n", 2)
			op.Deltas["fresh"] = -3
			op.Deltas["pk"] = 9
			t.write(put(item("p", "guard"), absent), op)
			want := counter()
			want.Version++
			want.Body = []byte(`{"n":42,"text":"kept","list":[1,{"n":2}],"fresh":-3,"pk":10}`)
			t.wantItem(want)
		}},
		{"an Add makes the item where there is none", func(t *T) {
			t.write(put(item("p", "guard"), absent), add(at("p", "counter"), "n", 5))
			got, err := t.Driver.Get(t.ctx, at("p", "counter"))
			if err != nil || got.Version != 1 || bodyDifference(got.Body, []byte(`{"n":5}`)) != "" {
				t.Errorf("get: %+v, %v", got, err)
			}
		}},
		{"an Add gives an item that nobody locks a version", func(t *T) {
			unlocked := item("p", "counter")
			t.put(unlocked)
			t.write(put(item("p", "guard"), absent), add(unlocked.Key, "n", 1))
			t.refused(0, put(unlocked, version(0)))
			unlocked.Version, unlocked.Body = 1, []byte(`{"text":"hello","n":1}`)
			t.wantItem(unlocked)
		}},
		{"an Add counts beyond 2^63", func(t *T) {
			huge := locked("counter", 1, "made")
			huge.Body = []byte(`{"n":12345678901234567890}`)
			t.put(huge)
			for i := range 2 {
				t.write(put(item("p", fmt.Sprint("guard", i)), absent), add(huge.Key, "n", 9_223_372_036_854_775_807))
			}
			huge.Version, huge.Body = 3, []byte(`{"n":30792422974944119504}`)
			t.wantItem(huge)
		}},
		{"an Add keeps messages, expiry and the token", func(t *T) {
			one := full()
			t.put(one)
			t.write(put(item("p", "guard"), absent), add(one.Key, "calls", 1))
			one.Version++
			one.Body = []byte(`{"name":"Ada","cars":[{"vin":"X"}],"open":true,"score":7.5,"calls":1}`)
			t.wantItem(one)
		}},
		{"an Add minds its own condition", func(t *T) {
			t.put(counter())
			conditional := add(counter().Key, "n", 1)
			conditional.If = version(3)
			t.refused(1, put(item("p", "guard"), absent), conditional)
			t.wantItem(counter())
			conditional.If = version(4)
			t.write(put(item("p", "guard"), absent), conditional)
		}},
		{"an Add does not happen where the guard fails", func(t *T) {
			t.put(counter(), item("p", "guard"))
			t.refused(0, put(item("p", "guard"), absent), add(counter().Key, "n", 1))
			t.wantItem(counter())
		}},
		{"an Add to a text is an error and changes nothing", func(t *T) {
			t.put(counter())
			if err := t.Driver.Write(t.ctx, []table.Op{put(item("p", "guard"), absent), add(counter().Key, "text", 1)}); err == nil {
				t.Errorf("adding to a text succeeds")
			}
			t.wantItem(counter())
			t.wantNone(at("p", "guard"))
		}},
	}
}
