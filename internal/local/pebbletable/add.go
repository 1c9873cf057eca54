package pebbletable

import (
	"encoding/json"
	"math/big"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

// add is the old item with the op's deltas added to its whole numbers. As in DynamoDB they may have any number of digits.
func add(op *table.Op, old table.Item) (table.Item, error) {
	item := old
	item.Key = op.Item.Key
	item.Version++
	members := map[string]json.RawMessage{}
	if len(old.Body) > 0 {
		if err := json.Unmarshal(old.Body, &members); err != nil {
			return table.Item{}, errDamaged
		}
	}
	for name, delta := range op.Deltas {
		sum := new(big.Int)
		if text, ok := members[name]; ok {
			if _, ok := sum.SetString(string(text), 10); !ok {
				return table.Item{}, errs.E(errs.Internal, "pebbletable: %s of a %s is not a whole number", name, old.Kind)
			}
		}
		members[name] = json.RawMessage(sum.Add(sum, big.NewInt(delta)).String())
	}
	body, err := json.Marshal(members)
	item.Body = body
	return item, err
}
