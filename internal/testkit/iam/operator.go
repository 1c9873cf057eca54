package iam

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Condition is one key under one operator of a statement.
type Condition struct {
	Operator string // as written: ForAllValues:StringLikeIfExists
	Key      string // in lower case
	Values   []string

	set      string // forAll, forAny or empty
	ifExists bool
	negated  bool
	match    func(value, actual string) bool // nil: Null
}

// The qualifiers of an operator for keys with several values.
const (
	forAll   = "ForAllValues"
	forAny   = "ForAnyValue"
	ifExists = "IfExists"
	null     = "Null"
)

// operators compare one value of a policy with one of the request. Those that begin with Not... are told by operatorNamed.
var operators = map[string]func(value, actual string) bool{
	"StringEquals":           func(value, actual string) bool { return value == actual },
	"StringEqualsIgnoreCase": strings.EqualFold,
	"StringLike":             wild,
	"ArnEquals":              matchARN,
	"ArnLike":                matchARN,
	"Bool":                   strings.EqualFold,
}

// opposites are the negated operators.
var opposites = map[string]string{
	"StringNotEquals":           "StringEquals",
	"StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike":             "StringLike",
	"ArnNotEquals":              "ArnEquals",
	"ArnNotLike":                "ArnLike",
}

// keys are the condition keys that a statement may ask for. Whoever makes a Request sets all of these that AWS would set for
// it; a key that nobody sets would make a condition pass or fail by accident.
var keys = []string{
	"aws:principalaccount", "aws:principalarn", "aws:securetransport", "aws:sourceaccount", "aws:sourcearn",
	"dynamodb:enclosingoperation", "dynamodb:leadingkeys",
	"kms:calleraccount", "kms:encryptioncontext:*", "kms:encryptioncontextkeys", "kms:viaservice",
	"ses:apiversion", "ses:fromaddress", "ses:recipients",
}

func parseConditions(raw any) ([]Condition, error) {
	if raw == nil {
		return nil, nil
	}
	operators, ok := raw.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("Condition: %T is no JSON object", raw)
	}
	var found []Condition
	for operator, raw := range operators {
		asked, ok := raw.(map[string]any)
		if !ok || len(asked) == 0 {
			return nil, fmt.Errorf("Condition: %s has no keys", operator)
		}
		for key, values := range asked {
			c, err := newCondition(operator, key, values)
			if err != nil {
				return nil, fmt.Errorf("Condition: %s: %w", operator, err)
			}
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b Condition) int { return strings.Compare(a.Operator+" "+a.Key, b.Operator+" "+b.Key) })
	return found, nil
}

func newCondition(operator, key string, raw any) (Condition, error) {
	c := Condition{Operator: operator, Key: strings.ToLower(key)}
	if !slices.ContainsFunc(keys, func(known string) bool { return wild(known, c.Key) }) {
		return c, fmt.Errorf("the condition key %s is not known", key)
	}
	list, isList := raw.([]any)
	if !isList {
		list = []any{raw}
	}
	for _, value := range list {
		switch v := value.(type) {
		case string:
			c.Values = append(c.Values, v)
		case bool:
			c.Values = append(c.Values, fmt.Sprint(v))
		default:
			return c, fmt.Errorf("%s: %v is neither text nor a truth value", key, value)
		}
	}
	if len(c.Values) == 0 {
		return c, fmt.Errorf("%s: an empty list", key)
	}
	return c, c.compile()
}

// compile finds what the operator's name says.
func (c *Condition) compile() error {
	name := c.Operator
	if set, rest, qualified := strings.Cut(name, ":"); qualified {
		if set != forAll && set != forAny {
			return fmt.Errorf("the qualifier %s is not known", set)
		}
		c.set, name = set, rest
	}
	name, c.ifExists = strings.CutSuffix(name, ifExists)
	if name == null {
		if c.set != "" || c.ifExists || len(c.Values) != 1 {
			return errors.New("the operator Null stands alone and has one value")
		}
		return c.checkTruth()
	}
	if positive, ok := opposites[name]; ok {
		c.negated, name = true, positive
	}
	match, ok := operators[name]
	if !ok {
		return fmt.Errorf("the operator %s is not known", c.Operator)
	}
	c.match = match
	for _, value := range c.Values {
		if err := noVariable(value); err != nil {
			return err
		}
		if strings.HasPrefix(name, "Arn") && value != "*" && strings.Count(value, ":") < arnParts-1 {
			return fmt.Errorf("%s: %q is no ARN", c.Key, value)
		}
	}
	if name == "Bool" {
		return c.checkTruth()
	}
	return nil
}

func (c *Condition) checkTruth() error {
	for _, value := range c.Values {
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return fmt.Errorf("%s: %q is no truth value", c.Key, value)
		}
	}
	return nil
}

// holds evaluates the condition on a request's values of its key.
func (c Condition) holds(actual []string) (bool, error) {
	present := len(actual) > 0
	if c.match == nil {
		return strings.EqualFold(c.Values[0], "true") != present, nil
	}
	switch {
	case c.set == forAll: // so an absent key passes, which is why such conditions need a Null beside them
		return !slices.ContainsFunc(actual, func(a string) bool { return !c.one(a) }), nil
	case c.set == forAny:
		return slices.ContainsFunc(actual, c.one), nil
	case !present:
		return c.negated || c.ifExists, nil
	case len(actual) > 1:
		return false, fmt.Errorf("iam: %s on %s, which has %d values in the request, needs ForAllValues or ForAnyValue", c.Operator, c.Key, len(actual))
	}
	return c.one(actual[0]), nil
}

// one compares a single value of the request: with any value of the policy, or none of them where negated.
func (c Condition) one(actual string) bool {
	return slices.ContainsFunc(c.Values, func(value string) bool { return c.match(value, actual) }) != c.negated
}
