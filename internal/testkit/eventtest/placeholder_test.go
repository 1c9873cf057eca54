package eventtest

import (
	"reflect"
	"testing"
)

func TestAPlaceholderStandsOnlyForWhatItNames(t *testing.T) {
	for _, test := range []struct {
		got, want, masked any
	}{
		{"01JQ0000000000000000000000", "{{id}}", "{{id}}"},
		{"01JQ", "{{id}}", "01JQ"},
		{"2026-11-22T12:00:00Z", "{{time}}", "{{time}}"},
		{"yesterday", "{{time}}", "yesterday"},
		{"x", "{{text}}", "{{text}}"},
		{"", "{{text}}", ""},
		{"x", "{{unknown}}", "x"},
		{1.0, "{{text}}", 1.0},
		{"x", nil, "x"},
		{[]any{"a", "b"}, []any{"{{text}}"}, []any{"{{text}}", "b"}},
		{map[string]any{"a": "x", "b": nil}, map[string]any{"a": "{{text}}", "c": "{{text}}"}, map[string]any{"a": "{{text}}", "b": nil}},
	} {
		if got := masked(test.got, test.want); !reflect.DeepEqual(got, test.masked) {
			t.Errorf("%v against %v: %v, want %v", test.got, test.want, got, test.masked)
		}
	}
}
