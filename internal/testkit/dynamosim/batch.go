package dynamosim

import "github.com/winback-auto/winback/internal/testkit/awssim"

// maxBatchWrites bounds a batch of writes.
const maxBatchWrites = 25

// writeRequest has exactly one member.
type writeRequest struct {
	PutRequest    *struct{ Item item } `json:",omitempty"`
	DeleteRequest *struct{ Key item }  `json:",omitempty"`
}

type batchWriteItem struct {
	RequestItems map[string][]writeRequest
	capacity
}

func (d *DynamoDB) batchWriteItem(r awssim.Request, in *batchWriteItem) (any, error) {
	total := 0
	for _, writes := range in.RequestItems {
		total += len(writes)
	}
	if total < 1 || total > maxBatchWrites {
		return nil, invalid("Too many items requested for the BatchWriteItem call, or none: %d", total)
	}
	edits := map[string][]*edit{}
	for name, writes := range in.RequestItems {
		prepared, err := d.batchOf(name, writes)
		if err != nil {
			return nil, err
		}
		edits[name] = prepared
	}
	unprocessed := map[string][]writeRequest{}
	var used []map[string]any
	place := 0
	for name, prepared := range edits {
		spent := consumption{table: name}
		for i, e := range prepared {
			place++
			if d.unprocessed("BatchWriteItem", place-1) {
				unprocessed[name] = append(unprocessed[name], in.RequestItems[name][i])
				continue
			}
			if _, failed := e.try(); failed != nil {
				return nil, failed
			}
			spent.write += e.units()
			spent.index += e.apply()
		}
		r.Spend(awssim.WriteUnits, spent.write+spent.index)
		used = append(used, spent.wire())
	}
	answer := map[string]any{"UnprocessedItems": unprocessed}
	if in.ReturnConsumedCapacity != "" && in.ReturnConsumedCapacity != "NONE" {
		answer["ConsumedCapacity"] = used
	}
	return answer, nil
}

// batchOf prepares the writes to one table, which have to be about different items.
func (d *DynamoDB) batchOf(name string, writes []writeRequest) ([]*edit, error) {
	var prepared []*edit
	seen := map[string]bool{}
	for _, w := range writes {
		var e *edit
		var err error
		switch {
		case w.PutRequest != nil && w.DeleteRequest == nil:
			e, err = d.put(change{TableName: name}, w.PutRequest.Item)
		case w.DeleteRequest != nil && w.PutRequest == nil:
			e, err = d.remove(change{TableName: name}, w.DeleteRequest.Key)
		default:
			err = invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
		}
		if err != nil {
			return nil, err
		}
		if id := e.table.identity(e.keys); seen[id] {
			return nil, invalid("Provided list of item keys contains duplicates")
		} else {
			seen[id] = true
		}
		prepared = append(prepared, e)
	}
	return prepared, nil
}
