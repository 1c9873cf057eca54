package dynamotable

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/winback-auto/winback/internal/platform/table"
)

// Driver is a table.Driver over one DynamoDB table. It is safe for concurrent use.
type Driver struct {
	client *dynamodb.Client
	table  string
	now    func() time.Time
	pause  pause
}

var _ table.Driver = (*Driver)(nil)

// New makes the driver of a table with the layout of Schema. Expiry goes by now, the application clock. The client should be
// one that Client made.
func New(client *dynamodb.Client, tableName string, now func() time.Time) *Driver {
	return &Driver{client: client, table: tableName, now: now, pause: sleep}
}

// Get returns the item, or a NotFound error.
func (d *Driver) Get(ctx context.Context, key table.Key) (table.Item, error) {
	out, err := d.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      aws.String(d.table),
		Key:            keyOf(key),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return table.Item{}, classify(err)
	}
	if len(out.Item) == 0 {
		return table.Item{}, table.Missing()
	}
	return unmarshal(out.Item)
}
