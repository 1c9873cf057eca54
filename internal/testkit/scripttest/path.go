package scripttest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// errAbsent is the error of a path that leads nowhere.
var errAbsent = errors.New("is absent")

// at follows a path into JSON:
//
//	.                       the whole
//	.items[0].status        members and elements; [-1] is the last
//	.items[name=Sydney].id  the first element whose member name is Sydney; vehicle.vin=… looks deeper
//	.items.length           how many elements, or members of an object that has none of this name
func at(value any, path string) (any, error) {
	if path == "." {
		return value, nil
	}
	rest := path
	for rest != "" {
		step, after, err := cut(rest)
		if err != nil {
			return nil, fmt.Errorf("path %s: %w", path, err)
		}
		if value, err = step.follow(value); err != nil {
			return nil, fmt.Errorf("%s %w", strings.TrimSuffix(path, after), err)
		}
		rest = after
	}
	return value, nil
}

// step is one part of a path: a member, or what stands in brackets.
type step struct {
	name      string
	bracketed bool
}

func cut(path string) (step, string, error) {
	switch path[0] {
	case '[':
		end := closing(path)
		if end < 0 {
			return step{}, "", errors.New("a bracket is not closed")
		}
		return step{path[1:end], true}, path[end+1:], nil
	case '.':
		end := strings.IndexAny(path[1:], ".[") + 1
		if end == 0 {
			end = len(path)
		}
		if end == 1 {
			return step{}, "", errors.New("a name is missing")
		}
		return step{path[1:end], false}, path[end:], nil
	}
	return step{}, "", errors.New("begins with a dot")
}

// closing is where the bracket that begins the path is closed; -1 where it is not.
func closing(path string) int {
	depth := 0
	for i, c := range path {
		switch c {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (s step) follow(value any) (any, error) {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch {
	case s.bracketed && isList:
		return s.element(list)
	case s.bracketed:
		return nil, errAbsent
	}
	if member, ok := object[s.name]; ok {
		return member, nil
	}
	if s.name == "length" && (isObject || isList) {
		return json.Number(strconv.Itoa(len(object) + len(list))), nil
	}
	return nil, errAbsent
}

func (s step) element(list []any) (any, error) {
	if i, err := strconv.Atoi(s.name); err == nil {
		if i < 0 {
			i += len(list)
		}
		if i < 0 || i >= len(list) {
			return nil, errAbsent
		}
		return list[i], nil
	}
	where, want, ok := strings.Cut(s.name, "=")
	if !ok {
		return nil, errors.New("wants a number or member=value in brackets")
	}
	for _, element := range list {
		if found, err := at(element, "."+where); err == nil && text(found) == want {
			return element, nil
		}
	}
	return nil, errAbsent
}

// text is a value as a script writes it.
func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	b, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
