package tabletest

import (
	"fmt"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

func valueCases() []Case {
	body := func(name string, bodies ...string) Case {
		return Case{name, func(t *T) {
			for i, body := range bodies {
				one := item("p", fmt.Sprint(i))
				one.Body = []byte(body)
				t.put(one)
				t.wantItem(one)
			}
		}}
	}
	return []Case{
		{"every field of an item comes back", func(t *T) { t.put(full()); t.wantItem(full()) }},
		{"a query and a batch get give the whole item, too", func(t *T) {
			t.put(full())
			t.wantSame(t.query(table.Query{Partition: full().Partition, Limit: 1}).Items[0], full())
			got, err := t.Driver.BatchGet(t.ctx, []table.Key{full().Key})
			if err != nil || len(got) != 1 {
				t.Fatalf("batch get: %v, %v", got, err)
			}
			t.wantSame(got[0], full())
		}},
		{"a posting is a key and nothing else", func(t *T) {
			t.put(table.Item{Key: at("p", "s")})
			t.wantItem(table.Item{Key: at("p", "s")})
		}},
		{"a put replaces the whole item", func(t *T) {
			t.put(full())
			bare := table.Item{Key: full().Key, Kind: "note", Schema: 1, Body: []byte(`{"other":1}`)}
			t.put(bare)
			t.wantItem(bare)
		}},
		{"messages keep their order, their bodies byte for byte and their instants", func(t *T) {
			one := locked("s", 1, "token")
			for i, body := range []string{`{"b":1,"a":1.50}`, `"text"`, `[1, 2]`, `null`, `{}`} {
				m := table.Message{ID: fmt.Sprint("m", 9-i), Topic: "notify", Body: []byte(body)}
				if i > 0 {
					m.At = t.Clock.Now().Add(time.Duration(i) * 1_234_567_891)
				}
				one.Pending = append(one.Pending, m)
			}
			t.put(one)
			t.wantItem(one)
		}},
		body("whole numbers beyond 2^53 keep every digit",
			`{"n":9007199254740993}`, `{"n":-9007199254740993}`, `{"n":9223372036854775807}`, `{"n":-9223372036854775808}`, `{"deep":{"list":[9007199254740993]}}`),
		body("numbers keep 38 digits",
			`{"n":12345678901234567890123456789012345678}`, `{"n":0.12345678901234567890123456789012345678}`, `{"n":-1234567890123456789.0123456789012345678}`),
		body("fractions and exponents keep their value",
			`{"a":0.1,"b":-0.75,"c":1e-10,"d":1.5e20,"e":0,"f":-1,"g":100,"h":123456.789}`),
		body("texts of any script come back",
			`{"a":"","b":" ","c":"東京 😀 Łódź","d":"a\u0000b\u0001\n\t\"\\/","e":"\u2028\u2029<>&","f":"`+strings.Repeat("é", 1000)+`"}`),
		body("lists, objects, truth values and null come back",
			`{"a":[1],"b":{"c":1},"c":null,"d":true,"e":false,"f":[[null],{"x":null},[1,"x",[true]]],"g":{"h":{"i":{"j":[{"k":1}]}}}}`),
		body("empty lists and objects come back", `{"a":[],"b":{},"c":[[],{},[[]],{"d":[]}]}`),
		body("an object without members stays one", `{}`),
		body("members may be called like the store's own attributes",
			`{"pk":"1","sk":"2","_kind":"3","_schema":4,"_version":"5","_token":6,"_expires":7,"_pending":8,"due_pk":9,"due_sk":10}`,
			`{"_":1,"__":2,"__pk":3,"___":4,"_pk":5,"__kind":6,"pk_":7}`,
			`{"nested":{"pk":1,"_kind":2,"__pk":3,"due_sk":4}}`),
		body("members may be called like words and signs of a query language",
			`{"size":1,"name":2,"value":3,"status":4,"a.b":5,"a[0]":6,"#n":7,":v":8,"$":9,"with blank":10,"ключ":11,"":12}`),
		body("a body of the largest size comes back", `{"text":"`+strings.Repeat("x", table.MaxBody-len(`{"text":""}`))+`"}`),
		{"an item of nearly 400 kB with its messages comes back", func(t *T) {
			one := locked("s", 1, "token")
			for i := range 3 {
				one.Pending = append(one.Pending, table.Message{ID: fmt.Sprint(i), Topic: "t", Body: []byte(`"` + strings.Repeat("x", 120_000) + `"`)})
			}
			t.put(one)
			t.wantItem(one)
		}},
	}
}

// full is an item that uses every field.
func full() table.Item {
	return table.Item{
		Key:     at("acme#lead", "2026#7"),
		Kind:    "lead",
		Schema:  3,
		Version: 41,
		Token:   "01JDZ3",
		Body:    []byte(`{"name":"Ada","cars":[{"vin":"X"}],"open":true,"score":7.5}`),
		Pending: []table.Message{
			{ID: "m1", Topic: "notify", Body: []byte(`{"id":1}`)},
			{ID: "m2", Topic: "recapture", Body: []byte(`[1]`), At: time.Date(2026, 11, 23, 4, 5, 6, 789_000_001, time.UTC)},
		},
		Due:     dueUnder(at("acme#lead", "2026#7"), time.Date(2026, 11, 22, 5, 1, 0, 0, time.UTC)),
		Expires: time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}
