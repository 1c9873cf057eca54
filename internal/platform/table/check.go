package table

import (
	"errors"
	"fmt"
	"strings"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// check refuses an op that some driver could not store or that would lose something.
func (op *Op) check() error {
	item := &op.Item
	if item.Partition == "" || item.Sort == "" || len(item.Sort) > MaxKey || len(item.Partition) > 2*MaxKey {
		return errs.E(errs.Invalid, "an identifier is empty or longer than %d bytes", MaxKey)
	}
	if op.Action == Check && op.If.Test == Always {
		return errors.New("table: a check of nothing")
	}
	for name := range op.Deltas {
		if bracketed(name) {
			return fmt.Errorf("table: a count called %q", name)
		}
	}
	if bracketed(op.If.Attribute) {
		return fmt.Errorf("table: a condition on %q", op.If.Attribute)
	}
	if op.Action != Put {
		return nil
	}
	if len(item.Body) > MaxBody {
		return errs.E(errs.Invalid, "a record of %d bytes is too large, the most is %d", len(item.Body), MaxBody)
	}
	if size := item.Size(); size > MaxItem {
		return errs.E(errs.Invalid, "a record with its messages would take %d bytes, the most is %d", size, MaxItem)
	}
	if len(item.Body) > 0 && item.Body[0] != '{' {
		return errors.New("table: a body is a JSON object; its members become attributes")
	}
	// Without a version, two writers do not notice each other, and one of them would take the other's messages away.
	if len(item.Pending) > 0 && item.Version == 0 {
		return errors.New("table: messages travel with records that somebody locks: Create or Update, not Overwrite")
	}
	return nil
}

// bracketed reports whether an expression of DynamoDB would take the name for an element of a list.
func bracketed(name string) bool { return strings.ContainsAny(name, "[]") }

// checkTogether refuses writes whose ops do not go together.
func checkTogether(ops []Op) error {
	guarded, adds, size := false, false, 0
	seen := make(map[Key]struct{}, len(ops))
	for i := range ops {
		op := &ops[i]
		if _, twice := seen[op.Item.Key]; twice {
			return errors.New("table: two ops of one write on one key")
		}
		seen[op.Item.Key] = struct{}{}
		guarded = guarded || op.guards()
		adds = adds || op.Action == Add
		size += op.Item.Size()
	}
	if adds && !guarded {
		return errors.New("table: an Add without a guard would count twice after a lost answer")
	}
	if len(ops) > 1 && size > MaxWrite {
		return errs.E(errs.Invalid, "a change of %d bytes at once is too large, the most is %d", size, MaxWrite)
	}
	return nil
}

// guards reports whether the op, once applied, keeps the whole write from being applied again.
func (op *Op) guards() bool {
	switch op.Action {
	case Put:
		return op.If.Test == Absent || op.If.Test == VersionIs
	case Delete:
		return op.If.Test != Always
	default:
		return false
	}
}

// latest keeps the last op of each key.
func latest(ops []Op) []Op {
	last := make(map[Key]int, len(ops))
	for i := range ops {
		last[ops[i].Item.Key] = i
	}
	if len(last) == len(ops) {
		return ops
	}
	kept := make([]Op, 0, len(last))
	for i := range ops {
		if last[ops[i].Item.Key] == i {
			kept = append(kept, ops[i])
		}
	}
	return kept
}
