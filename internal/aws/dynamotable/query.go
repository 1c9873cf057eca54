package dynamotable

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Query returns a page of one partition: one call. A page goes on after a sort key by a bound of the key condition and not by
// an exclusive start key, which would need the keys of the table, too, when it is of the index, and is refused outside the
// bounds.
func (d *Driver) Query(ctx context.Context, q table.Query) (table.Page, error) {
	r := rangeOf(q)
	if r.empty() {
		return table.Page{}, nil
	}
	partition, sort := partitionKey, sortKey
	if q.DueIndex {
		partition, sort = duePartition, dueSort
	}
	condition := expression.Key(partition).Equal(expression.Value(q.Partition))
	if bounds, ok := r.condition(expression.Key(sort)); ok {
		condition = condition.And(bounds)
	}
	e, err := expression.NewBuilder().WithKeyCondition(condition).Build()
	if err != nil {
		return table.Page{}, err
	}
	input := &dynamodb.QueryInput{
		TableName:                 aws.String(d.table),
		KeyConditionExpression:    e.KeyCondition(),
		ExpressionAttributeNames:  e.Names(),
		ExpressionAttributeValues: e.Values(),
		ScanIndexForward:          aws.Bool(!q.Descending),
		Limit:                     aws.Int32(int32(q.Limit + r.extra(q.Descending))),
	}
	if q.DueIndex {
		input.IndexName = aws.String(Index)
	} else {
		input.ConsistentRead = aws.Bool(true)
	}
	out, err := d.client.Query(ctx, input)
	if err != nil {
		return table.Page{}, classify(err)
	}
	return page(q, r, out, sort)
}

// page keeps what lies strictly within the range and says where to go on.
func page(q table.Query, r span, out *dynamodb.QueryOutput, sort string) (table.Page, error) {
	var page table.Page
	for _, stored := range out.Items {
		item, err := unmarshal(stored)
		if err != nil {
			return table.Page{}, err
		}
		at := item.Sort
		if q.DueIndex {
			item = table.Item{Key: item.Key, Due: item.Due}
			at = item.Due.Sort
		}
		if !r.contains(at) {
			continue
		}
		page.Items = append(page.Items, item)
		if len(page.Items) == q.Limit {
			page.Next = at
			return page, nil
		}
	}
	if at, ok := out.LastEvaluatedKey[sort].(*types.AttributeValueMemberS); ok && (r.contains(at.Value) || len(page.Items) == 0) {
		page.Next = at.Value
	}
	return page, nil
}

// span is the range of sort keys of a page; an empty bound is none. The upper bound never belongs to it.
type span struct {
	lower      string
	afterLower bool // the lower bound does not belong to it either
	upper      string
}

func rangeOf(q table.Query) span {
	s := span{lower: q.From, upper: q.To}
	switch {
	case q.After == "":
	case q.Descending && (s.upper == "" || q.After < s.upper):
		s.upper = q.After
	case !q.Descending && q.After >= s.lower:
		s.lower, s.afterLower = q.After, true
	}
	return s
}

func (s span) empty() bool { return s.upper != "" && s.lower >= s.upper }

func (s span) contains(sort string) bool {
	return (sort > s.lower || sort == s.lower && !s.afterLower) && (s.upper == "" || sort < s.upper)
}

// condition is the range as a key condition, which knows one comparison only: between two bounds both belong to it.
func (s span) condition(sort expression.KeyBuilder) (expression.KeyConditionBuilder, bool) {
	lower, upper := expression.Value(s.lower), expression.Value(s.upper)
	switch {
	case s.lower != "" && s.upper != "":
		return sort.Between(lower, upper), true
	case s.lower != "" && s.afterLower:
		return sort.GreaterThan(lower), true
	case s.lower != "":
		return sort.GreaterThanEqual(lower), true
	case s.upper != "":
		return sort.LessThan(upper), true
	}
	return expression.KeyConditionBuilder{}, false
}

// extra is 1 where a page may begin with a bound that does not belong to it.
func (s span) extra(descending bool) int {
	if s.lower != "" && s.upper != "" && (descending || s.afterLower) {
		return 1
	}
	return 0
}
