package dynamosim

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// maxPage is how many bytes a query reads at most.
const maxPage = 1 << 20

type query struct {
	TableName              string
	IndexName              string
	KeyConditionExpression string
	ScanIndexForward       *bool
	Limit                  *int
	ConsistentRead         bool
	substitutes
	capacity
}

func (d *DynamoDB) query(r awssim.Request, in *query) (any, error) {
	t, err := d.table(in.TableName)
	if err != nil {
		return nil, err
	}
	from, keys := &t.rows, t.keys
	if in.IndexName != "" {
		index, err := t.index(in.IndexName)
		if err != nil {
			return nil, err
		}
		from, keys = &index.rows, index.keys
		if in.ConsistentRead {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
	}
	if in.Limit != nil && *in.Limit < 1 {
		return nil, invalid("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
	}
	span, failed := keyCondition(in.KeyConditionExpression, &in.substitutes, keys, t.types)
	if failed != nil {
		return nil, failed
	}
	if failed := in.allUsed(); failed != nil {
		return nil, failed
	}
	found, last := span.page(from.partitions[bucket(span.partition)], in)
	size := 0
	for _, i := range found {
		size += i.size()
	}
	answer := map[string]any{"Items": found, "Count": len(found), "ScannedCount": len(found)}
	if last != nil {
		answer["LastEvaluatedKey"] = last.only(slices.Concat(t.keys.names(), keys.names())...)
	}
	used := consumption{table: t.name, read: readUnits(size, in.ConsistentRead)}
	return in.report(r, answer, used), nil
}

// span is what a key condition asks for: a partition, and what holds of the sort key. The bounds are where it can hold.
type span struct {
	partition value
	sort      predicate
	low, high *value
}

// page reads rows in order until the limit, or until it has read enough. It returns the last one where it did not come to
// the end by itself.
func (s span) page(all []row, in *query) (found []item, last item) {
	found = []item{}
	limit := len(all) + 1
	if in.Limit != nil {
		limit = *in.Limit
	}
	all = s.within(all)
	backward := in.ScanIndexForward != nil && !*in.ScanIndexForward
	size := 0
	for n := range all {
		at := n
		if backward {
			at = len(all) - 1 - n
		}
		i := all[at].item
		if !s.sort(i) {
			continue
		}
		found = append(found, i)
		if size += i.size(); len(found) == limit || size > maxPage {
			return found, i
		}
	}
	return found, nil
}

// within are the rows between the bounds, both of which belong to them.
func (s span) within(all []row) []row {
	first, end := 0, len(all)
	if s.low != nil {
		first = sort.Search(len(all), func(i int) bool { order, _ := all[i].sort.compare(*s.low); return order >= 0 })
	}
	if s.high != nil {
		end = sort.Search(len(all), func(i int) bool { order, _ := all[i].sort.compare(*s.high); return order > 0 })
	}
	return all[first:max(first, end)]
}

// keyCondition reads the one form that there is: the partition key equals a value, and at most one condition on the sort key.
func keyCondition(text string, names *substitutes, keys keySchema, types map[string]string) (span, *awssim.Error) {
	s := span{sort: func(item) bool { return true }}
	p, err := newParser(text, names)
	if err != nil {
		return s, invalid("Invalid KeyConditionExpression: %v", err)
	}
	seen := map[string]bool{}
	for {
		part, err := p.keyPart(types)
		switch {
		case err != nil:
			return s, invalid("Invalid KeyConditionExpression: %v", err)
		case seen[part.attribute]:
			return s, invalid("KeyConditionExpressions must only contain one condition per key")
		case part.attribute == keys.partition && part.operator == "=":
			s.partition = part.values[0]
		case part.attribute == keys.partition, part.operator == "<>":
			return s, invalid("Query key condition not supported")
		case part.attribute == keys.sort:
			s.sort = part.holds
			s.low, s.high = part.bounds()
		default:
			return s, invalid("Query condition missed key schema element: %s", keys.partition)
		}
		seen[part.attribute] = true
		if !p.word("AND") {
			break
		}
	}
	if p.next < len(p.tokens) {
		return s, invalid("Invalid KeyConditionExpression: Syntax error; token: %q", p.peek())
	}
	if !seen[keys.partition] {
		return s, invalid("Query condition missed key schema element: %s", keys.partition)
	}
	return s, nil
}

// keyPart is one condition on a key.
type keyPart struct {
	attribute string
	operator  string // in capitals; begins_with is FUNCTION
	values    []value
	holds     predicate
}

// bounds are the least and the greatest key that the part can hold for.
func (k keyPart) bounds() (low, high *value) {
	switch first := &k.values[0]; k.operator {
	case "=":
		return first, first
	case "BETWEEN":
		return first, &k.values[1]
	case "<", "<=":
		return nil, first
	default:
		return first, nil
	}
}

func (p *parser) keyPart(types map[string]string) (part keyPart, err error) {
	depth := 0
	for p.peek() == "(" {
		p.take()
		depth++
	}
	begin := p.next
	isFunction := strings.EqualFold(p.peek(), "begins_with")
	if isFunction {
		p.next += 2 // to the name within
	}
	if part.attribute, err = p.path(); err != nil {
		return part, err
	}
	part.operator = strings.ToUpper(p.peek())
	p.next = begin
	if isFunction {
		part.operator = "FUNCTION"
		part.holds, err = p.function()
	} else {
		part.holds, err = p.comparison()
	}
	if err != nil {
		return part, err
	}
	for _, t := range p.tokens[begin:p.next] {
		v, ok := p.names.ExpressionAttributeValues[t]
		switch {
		case !ok:
			continue
		case v.kind != types[part.attribute]:
			return part, errors.New("One or more parameter values were invalid: Condition parameter type does not match schema type") //nolint:staticcheck // the service's words
		case v.kind == typeText && v.text == "":
			return part, fmt.Errorf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: %s", part.attribute) //nolint:staticcheck // the service's words
		}
		part.values = append(part.values, v)
	}
	if len(part.values) == 0 {
		return part, errors.New("dynamosim: a key is compared with values only")
	}
	for range depth {
		if err := p.expect(")"); err != nil {
			return part, err
		}
	}
	return part, nil
}
