package dynamosim

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// substitutes are the names and values that expressions of one request refer to. Every one of them has to be used.
type substitutes struct {
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]value

	used map[string]bool
}

func (s *substitutes) name(placeholder string) (string, error) {
	name, ok := s.ExpressionAttributeNames[placeholder]
	if !ok {
		return "", fmt.Errorf("An expression attribute name used in the document path is not defined; attribute name: %s", placeholder) //nolint:staticcheck // the service's words
	}
	s.use(placeholder)
	return name, nil
}

func (s *substitutes) value(placeholder string) (value, error) {
	v, ok := s.ExpressionAttributeValues[placeholder]
	if !ok {
		return value{}, fmt.Errorf("An expression attribute value used in expression is not defined; attribute value: %s", placeholder) //nolint:staticcheck // the service's words
	}
	s.use(placeholder)
	return v, nil
}

func (s *substitutes) use(placeholder string) {
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[placeholder] = true
}

// allUsed refuses what no expression refers to.
func (s *substitutes) allUsed() *awssim.Error {
	var idle []string
	for placeholder := range s.ExpressionAttributeNames {
		if !s.used[placeholder] {
			idle = append(idle, placeholder)
		}
	}
	for placeholder := range s.ExpressionAttributeValues {
		if !s.used[placeholder] {
			idle = append(idle, placeholder)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	slices.Sort(idle)
	return invalid("Value provided in ExpressionAttributeNames or ExpressionAttributeValues unused in expressions: keys: {%s}", strings.Join(idle, ", "))
}

// predicate is a condition on an item, which is nil where there is none.
type predicate func(item) bool

// operand is an attribute of the item or a value of the request.
type operand struct {
	attribute string // empty: a value
	value     value
}

func (o operand) of(i item) (value, bool) {
	if o.attribute == "" {
		return o.value, true
	}
	v, ok := i[o.attribute]
	return v, ok
}

// parser reads one expression.
type parser struct {
	tokens []string
	next   int
	names  *substitutes
}

var token = regexp.MustCompile(`\s*(<=|>=|<>|[#:]?[A-Za-z0-9_]+|[=<>(),+\-.\[\]])\s*`)

func newParser(text string, names *substitutes) (*parser, error) {
	p := &parser{names: names}
	for at := 0; at < len(text); {
		m := token.FindStringSubmatchIndex(text[at:])
		if m == nil || m[0] != 0 {
			return nil, fmt.Errorf("Syntax error; token: %q", text[at:]) //nolint:staticcheck // the service's words
		}
		p.tokens = append(p.tokens, text[at+m[2]:at+m[3]])
		at += m[1]
	}
	return p, nil
}

func (p *parser) peek() string {
	if p.next < len(p.tokens) {
		return p.tokens[p.next]
	}
	return ""
}

func (p *parser) take() string {
	t := p.peek()
	p.next++
	return t
}

// word takes the next token if it is the keyword.
func (p *parser) word(keyword string) bool {
	if strings.EqualFold(p.peek(), keyword) {
		p.next++
		return true
	}
	return false
}

func (p *parser) expect(t string) error {
	if got := p.take(); got != t {
		return fmt.Errorf("Syntax error; token: %q, wanted %q", got, t) //nolint:staticcheck // the service's words
	}
	return nil
}

// path is the name of a top-level attribute.
func (p *parser) path() (string, error) {
	t := p.take()
	var name string
	switch {
	case strings.HasPrefix(t, "#"):
		var err error
		if name, err = p.names.name(t); err != nil {
			return "", err
		}
	case t != "" && (unicode.IsLetter(rune(t[0])) || t[0] == '_'):
		// Which of them are reserved words is known to the service.
		return "", fmt.Errorf("dynamosim: the name %s without a placeholder is not simulated", t)
	default:
		return "", fmt.Errorf("Syntax error; token: %q, wanted a name", t) //nolint:staticcheck // the service's words
	}
	if next := p.peek(); next == "." || next == "[" {
		return "", fmt.Errorf("dynamosim: nested paths are not simulated")
	}
	return name, nil
}

func (p *parser) operand() (operand, error) {
	if strings.HasPrefix(p.peek(), ":") {
		v, err := p.names.value(p.take())
		return operand{value: v}, err
	}
	name, err := p.path()
	return operand{attribute: name}, err
}

// whole reads an expression to its end.
func (p *parser) whole() (predicate, error) {
	holds, err := p.disjunction()
	if err == nil && p.next < len(p.tokens) {
		err = fmt.Errorf("Syntax error; token: %q", p.peek()) //nolint:staticcheck // the service's words
	}
	return holds, err
}

func (p *parser) disjunction() (predicate, error) {
	return p.chain("OR", p.conjunction, func(a, b bool) bool { return a || b })
}

func (p *parser) conjunction() (predicate, error) {
	return p.chain("AND", p.negation, func(a, b bool) bool { return a && b })
}

func (p *parser) chain(keyword string, part func() (predicate, error), join func(a, b bool) bool) (predicate, error) {
	left, err := part()
	for err == nil && p.word(keyword) {
		var right predicate
		first := left
		right, err = part()
		left = func(i item) bool { return join(first(i), right(i)) }
	}
	return left, err
}

func (p *parser) negation() (predicate, error) {
	if p.word("NOT") {
		holds, err := p.negation()
		return func(i item) bool { return !holds(i) }, err
	}
	if p.peek() == "(" {
		p.take()
		holds, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		return holds, p.expect(")")
	}
	if p.next+1 < len(p.tokens) && p.tokens[p.next+1] == "(" {
		return p.function()
	}
	return p.comparison()
}

func (p *parser) function() (predicate, error) {
	name := p.take()
	if err := p.expect("("); err != nil {
		return nil, err
	}
	attribute, err := p.path()
	if err != nil {
		return nil, err
	}
	var holds predicate
	switch name {
	case "attribute_exists":
		holds = func(i item) bool { _, ok := i[attribute]; return ok }
	case "attribute_not_exists":
		holds = func(i item) bool { _, ok := i[attribute]; return !ok }
	case "begins_with":
		if err := p.expect(","); err != nil {
			return nil, err
		}
		prefix, err := p.operand()
		if err != nil {
			return nil, err
		}
		holds = func(i item) bool {
			v, ok := i[attribute]
			start, known := prefix.of(i)
			return ok && known && v.kind == start.kind && strings.HasPrefix(v.text, start.text)
		}
	default:
		return nil, fmt.Errorf("dynamosim: the function %s is not simulated", name)
	}
	return holds, p.expect(")")
}

// comparisons are the operators between two values, given their order.
var comparisons = map[string]func(order int) bool{
	"<":  func(order int) bool { return order < 0 },
	"<=": func(order int) bool { return order <= 0 },
	">":  func(order int) bool { return order > 0 },
	">=": func(order int) bool { return order >= 0 },
}

func (p *parser) comparison() (predicate, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if p.word("BETWEEN") {
		return p.between(left)
	}
	operator := p.take()
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	switch compare := comparisons[operator]; {
	case operator == "=" || operator == "<>":
		return func(i item) bool {
			a, known := left.of(i)
			b, also := right.of(i)
			return (known && also && a.equal(b)) == (operator == "=")
		}, nil
	case compare != nil:
		return func(i item) bool {
			a, known := left.of(i)
			b, also := right.of(i)
			order, ok := a.compare(b)
			return known && also && ok && compare(order)
		}, nil
	}
	return nil, fmt.Errorf("dynamosim: the operator %q is not simulated", operator)
}

func (p *parser) between(left operand) (predicate, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.word("AND") {
		return nil, fmt.Errorf("Syntax error; token: %q, wanted AND", p.peek()) //nolint:staticcheck // the service's words
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	return func(i item) bool {
		v, known := left.of(i)
		from, _ := low.of(i)
		to, _ := high.of(i)
		above, ok := v.compare(from)
		below, also := v.compare(to)
		return known && ok && also && above >= 0 && below <= 0
	}, nil
}

// condition reads a condition expression; empty: none, which always holds.
func condition(text string, names *substitutes) (predicate, *awssim.Error) {
	if text == "" {
		return func(item) bool { return true }, nil
	}
	p, err := newParser(text, names)
	if err != nil {
		return nil, invalid("Invalid ConditionExpression: %v", err)
	}
	holds, err := p.whole()
	if err != nil {
		return nil, invalid("Invalid ConditionExpression: %v", err)
	}
	return holds, nil
}
