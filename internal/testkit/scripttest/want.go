package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// check compares a value, or the error of looking for it, with what a line wants:
//
//	exists, absent      null exists
//	active              a string, a number, true, false, null
//	'{"a": 1}', '[]'    an object or array, whatever the order of members
//	matches regexp
//	= != < <= > >= n    numbers
func check(value any, missing error, want []string) error {
	if want[0] == "absent" && len(want) == 1 {
		switch {
		case missing == nil:
			return fmt.Errorf("is there: %s", text(value))
		case !errors.Is(missing, errAbsent):
			return missing
		}
		return nil
	}
	if missing != nil {
		return missing
	}
	switch {
	case want[0] == "exists" && len(want) == 1:
		return nil
	case want[0] == "matches" && len(want) == 2:
		return matches(want[1], text(value))
	case len(want) == 2:
		return compare(value, want[0], want[1])
	case same(value, want[0]):
		return nil
	}
	return fmt.Errorf("is %s", text(value))
}

// same reports whether a value is what a script writes: structures by content, all else by its text.
func same(value any, want string) bool {
	if strings.HasPrefix(want, "{") || strings.HasPrefix(want, "[") {
		var got, wanted any
		return json.Unmarshal([]byte(text(value)), &got) == nil && json.Unmarshal([]byte(want), &wanted) == nil && reflect.DeepEqual(got, wanted)
	}
	return text(value) == want
}

func compare(value any, operator, want string) error {
	got, err := strconv.ParseFloat(text(value), 64)
	if err != nil {
		return fmt.Errorf("is no number: %s", text(value))
	}
	limit, err := strconv.ParseFloat(want, 64)
	if err != nil {
		return err
	}
	holds, known := map[string]bool{
		"=": got == limit, "!=": got != limit, "<": got < limit, "<=": got <= limit, ">": got > limit, ">=": got >= limit,
	}[operator]
	switch {
	case !known:
		return fmt.Errorf("there is no comparison %s", operator)
	case !holds:
		return fmt.Errorf("is %s", text(value))
	}
	return nil
}
