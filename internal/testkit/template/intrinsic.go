package template

import (
	"fmt"
	"strings"
)

// sub fills in ${Name}, ${Resource.Attribute} and ${!literal}.
func (r *Resolver) sub(in *Stack, argument any, path string) (any, error) {
	pattern, ok := argument.(string)
	given := map[string]any{}
	if list, is := argument.([]any); is && len(list) == 2 {
		pattern, ok = list[0].(string)
		resolved, err := r.value(in, list[1], path)
		if err != nil {
			return nil, err
		}
		if given, is = resolved.(map[string]any); !is {
			return nil, fmt.Errorf("the second argument of Fn::Sub must be an object")
		}
	}
	if !ok {
		return nil, fmt.Errorf("Fn::Sub needs a text, or a text and an object")
	}
	var out strings.Builder
	for rest := pattern; ; {
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		if !found {
			return out.String(), nil
		}
		name, next, closed := strings.Cut(after, "}")
		if !closed {
			return nil, fmt.Errorf("Fn::Sub %q: ${ without }", pattern)
		}
		rest = next
		if literal, is := strings.CutPrefix(name, "!"); is {
			out.WriteString("${" + literal + "}")
			continue
		}
		value, err := r.substitute(in, name, given)
		if err != nil {
			return nil, fmt.Errorf("Fn::Sub %q: %w", pattern, err)
		}
		out.WriteString(value)
	}
}

func (r *Resolver) substitute(in *Stack, name string, given map[string]any) (string, error) {
	value, ok := given[name]
	var err error
	switch {
	case ok:
	case strings.Contains(name, "."):
		value, err = r.getAtt(in, name)
	default:
		value, err = r.ref(in, name)
	}
	if err != nil {
		return "", err
	}
	s, ok := text(value)
	if !ok {
		return "", fmt.Errorf("${%s} is no text", name)
	}
	return s, nil
}

func join(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, fmt.Errorf("Fn::Join needs a separator and a list")
	}
	separator, isText := pair[0].(string)
	elements, isList := pair[1].([]any)
	if !isText || !isList {
		return nil, fmt.Errorf("Fn::Join needs a separator and a list")
	}
	parts := make([]string, len(elements))
	for i, element := range elements {
		if parts[i], ok = text(element); !ok {
			return nil, fmt.Errorf("Fn::Join: element %d is no text", i)
		}
	}
	return strings.Join(parts, separator), nil
}

func split(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, fmt.Errorf("Fn::Split needs a separator and a text")
	}
	separator, isText := pair[0].(string)
	whole, isAlso := pair[1].(string)
	if !isText || !isAlso || separator == "" {
		return nil, fmt.Errorf("Fn::Split needs a separator and a text")
	}
	var parts []any
	for part := range strings.SplitSeq(whole, separator) {
		parts = append(parts, part)
	}
	return parts, nil
}

func pick(argument any) (any, error) {
	pair, ok := argument.([]any)
	if !ok || len(pair) != 2 {
		return nil, fmt.Errorf("Fn::Select needs an index and a list")
	}
	index, isIndex := Int(pair, "0")
	list, isList := pair[1].([]any)
	if !isIndex || !isList {
		return nil, fmt.Errorf("Fn::Select needs an index and a list")
	}
	if index < 0 || index >= len(list) {
		return nil, fmt.Errorf("Fn::Select: %d of a list of %d", index, len(list))
	}
	return list[index], nil
}

func find(mappings map[string]any, argument any) (any, error) {
	keys := Texts(argument)
	if len(keys) != 3 {
		return nil, fmt.Errorf("Fn::FindInMap needs three names")
	}
	found, ok := At(mappings, keys...)
	if !ok {
		return nil, fmt.Errorf("Fn::FindInMap: Mappings has no %s", strings.Join(keys, "."))
	}
	return found, nil
}

// choose is Fn::If: only the branch that is taken is resolved, as CloudFormation does.
func (r *Resolver) choose(in *Stack, argument any, path string) (any, error) {
	branches, ok := argument.([]any)
	if !ok || len(branches) != 3 {
		return nil, fmt.Errorf("Fn::If needs a condition and two values")
	}
	name, ok := branches[0].(string)
	if !ok {
		return nil, fmt.Errorf("Fn::If needs the name of a condition")
	}
	holds, err := r.holds(in, name)
	if err != nil {
		return nil, err
	}
	if holds {
		return r.value(in, branches[1], path)
	}
	return r.value(in, branches[2], path)
}

// holds works out a named condition; no name always holds.
func (r *Resolver) holds(in *Stack, name string) (bool, error) {
	if name == "" {
		return true, nil
	}
	condition, ok := in.Conditions[name]
	if !ok {
		return false, fmt.Errorf("the stack %s has no condition %s", in.Name, name)
	}
	v, err := r.enter("condition "+in.Name+"/"+name, func() (any, error) { return r.truth(in, condition) })
	if err != nil {
		return false, fmt.Errorf("condition %s: %w", name, err)
	}
	return v.(bool), nil
}

func (r *Resolver) truth(in *Stack, condition any) (any, error) {
	m, _ := condition.(map[string]any)
	if len(m) != 1 {
		return nil, fmt.Errorf("%v is no condition", condition)
	}
	if name, ok := m["Condition"].(string); ok {
		return r.holds(in, name)
	}
	for function, argument := range m {
		operands, ok := argument.([]any)
		if !ok {
			return nil, fmt.Errorf("%s needs a list", function)
		}
		if function == "Fn::Equals" {
			resolved, err := r.value(in, operands, function)
			if err != nil {
				return nil, err
			}
			left, right := Text(resolved, "0"), Text(resolved, "1")
			return len(operands) == 2 && left == right, nil
		}
		return r.combine(in, function, operands)
	}
	return nil, nil
}

func (r *Resolver) combine(in *Stack, function string, operands []any) (any, error) {
	held := 0
	for _, operand := range operands {
		v, err := r.truth(in, operand)
		if err != nil {
			return nil, err
		}
		if v == true {
			held++
		}
	}
	switch function {
	case "Fn::And":
		return held == len(operands), nil
	case "Fn::Or":
		return held > 0, nil
	case "Fn::Not":
		return held == 0, nil
	}
	return nil, fmt.Errorf("%s is not known here", function)
}
