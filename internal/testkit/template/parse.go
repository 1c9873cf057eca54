package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// sections are those that a template may have; another one is a mistake, or something that nobody here would look at.
var sections = []string{
	"AWSTemplateFormatVersion", "Conditions", "Description", "Mappings", "Metadata", "Outputs", "Parameters", "Resources",
	"Rules", "Transform",
}

func (s *Stack) parse(content []byte) error {
	whole, err := members(content)
	if err != nil {
		return err
	}
	s.resources = map[string]*Resource{}
	for _, section := range whole {
		if !slices.Contains(sections, section.name) {
			return fmt.Errorf("a template has no section %s", section.name)
		}
		if err := s.section(section.name, section.value); err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
	}
	if len(s.Resources) == 0 {
		return errors.New("a template needs Resources")
	}
	return nil
}

func (s *Stack) section(name string, raw json.RawMessage) error {
	switch name {
	case "Description":
		return decode(raw, &s.Description)
	case "Transform":
		return decode(raw, &s.Transform)
	case "Mappings":
		return object(raw, &s.Mappings)
	case "Conditions":
		return object(raw, &s.Conditions)
	case "Parameters":
		return each(raw, s.parameter)
	case "Resources":
		return each(raw, s.resource)
	case "Outputs":
		return each(raw, s.output)
	}
	return nil
}

func (s *Stack) parameter(name string, raw json.RawMessage) error {
	p := Parameter{Name: name}
	if err := object(raw, &p.Settings); err != nil {
		return err
	}
	p.Type, p.Default, p.NoEcho = Text(p.Settings, "Type"), p.Settings["Default"], Bool(p.Settings, "NoEcho")
	if p.Type == "" {
		return errors.New("a parameter needs a Type")
	}
	s.Parameters = append(s.Parameters, p)
	return nil
}

func (s *Stack) resource(id string, raw json.RawMessage) error {
	r := &Resource{Stack: s, ID: id}
	err := each(raw, func(name string, raw json.RawMessage) error {
		switch name {
		case "Type":
			return decode(raw, &r.Type)
		case "Condition":
			return decode(raw, &r.Condition)
		case "DeletionPolicy":
			return decode(raw, &r.DeletionPolicy)
		case "UpdateReplacePolicy":
			return decode(raw, &r.UpdateReplacePolicy)
		case "Properties":
			return object(raw, &r.Properties)
		case "Metadata":
			return object(raw, &r.Metadata)
		case "UpdatePolicy":
			return object(raw, &r.UpdatePolicy)
		case "CreationPolicy":
			return object(raw, &r.CreationPolicy)
		case "DependsOn":
			var one any
			err := decode(raw, &one)
			r.DependsOn = Texts(one)
			return err
		}
		return fmt.Errorf("a resource has no member %s", name)
	})
	if err != nil {
		return err
	}
	if r.Type == "" {
		return errors.New("a resource needs a Type")
	}
	if r.Properties == nil {
		r.Properties = map[string]any{}
	}
	s.Resources = append(s.Resources, r)
	s.resources[id] = r
	return nil
}

func (s *Stack) output(name string, raw json.RawMessage) error {
	var m map[string]any
	if err := object(raw, &m); err != nil {
		return err
	}
	o := Output{Name: name, Description: Text(m, "Description"), Value: m["Value"], Condition: Text(m, "Condition")}
	if o.Value == nil {
		return errors.New("an output needs a Value")
	}
	o.Export, _ = At(m, "Export", "Name")
	s.Outputs = append(s.Outputs, o)
	return nil
}

// member is a member of a JSON object, in its place.
type member struct {
	name  string
	value json.RawMessage
}

// members reads a JSON object in order and refuses a name that stands twice.
func members(raw []byte) ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	opening, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	if opening != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	var all []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		if slices.ContainsFunc(all, func(other member) bool { return other.name == m.name }) {
			return nil, fmt.Errorf("%s stands twice", m.name)
		}
		all = append(all, m)
	}
	if _, err := decoder.Token(); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return all, nil
}

func each(raw json.RawMessage, do func(name string, raw json.RawMessage) error) error {
	all, err := members(raw)
	if err != nil {
		return err
	}
	for _, m := range all {
		if err := do(m.name, m.value); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

func object(raw json.RawMessage, into *map[string]any) error {
	var v any
	if err := decode(raw, &v); err != nil {
		return err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return errors.New("must be a JSON object")
	}
	*into = m
	return nil
}

// decode reads JSON; whole numbers become int, so that limits and counts compare as such.
func decode[T any](raw json.RawMessage, into *T) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if v, ok := any(into).(*any); ok {
		*v = plain(*v)
	}
	return nil
}

func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			if i, err := v.Int64(); err == nil {
				return int(i)
			}
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for name, member := range v {
			v[name] = plain(member)
		}
	case []any:
		for i, member := range v {
			v[i] = plain(member)
		}
	}
	return v
}
