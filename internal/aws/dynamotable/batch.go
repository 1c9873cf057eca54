package dynamotable

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/winback-auto/winback/internal/platform/table"
)

// DynamoDB's bounds of one batch, and how many batches of one load are under way at once.
const (
	batchReads  = 100
	batchWrites = 25
	loaders     = 8
)

// BatchGet returns the items that exist, in any order.
func (d *Driver) BatchGet(ctx context.Context, keys []table.Key) ([]table.Item, error) {
	items := make([]table.Item, 0, len(keys))
	for part := range slices.Chunk(keys, batchReads) {
		wanted := make([]attributes, len(part))
		for i, key := range part {
			wanted[i] = keyOf(key)
		}
		request := map[string]types.KeysAndAttributes{d.table: {Keys: wanted, ConsistentRead: aws.Bool(true)}}
		err := d.repeat(ctx, func() (done bool, err error) {
			out, err := d.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: request})
			if err != nil {
				return false, classify(err)
			}
			for _, stored := range out.Responses[d.table] {
				item, err := unmarshal(stored)
				if err != nil {
					return false, err
				}
				items = append(items, item)
			}
			request = out.UnprocessedKeys
			return len(request[d.table].Keys) == 0, nil
		})
		if err != nil {
			return nil, err
		}
	}
	return items, nil
}

// Load applies puts and deletes without conditions, in batches side by side.
func (d *Driver) Load(ctx context.Context, ops []table.Op) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(loaders)
	for part := range slices.Chunk(ops, batchWrites) {
		group.Go(func() error { return d.loadPart(ctx, part) })
	}
	return group.Wait()
}

func (d *Driver) loadPart(ctx context.Context, ops []table.Op) error {
	writes := make([]types.WriteRequest, len(ops))
	for i, op := range ops {
		if op.Action == table.Delete {
			writes[i].DeleteRequest = &types.DeleteRequest{Key: keyOf(op.Item.Key)}
			continue
		}
		stored, err := marshal(op.Item)
		if err != nil {
			return err
		}
		writes[i].PutRequest = &types.PutRequest{Item: stored}
	}
	request := map[string][]types.WriteRequest{d.table: writes}
	return d.repeat(ctx, func() (done bool, err error) {
		out, err := d.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: request})
		if err != nil {
			return false, classify(err)
		}
		request = out.UnprocessedItems
		return len(request[d.table]) == 0, nil
	})
}
