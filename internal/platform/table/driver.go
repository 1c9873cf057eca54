package table

import (
	"context"
	"fmt"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds that drivers may rely on and Table enforces.
const (
	MaxOps       = 100     // ops of one write, as in a DynamoDB transaction
	MaxBody      = 100_000 // bytes of a body
	MaxItem      = 400_000 // bytes of an item with its messages, as in DynamoDB
	MaxWrite     = 4 << 20 // bytes of all items of one write, as in a DynamoDB transaction
	MaxKey       = 1_024   // bytes of a sort key; a partition may have 2,048
	MaxPage      = 1_000   // items of one query
	MaxBatchRead = 1_000   // keys of one batch get; drivers split as their store needs it
)

// Driver stores items. It is small and frozen; tabletest is its contract. All reads of records are strongly consistent,
// reads of the due index may lag. Errors are classified: Unavailable and TooMany may be repeated, anything else not.
type Driver interface {
	// Get returns the item, or a NotFound error.
	Get(ctx context.Context, key Key) (Item, error)
	// BatchGet returns the items that exist, in any order. Keys are distinct.
	BatchGet(ctx context.Context, keys []Key) ([]Item, error)
	// Query returns a page of one partition in order of the sort key. A page ends at the limit or at about 1 MB; it may be
	// shorter although more follow, and may name a next page although nothing follows. Sort keys of a partition of the due
	// index are distinct, as those that Table makes are.
	Query(ctx context.Context, q Query) (Page, error)
	// Write applies all ops or none. A condition that does not hold is a *ConditionError, unless the item already carries
	// the op's own token (Op.Applied): then an earlier answer was lost and the write is a success. Keys are distinct. All is
	// durable then, but for a write that keeps the version it demands: that only strikes out promises (Settle), and a crash
	// may take it back.
	Write(ctx context.Context, ops []Op) error
	// Load applies puts and deletes without conditions, in any order, not atomically, any number. It either returns nil and
	// all are durable, or an error and any of them may be. Keys are distinct.
	Load(ctx context.Context, ops []Op) error
}

// Query asks for a range of one partition, or of one partition of the due index.
type Query struct {
	Partition  string
	DueIndex   bool   // Partition and bounds are those of the index; items come with Key and Due only
	From       string // first sort key; empty: from the start
	To         string // sort keys below it; empty: to the end
	After      string // continue behind this sort key, in the direction of the query
	Limit      int    // 1 to MaxPage
	Descending bool
}

// Page is a part of a query's answer.
type Page struct {
	Items []Item
	Next  string // pass as After to go on; empty: this was the last page
}

// ConditionError says which condition of a write did not hold. It is a Conflict.
type ConditionError struct {
	Index int // of the op
	Key   Key
}

func (e *ConditionError) Error() string {
	return fmt.Sprintf("op %d: the condition does not hold", e.Index)
}

// Conflicted makes the error that a driver returns for a failed condition.
func Conflicted(index int, key Key) error {
	return errs.E(errs.Conflict, "somebody else changed this at the same time; read it again: %w", &ConditionError{index, key})
}

// Missing makes the error that a driver returns for an absent item.
func Missing() error { return errs.E(errs.NotFound, "there is no such record") }
