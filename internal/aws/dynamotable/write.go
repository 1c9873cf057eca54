package dynamotable

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

const refusedItem = types.ReturnValuesOnConditionCheckFailureAllOld

// Write applies all ops or none. One op is a plain call at half the price of a transaction.
func (d *Driver) Write(ctx context.Context, ops []table.Op) error {
	if len(ops) > 1 {
		return d.transact(ctx, ops)
	}
	op := ops[0]
	if op.Action == table.Check {
		return d.check(ctx, op)
	}
	return d.repeat(ctx, func() (done bool, err error) {
		err = d.writeOne(ctx, op)
		var refused *types.ConditionalCheckFailedException
		if errors.As(err, &refused) {
			return true, d.refused(ctx, 0, op, refused.Item)
		}
		var met *types.TransactionConflictException
		if errors.As(err, &met) {
			return false, nil
		}
		return true, classify(err)
	})
}

func (d *Driver) writeOne(ctx context.Context, op table.Op) error {
	e, err := build(op, d.now())
	if err != nil {
		return err
	}
	switch op.Action {
	case table.Put:
		stored, err := marshal(op.Item)
		if err != nil {
			return err
		}
		_, err = d.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: aws.String(d.table), Item: stored,
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
			ReturnValuesOnConditionCheckFailure: refusedItem,
		})
		return err
	case table.Delete:
		_, err = d.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: aws.String(d.table), Key: keyOf(op.Item.Key),
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		})
		return err
	default:
		_, err = d.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(d.table), Key: keyOf(op.Item.Key), UpdateExpression: e.Update(),
			ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		})
		return err
	}
}

// check answers a lone condition by a read; there is nothing to write.
func (d *Driver) check(ctx context.Context, op table.Op) error {
	item, err := d.Get(ctx, op.Item.Key)
	found := err == nil
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if !op.Holds(item, found, d.now()) {
		return table.Conflicted(0, op.Item.Key)
	}
	return nil
}

// refused is the answer to an op whose condition failed on the stored item: success where the op itself has stored it.
func (d *Driver) refused(ctx context.Context, index int, op table.Op, stored attributes) error {
	own, err := d.own(ctx, op, stored)
	if err != nil || own {
		return err
	}
	return table.Conflicted(index, op.Item.Key)
}

// own reports whether the op itself wrote what refused it. Some endpoints do not return the refusing item; then it is read.
func (d *Driver) own(ctx context.Context, op table.Op, stored attributes) (bool, error) {
	if op.Item.Token == "" {
		return false, nil
	}
	if len(stored) > 0 {
		item, err := unmarshal(stored)
		return op.Applied(item), err
	}
	item, err := d.Get(ctx, op.Item.Key)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return op.Applied(item), err
}
