package tabletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"github.com/winback-auto/winback/internal/platform/table"
)

// wantSame compares items. Bodies are the same when they mean the same JSON: the order of members and the spelling of
// numbers and texts are the store's own.
func (t *T) wantSame(got, want table.Item) {
	if got.Key != want.Key {
		t.Errorf("key %q, want %q", got.Key, want.Key)
	}
	if difference := bodyDifference(got.Body, want.Body); difference != "" {
		t.Errorf("%q: body: %s", want.Key, difference)
	}
	got.Body, want.Body = nil, nil
	if len(got.Pending) == 0 && len(want.Pending) == 0 {
		got.Pending, want.Pending = nil, nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%q:\n got %+v\nwant %+v", want.Key, got, want)
	}
}

func (t *T) wantSorts(items []table.Item, want ...string) {
	if got := sorts(items); strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("sort keys %q, want %q", got, want)
	}
}

func sorts(items []table.Item) []string {
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = item.Sort
	}
	return all
}

func bodyDifference(got, want []byte) string {
	if len(got) == 0 || len(want) == 0 {
		if len(got) != len(want) {
			return fmt.Sprintf("%q, want %q", shorten(got), shorten(want))
		}
		return ""
	}
	a, errA := parse(got)
	b, errB := parse(want)
	if errA != nil || errB != nil {
		return fmt.Sprintf("no JSON: %v %v", errA, errB)
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("%s, want %s", shorten(got), shorten(want))
	}
	return ""
}

func shorten(body []byte) []byte { return body[:min(len(body), 300)] }

// parse makes values that are deeply equal exactly when the JSON means the same.
func parse(body []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return exact(value), err
}

func exact(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = exact(member)
		}
	case []any:
		for i, member := range v {
			v[i] = exact(member)
		}
	case json.Number:
		if number, ok := new(big.Rat).SetString(v.String()); ok {
			return [1]string{number.RatString()} // no text of the JSON has this type
		}
	}
	return value
}
