package dynamosim

import (
	"fmt"
	"maps"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// change is what single writes and the parts of a transaction have in common.
type change struct {
	TableName                           string
	ConditionExpression                 string
	ReturnValuesOnConditionCheckFailure string
	substitutes
}

// refusal is a condition that did not hold, with the item that it met.
type refusal struct{ item item }

// edit is a write that is ready to be carried out.
type edit struct {
	table  *tableData
	keys   item
	holds  predicate
	after  func(before item) (item, *awssim.Error) // nil item: removed; nil func: checked only
	result item                                    // after, once it is known
	old    item
}

type putItem struct {
	Item         item
	ReturnValues string
	change
	capacity
}

type deleteItem struct {
	Key          item
	ReturnValues string
	change
	capacity
}

type updateItem struct {
	Key              item
	UpdateExpression string
	ReturnValues     string
	change
	capacity
}

func (d *DynamoDB) putItem(r awssim.Request, in *putItem) (any, error) {
	e, err := d.put(in.change, in.Item)
	if err != nil {
		return nil, err
	}
	return d.single(r, e, in.change, in.capacity, in.ReturnValues)
}

func (d *DynamoDB) deleteItem(r awssim.Request, in *deleteItem) (any, error) {
	e, err := d.remove(in.change, in.Key)
	if err != nil {
		return nil, err
	}
	return d.single(r, e, in.change, in.capacity, in.ReturnValues)
}

func (d *DynamoDB) updateItem(r awssim.Request, in *updateItem) (any, error) {
	e, err := d.update(in.change, in.Key, in.UpdateExpression)
	if err != nil {
		return nil, err
	}
	return d.single(r, e, in.change, in.capacity, in.ReturnValues)
}

func (d *DynamoDB) put(c change, i item) (*edit, error) {
	t, err := d.table(c.TableName)
	if err != nil {
		return nil, err
	}
	if failed := t.checkItem(i); failed != nil {
		return nil, failed
	}
	return d.prepare(t, c, i.only(t.keys.names()...), func(item) (item, *awssim.Error) { return i, nil })
}

func (d *DynamoDB) remove(c change, key item) (*edit, error) {
	t, err := d.table(c.TableName)
	if err != nil {
		return nil, err
	}
	return d.prepare(t, c, key, func(item) (item, *awssim.Error) { return nil, nil })
}

func (d *DynamoDB) update(c change, key item, expression string) (*edit, error) {
	t, err := d.table(c.TableName)
	if err != nil {
		return nil, err
	}
	apply, failed := parseUpdate(expression, &c.substitutes, t.keys)
	if failed != nil {
		return nil, failed
	}
	return d.prepare(t, c, key, func(before item) (item, *awssim.Error) {
		after := maps.Clone(before)
		if after == nil {
			after = maps.Clone(key)
		}
		if failed := apply(after); failed != nil {
			return nil, failed
		}
		return after, t.checkItem(after)
	})
}

// prepare reads a change without carrying it out. c's substitutes know by then what the update used.
func (d *DynamoDB) prepare(t *tableData, c change, key item, after func(item) (item, *awssim.Error)) (*edit, error) {
	if failed := t.checkKey(key); failed != nil {
		return nil, failed
	}
	switch c.ReturnValuesOnConditionCheckFailure {
	case "", "NONE", "ALL_OLD":
	default:
		return nil, invalid("dynamosim: ReturnValuesOnConditionCheckFailure %s is not simulated", c.ReturnValuesOnConditionCheckFailure)
	}
	holds, failed := condition(c.ConditionExpression, &c.substitutes)
	if failed != nil {
		return nil, failed
	}
	if failed := c.allUsed(); failed != nil {
		return nil, failed
	}
	return &edit{table: t, keys: key, holds: holds, after: after}, nil
}

// try evaluates an edit on what is stored. It returns the refusal of its condition, or what is wrong with its outcome.
func (e *edit) try() (*refusal, *awssim.Error) {
	e.old = e.table.get(e.keys)
	if !e.holds(e.old) {
		return &refusal{e.old}, nil
	}
	if e.after == nil {
		e.result = e.old
		return nil, nil
	}
	var failed *awssim.Error
	e.result, failed = e.after(e.old)
	return nil, failed
}

// apply carries out an edit that has been tried.
func (e *edit) apply() (indexUnits float64) {
	if e.after == nil {
		return 0
	}
	return e.table.set(e.keys, e.result)
}

// units is what the table itself charges: the larger of the item before and after.
func (e *edit) units() float64 { return writeUnits(max(e.old.size(), e.result.size())) }

func (d *DynamoDB) single(r awssim.Request, e *edit, c change, wanted capacity, values string) (any, error) {
	if values != "" && values != "NONE" && values != "ALL_OLD" {
		return nil, invalid("dynamosim: ReturnValues %s is not simulated", values)
	}
	refused, failed := e.try()
	switch {
	case failed != nil:
		return nil, failed
	case refused != nil:
		r.Spend(awssim.WriteUnits, e.units())
		return nil, refused.single(c.ReturnValuesOnConditionCheckFailure)
	}
	used := consumption{table: e.table.name, write: e.units(), index: e.apply()}
	answer := map[string]any{}
	if values == "ALL_OLD" && e.old != nil {
		answer["Attributes"] = e.old
	}
	return wanted.report(r, answer, used), nil
}

const refusedMessage = "The conditional request failed"

func (r refusal) single(values string) *awssim.Error {
	e := failure("ConditionalCheckFailedException", refusedMessage)
	if values == "ALL_OLD" && r.item != nil {
		e.More = map[string]any{"Item": r.item}
	}
	return e
}

// parseUpdate reads an update expression, of which the only clause is ADD with numbers.
func parseUpdate(text string, names *substitutes, keys keySchema) (func(item) *awssim.Error, *awssim.Error) {
	p, err := newParser(text, names)
	if err != nil {
		return nil, invalid("Invalid UpdateExpression: %v", err)
	}
	if clause := p.peek(); !p.word("ADD") {
		return nil, invalid("dynamosim: the clause %q of an update is not simulated", clause)
	}
	type term struct {
		attribute string
		delta     number
	}
	var terms []term
	for {
		attribute, err := p.path()
		if err != nil {
			return nil, invalid("Invalid UpdateExpression: %v", err)
		}
		delta, err := p.operand()
		switch {
		case err != nil:
			return nil, invalid("Invalid UpdateExpression: %v", err)
		case delta.attribute != "" || delta.value.kind != typeNumber:
			return nil, invalid("Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: %s", delta.value.kind)
		case attribute == keys.partition || attribute == keys.sort:
			return nil, invalid("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", attribute)
		}
		for _, other := range terms {
			if other.attribute == attribute {
				return nil, invalid("Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [%s], path two: [%[1]s]", attribute)
			}
		}
		terms = append(terms, term{attribute, delta.value.number})
		if p.peek() != "," {
			break
		}
		p.take()
	}
	if p.next < len(p.tokens) {
		return nil, invalid("dynamosim: a second clause of an update is not simulated: %q", strings.Join(p.tokens[p.next:], " "))
	}
	return func(i item) *awssim.Error {
		for _, t := range terms {
			before, ok := i[t.attribute]
			if ok && before.kind != typeNumber {
				return invalid("An operand in the update expression has an incorrect data type")
			}
			sum, err := before.number.add(t.delta)
			if err != nil {
				return invalid("%s", fmt.Sprint(err))
			}
			i[t.attribute] = value{kind: typeNumber, number: sum}
		}
		return nil
	}, nil
}
