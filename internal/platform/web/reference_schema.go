package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// schema is what the page shows of a JSON schema.
type schema struct {
	Ref         string             `json:"$ref"`
	Type        oneOrMore          `json:"type"`
	Format      string             `json:"format"`
	Description string             `json:"description"`
	Items       *schema            `json:"items"`
	Properties  map[string]*schema `json:"properties"`
	Additional  json.RawMessage    `json:"additionalProperties"`
	Required    []string           `json:"required"`
	Enum        []any              `json:"enum"`
	Default     any                `json:"default"`
	Pattern     string             `json:"pattern"`
	Minimum     *float64           `json:"minimum"`
	Maximum     *float64           `json:"maximum"`
	MinLength   *int               `json:"minLength"`
	MaxLength   *int               `json:"maxLength"`
	MinItems    *int               `json:"minItems"`
	MaxItems    *int               `json:"maxItems"`
}

// oneOrMore is a JSON string or a list of them.
type oneOrMore []string

// UnmarshalJSON reads either.
func (o *oneOrMore) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*o = []string{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(o))
}

// resolve follows a reference into the components.
func (d *openAPI) resolve(s *schema) *schema {
	if s == nil {
		return &schema{}
	}
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		if target := d.Components.Schemas[name]; target != nil {
			return target
		}
	}
	return s
}

// typeOf names a type as a reader says it: list of string, date-time, object or null.
func (d *openAPI) typeOf(s *schema) string {
	s = d.resolve(s)
	var names []string
	for _, name := range s.Type {
		switch {
		case name == "array":
			name = "list of " + d.typeOf(s.Items)
		case name == "string" && s.Format != "":
			name = s.Format
		case name == "object" && len(s.Additional) > 0 && s.Additional[0] == '{':
			name = "map"
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return "any"
	}
	return strings.Join(names, " or ")
}

// members lists the members of an object, or of a list's objects, each followed by its own.
func (d *openAPI) members(s *schema, depth int, above []*schema) []row {
	s = d.resolve(s)
	if slices.Contains(above, s) {
		return nil // it contains itself: shown once
	}
	above = append(above[:len(above):len(above)], s)
	if s.Items != nil {
		return d.members(s.Items, depth, above)
	}
	var rows []row
	for _, name := range order(s) {
		member := s.Properties[name]
		target := d.resolve(member)
		description := member.Description
		if description == "" {
			description = target.Description
		}
		rows = append(rows, row{
			Name: name, Type: d.typeOf(member), Required: slices.Contains(s.Required, name), Depth: depth,
			About: paragraphs(description), Rules: d.rules(member),
		})
		rows = append(rows, d.members(target, depth+1, above)...)
	}
	return rows
}

// order puts the members that are required first.
func order(s *schema) []string {
	var required, optional []string
	for name := range s.Properties {
		if slices.Contains(s.Required, name) {
			required = append(required, name)
		} else {
			optional = append(optional, name)
		}
	}
	slices.Sort(required)
	slices.Sort(optional)
	return append(required, optional...)
}

// rules says what a value must satisfy.
func (d *openAPI) rules(s *schema) []string {
	s = d.resolve(s)
	var rules []string
	add := func(format string, args ...any) { rules = append(rules, fmt.Sprintf(format, args...)) }
	if len(s.Enum) > 0 {
		var values []string
		for _, value := range s.Enum {
			values = append(values, fmt.Sprint(value))
		}
		add("one of %s", strings.Join(values, ", "))
	}
	bounds(add, "%v", s.Minimum, s.Maximum)
	bounds(add, "%v characters", s.MinLength, s.MaxLength)
	bounds(add, "%v items", s.MinItems, s.MaxItems)
	if s.Pattern != "" {
		add("matches %s", s.Pattern)
	}
	if s.Default != nil {
		add("default %v", s.Default)
	}
	if s.Items != nil {
		rules = append(rules, d.rules(s.Items)...)
	}
	return rules
}

func bounds[T int | float64](add func(string, ...any), unit string, least, most *T) {
	switch {
	case least != nil && most != nil && *least == *most:
		add("exactly "+unit, *least)
	case least != nil && most != nil:
		add("%v to "+unit, *least, *most)
	case least != nil:
		add("at least "+unit, *least)
	case most != nil:
		add("at most "+unit, *most)
	}
}
