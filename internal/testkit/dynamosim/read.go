package dynamosim

import (
	"fmt"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Bounds of a batch of reads: its keys, and the bytes of its answer.
const (
	maxBatchReads    = 100
	maxBatchResponse = 16 << 20
)

type getItem struct {
	TableName      string
	Key            item
	ConsistentRead bool
	capacity
}

func (d *DynamoDB) getItem(r awssim.Request, in *getItem) (any, error) {
	t, err := d.table(in.TableName)
	if err != nil {
		return nil, err
	}
	if err := t.checkKey(in.Key); err != nil {
		return nil, err
	}
	found := t.get(in.Key)
	answer := map[string]any{}
	if found != nil {
		answer["Item"] = found
	}
	return in.report(r, answer, consumption{table: t.name, read: readUnits(found.size(), in.ConsistentRead)}), nil
}

type keysOfTable struct {
	Keys           []item
	ConsistentRead bool `json:",omitempty"`
}

type batchGetItem struct {
	RequestItems map[string]keysOfTable
	capacity
}

func (d *DynamoDB) batchGetItem(r awssim.Request, in *batchGetItem) (any, error) {
	total := 0
	for _, wanted := range in.RequestItems {
		total += len(wanted.Keys)
	}
	if total < 1 || total > maxBatchReads {
		return nil, invalid("Too many items requested for the BatchGetItem call, or none: %d", total)
	}
	responses, unprocessed := map[string][]item{}, map[string]keysOfTable{}
	var used []map[string]any
	size, place := 0, 0
	for name, wanted := range in.RequestItems {
		t, err := d.table(name)
		if err != nil {
			return nil, err
		}
		if err := t.distinct(wanted.Keys); err != nil {
			return nil, err
		}
		spent := consumption{table: name}
		responses[name] = []item{}
		var left []item
		for _, key := range wanted.Keys {
			found := t.get(key)
			place++
			if size += found.size(); size > maxBatchResponse || d.unprocessed("BatchGetItem", place-1) {
				left = append(left, key)
				continue
			}
			spent.read += readUnits(found.size(), wanted.ConsistentRead)
			if found != nil {
				responses[name] = append(responses[name], found)
			}
		}
		if len(left) > 0 {
			unprocessed[name] = keysOfTable{left, wanted.ConsistentRead}
		}
		r.Spend(awssim.ReadUnits, spent.read)
		used = append(used, spent.wire())
	}
	answer := map[string]any{"Responses": responses, "UnprocessedKeys": unprocessed}
	if in.ReturnConsumedCapacity != "" && in.ReturnConsumedCapacity != "NONE" {
		answer["ConsumedCapacity"] = used
	}
	return answer, nil
}

// distinct refuses keys that are none, or that come twice.
func (t *tableData) distinct(keys []item) error {
	seen := map[string]bool{}
	for _, key := range keys {
		if err := t.checkKey(key); err != nil {
			return err
		}
		if name := t.identity(key); seen[name] {
			return invalid("Provided list of item keys contains duplicates")
		} else {
			seen[name] = true
		}
	}
	return nil
}

// identity tells items apart.
func (t *tableData) identity(keys item) string {
	return fmt.Sprintf("%s %q %q", t.name, bucket(keys[t.keys.partition]), bucket(keys[t.keys.sort]))
}

func (d *DynamoDB) unprocessed(action string, place int) bool {
	return d.options.Unprocessed != nil && d.options.Unprocessed(action, place)
}
