package rehearse

import (
	"fmt"
	"regexp"
	"strings"
)

// like reports whether text matches a pattern in which * is any run of characters.
func like(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, ".*") + `$`).MatchString(text)
}

// matches reports whether an event matches the pattern of a rule: for every member of the pattern one of its values, down to
// the leaves. Of the comparisons prefix, suffix, anything-but and exists are known; another one is an error.
func matches(pattern map[string]any, event map[string]any) (bool, error) {
	for name, want := range pattern {
		value, there := event[name]
		var ok bool
		var err error
		switch want := want.(type) {
		case map[string]any:
			inner, isObject := value.(map[string]any)
			if !isObject {
				inner = map[string]any{} // exists: false may stand below
			}
			ok, err = matches(want, inner)
		case []any:
			ok, err = oneOf(want, value, there)
		default:
			err = fmt.Errorf("rehearse: the pattern of %s is neither an object nor a list", name)
		}
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// oneOf compares a value, or any element of one that is a list, with the alternatives of a pattern.
func oneOf(alternatives []any, value any, there bool) (bool, error) {
	values, isList := value.([]any)
	if !isList && there {
		values = []any{value}
	}
	for _, alternative := range alternatives {
		comparison, isComparison := alternative.(map[string]any)
		if !isComparison {
			for _, v := range values {
				if fmt.Sprint(v) == fmt.Sprint(alternative) {
					return true, nil
				}
			}
			continue
		}
		ok, err := compare(comparison, values, there)
		if err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

func compare(comparison map[string]any, values []any, there bool) (bool, error) {
	for name, argument := range comparison {
		if name == "exists" {
			return there == (argument == true), nil
		}
		for _, v := range values {
			text, isText := v.(string)
			want, _ := argument.(string)
			switch {
			case name == "prefix" && isText && strings.HasPrefix(text, want), name == "suffix" && isText && strings.HasSuffix(text, want):
				return true, nil
			case name == "anything-but" && isText && text != want:
				return true, nil
			case name != "prefix" && name != "suffix" && name != "anything-but":
				return false, fmt.Errorf("rehearse: the comparison %s of a pattern is not known", name)
			}
		}
	}
	return false, nil
}
