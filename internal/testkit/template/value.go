package template

import "strconv"

// At is the value at a path of member names (or of positions in lists, as decimal numbers), and whether it is there.
func At(v any, path ...string) (any, bool) {
	for _, step := range path {
		switch container := v.(type) {
		case map[string]any:
			member, ok := container[step]
			if !ok {
				return nil, false
			}
			v = member
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(container) {
				return nil, false
			}
			v = container[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// Text is the text at a path; empty where there is none. A number or truth value is text as CloudFormation writes it.
func Text(v any, path ...string) string {
	found, _ := At(v, path...)
	s, _ := text(found)
	return s
}

// Int is the whole number at a path, also where it is written as text, and whether there is one.
func Int(v any, path ...string) (int, bool) {
	found, _ := At(v, path...)
	switch n := found.(type) {
	case int:
		return n, true
	case string:
		i, err := strconv.Atoi(n)
		return i, err == nil
	}
	return 0, false
}

// Bool is the truth value at a path, also where it is written as text; false where there is none.
func Bool(v any, path ...string) bool {
	found, _ := At(v, path...)
	return found == true || found == "true"
}

// List is the list at a path; nil where there is none. A single value counts as a list of one, as in IAM policies.
func List(v any, path ...string) []any {
	found, ok := At(v, path...)
	if !ok || found == nil {
		return nil
	}
	if list, ok := found.([]any); ok {
		return list
	}
	return []any{found}
}

// Texts is List, of which only texts are kept.
func Texts(v any, path ...string) []string {
	var all []string
	for _, member := range List(v, path...) {
		if s, ok := text(member); ok {
			all = append(all, s)
		}
	}
	return all
}

// Map is the object at a path; nil where there is none.
func Map(v any, path ...string) map[string]any {
	found, _ := At(v, path...)
	m, _ := found.(map[string]any)
	return m
}

// text writes a scalar as CloudFormation does when it joins.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
