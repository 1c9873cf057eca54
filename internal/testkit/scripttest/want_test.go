package scripttest

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestAValueIsComparedAsTheLineSays(t *testing.T) {
	for _, test := range []struct {
		value any
		want  []string
		holds bool
	}{
		{"active", []string{"active"}, true},
		{"active", []string{"act"}, false},
		{"active", []string{"matches", "^act"}, true},
		{"active", []string{"matches", "act$"}, false},
		{"active", []string{"matches", "("}, false},
		{json.Number("3"), []string{"3"}, true},
		{json.Number("3"), []string{"03"}, false},
		{json.Number("3"), []string{">", "2.5"}, true},
		{json.Number("3"), []string{">=", "3"}, true},
		{json.Number("3"), []string{"<", "3"}, false},
		{json.Number("3"), []string{"<=", "3"}, true},
		{json.Number("3"), []string{"=", "3.0"}, true},
		{json.Number("3"), []string{"!=", "3"}, false},
		{json.Number("3"), []string{"~", "3"}, false},
		{"three", []string{">", "2"}, false},
		{json.Number("3"), []string{">", "two"}, false},
		{true, []string{"true"}, true},
		{nil, []string{"null"}, true},
		{nil, []string{"exists"}, true},
		{nil, []string{"absent"}, false},
		{map[string]any{"a": json.Number("1"), "b": nil}, []string{`{"b": null, "a": 1}`}, true},
		{map[string]any{"a": json.Number("1")}, []string{`{"a": 2}`}, false},
		{[]any{}, []string{"[]"}, true},
		{[]any{"x"}, []string{"[]"}, false},
	} {
		if err := check(test.value, nil, test.want); (err == nil) != test.holds {
			t.Errorf("%v %v: %v", test.value, test.want, err)
		}
	}
}

func TestWhatIsAbsentIsOnlyEqualToAbsence(t *testing.T) {
	if err := check(nil, errAbsent, []string{"absent"}); err != nil {
		t.Error(err)
	}
	for _, want := range [][]string{{"exists"}, {"null"}, {"matches", ".*"}, {">", "0"}} {
		if check(nil, errAbsent, want) == nil {
			t.Errorf("absence is %v", want)
		}
	}
	if check(nil, errors.New("no JSON"), []string{"absent"}) == nil {
		t.Error("what cannot be read has no absent members")
	}
}
