package dynamosim

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Asks implements awssim.Protected. A transaction needs what its parts would need alone, a batch needs its own permission, and
// a query of an index is about the index and not about the table.
func (d *DynamoDB) Asks(r awssim.Request) ([]awssim.Ask, error) {
	var in struct {
		TableName     string
		IndexName     string
		Key, Item     item
		RequestItems  map[string]json.RawMessage
		TransactItems []map[string]struct {
			TableName string
			Key, Item item
		}
		KeyConditionExpression string
		substitutes
	}
	if err := json.Unmarshal(r.Body, &in); err != nil {
		return nil, &awssim.Error{Status: 400, Code: coral + "SerializationException", Message: err.Error()}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case r.Action == "TransactWriteItems":
		var asks []awssim.Ask
		for _, part := range in.TransactItems {
			for kind, p := range part {
				ask := d.ask(partActions[kind], p.TableName, p.Key, p.Item)
				ask.Context["dynamodb:EnclosingOperation"] = []string{r.Action}
				asks = append(asks, ask)
			}
		}
		return asks, nil
	case in.RequestItems != nil:
		var asks []awssim.Ask
		for _, table := range slices.Sorted(maps.Keys(in.RequestItems)) {
			asks = append(asks, d.ask(r.Action, table, d.keysWithin(table, in.RequestItems[table])...))
		}
		return asks, nil
	case in.IndexName != "":
		return []awssim.Ask{{
			Action: "dynamodb:" + r.Action, Resources: []string{d.arn(in.TableName) + "/index/" + in.IndexName}, Context: map[string][]string{},
		}}, nil
	case r.Action == "Query":
		ask := d.ask(r.Action, in.TableName)
		if t := d.tables[in.TableName]; t != nil {
			if s, failed := keyCondition(in.KeyConditionExpression, &in.substitutes, t.keys, t.types); failed == nil {
				ask.Context["dynamodb:LeadingKeys"] = []string{s.partition.text}
			}
		}
		return []awssim.Ask{ask}, nil
	}
	return []awssim.Ask{d.ask(r.Action, in.TableName, in.Key, in.Item)}, nil
}

// partActions are the permissions of the parts of a transaction.
var partActions = map[string]string{
	"Put": "PutItem", "Delete": "DeleteItem", "Update": "UpdateItem", "ConditionCheck": "ConditionCheckItem",
}

// ask is about a table and the partition keys within it that the call names.
func (d *DynamoDB) ask(action, table string, keys ...item) awssim.Ask {
	ask := awssim.Ask{Action: "dynamodb:" + action, Resources: []string{d.arn(table)}, Context: map[string][]string{}}
	t := d.tables[table]
	if t == nil {
		return ask
	}
	leading := map[string]bool{}
	for _, key := range keys {
		if v, ok := key[t.keys.partition]; ok {
			leading[v.text] = true
		}
	}
	if len(leading) > 0 {
		ask.Context["dynamodb:LeadingKeys"] = slices.Sorted(maps.Keys(leading))
	}
	return ask
}

// keysWithin are the keys of one table's part of a batch.
func (d *DynamoDB) keysWithin(_ string, raw json.RawMessage) (keys []item) {
	var reads keysOfTable
	if json.Unmarshal(raw, &reads) == nil {
		return reads.Keys
	}
	var writes []writeRequest
	if json.Unmarshal(raw, &writes) != nil {
		return nil
	}
	for _, w := range writes {
		if w.PutRequest != nil {
			keys = append(keys, w.PutRequest.Item)
		}
		if w.DeleteRequest != nil {
			keys = append(keys, w.DeleteRequest.Key)
		}
	}
	return keys
}
