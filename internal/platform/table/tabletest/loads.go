package tabletest

import (
	"fmt"

	"github.com/winback-auto/winback/internal/platform/table"
)

func loadCases() []Case {
	return []Case{
		{"a load puts and deletes any number of items", func(t *T) {
			const count = 1_503
			var ops []table.Op
			for i := range count {
				key := at(fmt.Sprint("p", i%7), fmt.Sprint(i))
				ops = append(ops, table.Posting(key))
			}
			t.loadOps(ops)
			for i := range ops {
				if i%2 == 0 {
					ops[i] = table.Removal(ops[i].Item.Key)
				}
			}
			t.loadOps(ops)
			left := 0
			for p := range 7 {
				left += len(t.walk(table.Query{Partition: fmt.Sprint("p", p), Limit: 1000}, nil))
			}
			if left != count/2 {
				t.Errorf("%d items left, want %d", left, count/2)
			}
		}},
		{"a load keeps whole items", func(t *T) {
			one := full()
			t.load(one, item("p", "1"))
			t.wantItem(one)
			t.wantItem(item("p", "1"))
		}},
		{"a load replaces what is there", func(t *T) {
			t.put(locked("s", 9, "old"))
			t.load(item("p", "s"))
			t.wantItem(item("p", "s"))
		}},
		{"the later op of a load on the table wins", func(t *T) {
			last := item("p", "a")
			last.Body = numbered(2)
			t.must(t.table().Load(t.ctx, put(item("p", "a"), always), put(item("p", "b"), always), put(last, always), remove(at("p", "b"), always), remove(at("p", "c"), always), put(item("p", "c"), always)))
			t.wantItem(last)
			t.wantNone(at("p", "b"))
			t.wantItem(item("p", "c"))
		}},
	}
}

func (t *T) loadOps(ops []table.Op) {
	if err := t.Driver.Load(t.ctx, ops); err != nil {
		t.Fatalf("load of %d ops: %v", len(ops), err)
	}
}
