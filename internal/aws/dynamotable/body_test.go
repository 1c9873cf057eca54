package dynamotable

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzBody shows that a body comes back from attributes as it was, and that no member of it is taken for book-keeping.
func FuzzBody(f *testing.F) {
	for _, body := range []string{
		`{}`, `{"pk":1,"__pk":2,"_":3,"":4,"_pending":[]}`, `{"n":12345678901234567890123456789012345678.5e-3}`, `{"a":[null,{"_kind":[]}],"b":true}`, `{"a":1,"a":2}`, `null`, `[]`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if !utf8.Valid(body) {
			return
		}
		stored, err := members(body)
		if err != nil || len(body) == 0 {
			return
		}
		for name := range stored {
			if _, ok := memberOf(name); !ok {
				t.Errorf("the body %q has the attribute %q", body, name)
			}
		}
		got, err := bodyOf(stored, true)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(loose(t, got), loose(t, body)) {
			t.Errorf("%q came back as %q", body, got)
		}
	})
}

// loose reads the first JSON value of a text, as members does.
func loose(t *testing.T, body []byte) (value any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestNoMemberHasTheNameOfAnAttribute(t *testing.T) {
	seen := map[string]string{}
	for _, member := range []string{"", "_", "__", "___", "pk", "_pk", "__pk", "___pk", "sk", "due_pk", "due_sk", "_kind", "__kind", "kind", "_expires", "name"} {
		stored := attributeOf(member)
		if other, taken := seen[stored]; taken {
			t.Errorf("%q and %q are both stored as %q", member, other, stored)
		}
		seen[stored] = member
		if got, ok := memberOf(stored); !ok || got != member {
			t.Errorf("%q is stored as %q and comes back as %q, %v", member, stored, got, ok)
		}
	}
	for _, own := range []string{partitionKey, sortKey, duePartition, dueSort, kindAttribute, schemaAttribute, versionAttribute, tokenAttribute, pendingAttribute, ExpiresAttribute} {
		if member, ok := memberOf(own); ok {
			t.Errorf("the attribute %q reads as the member %q", own, member)
		}
	}
}
