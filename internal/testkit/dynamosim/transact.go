package dynamosim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// Bounds of a transaction: its items, and their bytes.
const (
	maxTransaction      = 100
	maxTransactionBytes = 4 << 20
)

type transactWriteItems struct {
	TransactItems      []transactItem
	ClientRequestToken string
	capacity
}

// transactItem has exactly one member.
type transactItem struct {
	Put *struct {
		Item item
		change
	} `json:",omitempty"`
	Delete *struct {
		Key item
		change
	} `json:",omitempty"`
	ConditionCheck *struct {
		Key item
		change
	} `json:",omitempty"`
	Update *struct {
		Key              item
		UpdateExpression string
		change
	} `json:",omitempty"`
}

// read prepares the item's edit; c is what its answer goes by.
func (i transactItem) read(d *DynamoDB) (e *edit, c change, err error) {
	set := 0
	if p := i.Put; p != nil {
		set++
		e, err = d.put(p.change, p.Item)
		c = p.change
	}
	if p := i.Delete; p != nil {
		set++
		e, err = d.remove(p.change, p.Key)
		c = p.change
	}
	if p := i.Update; p != nil {
		set++
		e, err = d.update(p.change, p.Key, p.UpdateExpression)
		c = p.change
	}
	if p := i.ConditionCheck; p != nil {
		set++
		if p.ConditionExpression == "" {
			return nil, c, invalid("The expression can not be empty;")
		}
		if e, err = d.remove(p.change, p.Key); err == nil {
			e.after = nil
		}
		c = p.change
	}
	if set != 1 {
		return nil, c, invalid("TransactItems can only contain one of Check, Put, Update or Delete")
	}
	return e, c, err
}

// reason is one entry of CancellationReasons.
type reason struct {
	Code    string
	Message string `json:",omitempty"`
	Item    item   `json:",omitempty"`
}

func (d *DynamoDB) transactWriteItems(r awssim.Request, in *transactWriteItems) (any, error) {
	if n := len(in.TransactItems); n < 1 || n > maxTransaction {
		return nil, invalid("1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to %d, and at least 1", maxTransaction)
	}
	if done, err := d.repeated(r, in); done || err != nil {
		return map[string]any{}, err
	}
	var edits []*edit
	var changes []change
	seen := map[string]bool{}
	for _, raw := range in.TransactItems {
		e, c, err := raw.read(d)
		if err != nil {
			return nil, err
		}
		name := e.table.identity(e.keys)
		if seen[name] {
			return nil, invalid("Transaction request cannot include multiple operations on one item")
		}
		seen[name] = true
		edits, changes = append(edits, e), append(changes, c)
	}
	reasons, cancelled, size := make([]reason, len(edits)), false, 0
	used := map[string]*consumption{}
	for i, e := range edits {
		reasons[i].Code = "None"
		refused, failed := e.try()
		switch {
		case failed != nil:
			reasons[i], cancelled = reason{Code: "ValidationError", Message: failed.Message}, true
		case refused != nil:
			reasons[i], cancelled = reason{Code: "ConditionalCheckFailed", Message: refusedMessage}, true
			if changes[i].ReturnValuesOnConditionCheckFailure == "ALL_OLD" {
				reasons[i].Item = refused.item
			}
		}
		size += e.result.size()
		if used[e.table.name] == nil {
			used[e.table.name] = &consumption{table: e.table.name}
		}
		used[e.table.name].write += 2 * e.units()
	}
	if size > maxTransactionBytes {
		return nil, invalid("Transaction request size exceeded the limit of %d bytes", maxTransactionBytes)
	}
	if cancelled {
		for _, u := range used {
			r.Spend(awssim.WriteUnits, u.write)
		}
		return nil, cancellation(reasons)
	}
	for _, e := range edits {
		used[e.table.name].index += e.apply()
	}
	d.remember(r, in)
	var wire []map[string]any
	for _, u := range used {
		r.Spend(awssim.WriteUnits, u.write+u.index)
		wire = append(wire, u.wire())
	}
	answer := map[string]any{}
	if in.ReturnConsumedCapacity != "" && in.ReturnConsumedCapacity != "NONE" {
		answer["ConsumedCapacity"] = wire
	}
	return answer, nil
}

func cancellation(reasons []reason) *awssim.Error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = r.Code
	}
	e := failure("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", "))
	e.More = map[string]any{"CancellationReasons": reasons}
	return e
}

// repeated reports whether the same transaction was carried out under the same token lately.
func (d *DynamoDB) repeated(r awssim.Request, in *transactWriteItems) (bool, error) {
	for token, known := range d.tokens {
		if r.Now.Sub(known.at) > tokenLife {
			delete(d.tokens, token)
		}
	}
	known, ok := d.tokens[in.ClientRequestToken]
	if in.ClientRequestToken == "" || !ok {
		return false, nil
	}
	if known.digest != digest(r.Body) {
		return false, failure("IdempotentParameterMismatchException", "The provided client token is already in use with different parameters")
	}
	return true, nil
}

func (d *DynamoDB) remember(r awssim.Request, in *transactWriteItems) {
	if in.ClientRequestToken != "" {
		d.tokens[in.ClientRequestToken] = requestToken{digest(r.Body), r.Now}
	}
}

// digest is the same for the same request, in whatever order a client writes it.
func digest(body []byte) string {
	var any map[string]any
	if err := json.Unmarshal(body, &any); err != nil {
		return fmt.Sprint(err)
	}
	canonical, err := json.Marshal(any)
	if err != nil {
		return fmt.Sprint(err)
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
