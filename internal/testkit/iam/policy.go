// Package iam decides what AWS Identity and Access Management would: whether a request is allowed by the policies of a role
// and of the resource it goes to.
//
// It reads policy documents as a resolved template has them and evaluates Effect, Action and NotAction, Resource and
// NotResource, Principal of resource policies, and the condition operators listed in operator.go. What it does not know, an
// operator, an element, a condition key, a policy variable, is an error when the document is read and never a pass. An
// explicit denial wins; what nothing allows is denied.
//
// Grants lists what a policy allows one by one, Without takes one away, and Unneeded names those without which every request
// of a run would have been decided alike.
package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Policy is a policy document, or several of one principal: their order does not matter.
type Policy struct {
	Statements []Statement
}

// Statement is one statement of a policy. Exactly one of Actions and NotActions is set, likewise of the resources.
type Statement struct {
	ID           string // Sid, or where there is none its place: #1
	Deny         bool
	Actions      []string
	NotActions   []string
	Resources    []string
	NotResources []string
	Principals   []Principal // of resource policies only
	Conditions   []Condition
}

// Join is all policies as one.
func Join(policies ...Policy) Policy {
	var joined Policy
	for _, p := range policies {
		joined.Statements = append(joined.Statements, p.Statements...)
	}
	return joined
}

// Parse reads an identity policy, the document of AWS::IAM::Policy or of a role, as JSON values: map[string]any, []any, string.
func Parse(document any) (Policy, error) { return parse(document, false) }

// ParseResource reads a resource policy, of a queue or a key. Its statements name principals.
func ParseResource(document any) (Policy, error) { return parse(document, true) }

func parse(document any, ofResource bool) (Policy, error) {
	object, err := members(document, "Version", "Id", "Statement")
	if err != nil {
		return Policy{}, fmt.Errorf("iam: policy: %w", err)
	}
	if version := object["Version"]; version != "2012-10-17" {
		return Policy{}, fmt.Errorf("iam: policy: Version is %v, known is 2012-10-17", version)
	}
	list, isList := object["Statement"].([]any)
	if !isList {
		list = []any{object["Statement"]}
	}
	if len(list) == 0 {
		return Policy{}, errors.New("iam: policy: no Statement")
	}
	var policy Policy
	for i, raw := range list {
		s, err := parseStatement(raw, fmt.Sprintf("#%d", i+1), ofResource)
		if err != nil {
			return Policy{}, fmt.Errorf("iam: statement %s: %w", s.ID, err)
		}
		policy.Statements = append(policy.Statements, s)
	}
	return policy, nil
}

func parseStatement(raw any, place string, ofResource bool) (Statement, error) {
	s := Statement{ID: place}
	object, err := members(raw, "Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition")
	if err != nil {
		return s, err
	}
	if id, ok := object["Sid"].(string); ok && id != "" {
		s.ID = id
	}
	switch object["Effect"] {
	case "Allow":
	case "Deny":
		s.Deny = true
	default:
		return s, fmt.Errorf("the Effect %v is not known, known are Allow and Deny", object["Effect"])
	}
	if s.Actions, s.NotActions, err = either(object, "Action", checkAction); err != nil {
		return s, err
	}
	if s.Resources, s.NotResources, err = either(object, "Resource", checkResource); err != nil {
		return s, err
	}
	principal, named := object["Principal"]
	if named != ofResource {
		return s, fmt.Errorf("Principal given: %v; resource policies have one, and no others", named)
	}
	if named {
		if s.Principals, err = parsePrincipals(principal); err != nil {
			return s, err
		}
	}
	s.Conditions, err = parseConditions(object["Condition"])
	return s, err
}

// members are those of a JSON object that may only have the known ones.
func members(value any, known ...string) (map[string]any, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%T is no JSON object", value)
	}
	for name := range object {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown element %s", name)
		}
	}
	return object, nil
}

// either reads an element that comes plain or negated.
func either(object map[string]any, name string, check func(string) error) (plain, negated []string, err error) {
	_, isPlain := object[name]
	_, isNegated := object["Not"+name]
	if isPlain == isNegated {
		return nil, nil, fmt.Errorf("exactly one of %s and Not%[1]s is needed", name)
	}
	if isPlain {
		plain, err = texts(object[name])
	} else {
		name = "Not" + name
		negated, err = texts(object[name])
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, text := range slices.Concat(plain, negated) {
		if err := check(text); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return plain, negated, nil
}

// texts are one text or a list of them, at least one.
func texts(value any) ([]string, error) {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	var found []string
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no text", v)
		}
		found = append(found, text)
	}
	if len(found) == 0 {
		return nil, errors.New("an empty list")
	}
	return found, nil
}

func checkAction(text string) error {
	service, action, ok := strings.Cut(text, ":")
	if text != "*" && (!ok || service == "" || action == "") {
		return fmt.Errorf("%q is no action, service:Action", text)
	}
	return noVariable(text)
}

func checkResource(text string) error {
	if text == "*" {
		return nil
	}
	parts := strings.SplitN(text, ":", arnParts)
	if len(parts) < arnParts || parts[0] != "arn" {
		return fmt.Errorf("%q is no ARN", text)
	}
	if strings.ContainsAny(parts[2], "*?") {
		return fmt.Errorf("%q has a wildcard for the service", text)
	}
	return noVariable(text)
}

func noVariable(text string) error {
	if strings.Contains(text, "${") {
		return fmt.Errorf("policy variables are not known: %q", text)
	}
	return nil
}
