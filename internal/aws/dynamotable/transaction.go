package dynamotable

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/winback-auto/winback/internal/platform/table"
)

// transact applies several ops as one transaction. The SDK gives each call a request token of its own, which makes its
// repetitions harmless for ten minutes; a caller's own repetition, whenever it comes, is recognised by the ops' tokens.
func (d *Driver) transact(ctx context.Context, ops []table.Op) error {
	items := make([]types.TransactWriteItem, len(ops))
	for i, op := range ops {
		item, err := d.transactItem(op)
		if err != nil {
			return err
		}
		items[i] = item
	}
	return d.repeat(ctx, func() (done bool, err error) {
		_, err = d.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items})
		var cancelled *types.TransactionCanceledException
		if !errors.As(err, &cancelled) {
			return true, classify(err)
		}
		return d.cancelled(ctx, ops, cancelled)
	})
}

func (d *Driver) transactItem(op table.Op) (types.TransactWriteItem, error) {
	e, err := build(op, d.now())
	if err != nil {
		return types.TransactWriteItem{}, err
	}
	name, key := aws.String(d.table), keyOf(op.Item.Key)
	switch op.Action {
	case table.Put:
		stored, err := marshal(op.Item)
		return types.TransactWriteItem{Put: &types.Put{
			TableName: name, Item: stored,
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
			ReturnValuesOnConditionCheckFailure: refusedItem,
		}}, err
	case table.Delete:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: name, Key: key,
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}}, nil
	case table.Check:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: name, Key: key,
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}}, nil
	default:
		return types.TransactWriteItem{Update: &types.Update{
			TableName: name, Key: key, UpdateExpression: e.Update(),
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}}, nil
	}
}

// cancelled reads the reasons, which stand in the order of the ops. A refused condition is an answer; without one the
// transaction met another or was throttled, and not done means that it may be tried again.
func (d *Driver) cancelled(ctx context.Context, ops []table.Op, cause *types.TransactionCanceledException) (done bool, err error) {
	refused, again := -1, false
	var others []string
	for i, reason := range cause.CancellationReasons {
		switch code := aws.ToString(reason.Code); code {
		case conditionFailed:
			// One op that was applied shows that all were, whatever happened to the other keys since.
			own, err := d.own(ctx, ops[i], reason.Item)
			if own || err != nil {
				return true, err
			}
			if refused < 0 {
				refused = i
			}
		default:
			again = again || passing(code)
			others = append(others, code)
		}
	}
	switch {
	case refused >= 0:
		return true, table.Conflicted(refused, ops[refused].Item.Key)
	case again:
		return false, nil
	default:
		return true, fmt.Errorf("dynamotable: a transaction was cancelled because of %v: %w", others, classify(cause))
	}
}
