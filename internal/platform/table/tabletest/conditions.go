package tabletest

import "github.com/winback-auto/winback/internal/platform/table"

func conditionCases() []Case {
	stored := func() table.Item {
		one := locked("s", 7, "first")
		one.Body = []byte(`{"state":"open","n":5,"none":null,"list":["open"],"pk":"own","size":"big","a.b":"dotted","":"nameless"}`)
		return one
	}
	holds := []struct {
		name      string
		condition table.Condition
		present   bool // whether it holds for the stored item
		absent    bool // whether it holds where there is none
	}{
		{"no condition holds always", always, true, true},
		{"Absent holds where there is nothing", absent, false, true},
		{"Present holds where there is something", present, true, false},
		{"VersionIs holds for the version", version(7), true, false},
		{"VersionIs fails for an older version", version(6), false, false},
		{"VersionIs fails for a newer version", version(8), false, false},
		{"VersionIs 0 fails for a locked item", version(0), false, false},
		{"Equals holds for the text", equals("state", "open"), true, false},
		{"Equals fails for another text", equals("state", "closed"), false, false},
		{"Equals fails for the beginning of the text", equals("state", "ope"), false, false},
		{"Equals fails for a member that is missing", equals("other", ""), false, false},
		{"Equals fails for a number that reads the same", equals("n", "5"), false, false},
		{"Equals fails for null", equals("none", ""), false, false},
		{"Equals fails for a list with the text", equals("list", "open"), false, false},
		{"Equals finds members called like attributes and reserved words", equals("pk", "own"), true, false},
		{"Equals finds members called like reserved words", equals("size", "big"), true, false},
		{"Equals takes a dotted name as one name", equals("a.b", "dotted"), true, false},
	}
	var cases []Case
	for _, c := range holds {
		cases = append(cases, Case{"condition: " + c.name, func(t *T) {
			t.put(stored())
			next := stored()
			next.Version, next.Token, next.Body = 8, "second", []byte(`{"state":"changed"}`)
			op := put(next, c.condition)
			if c.present {
				t.write(op)
				t.wantItem(next)
			} else {
				t.refused(0, op)
				t.wantItem(stored())
			}
			op.Item.Sort = "nothing here"
			if c.absent {
				t.write(op)
				t.wantItem(op.Item)
			} else {
				t.refused(0, op)
				t.wantNone(op.Item.Key)
			}
		}})
	}
	return append(cases,
		Case{"VersionIs 0 holds for an item that nobody locks", func(t *T) {
			t.put(item("p", "s"))
			t.write(put(item("p", "s"), version(0)))
			t.refused(0, put(item("p", "other"), version(0)))
		}},
		Case{"a delete takes the item away, and nothing from nothing", func(t *T) {
			t.put(full(), item(full().Partition, "neighbour"))
			t.write(remove(full().Key, always))
			t.wantNone(full().Key)
			t.write(remove(full().Key, always))
			t.wantItem(item(full().Partition, "neighbour"))
		}},
		Case{"a delete minds its condition", func(t *T) {
			t.put(stored())
			t.refused(0, remove(stored().Key, version(6)))
			t.refused(0, remove(stored().Key, absent))
			t.wantItem(stored())
			t.write(remove(stored().Key, version(7)))
			t.wantNone(stored().Key)
			t.refused(0, remove(stored().Key, version(7)))
			t.write(remove(stored().Key, absent))
		}},
		Case{"a check alone is answered and changes nothing", func(t *T) {
			t.put(stored())
			t.write(check(stored().Key, version(7)))
			t.refused(0, check(stored().Key, version(8)))
			t.refused(0, check(at("p", "none"), present))
			t.write(check(at("p", "none"), absent))
			t.wantItem(stored())
			t.wantNone(at("p", "none"))
		}},
	)
}
