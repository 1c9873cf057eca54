package table

import (
	"encoding/json"
	"time"
)

// Expired reports whether the item counts as absent at an instant.
func (i Item) Expired(now time.Time) bool { return !i.Expires.IsZero() && !i.Expires.After(now) }

// Holds decides the op's condition against what is stored under its key; found is false where nothing is. An Add has a
// condition of its own besides: it must not revive the numbers of an item that has expired but is still stored.
//
// It is the rule for drivers that decide themselves, and the model for those whose store does.
func (op Op) Holds(stored Item, found bool, now time.Time) bool {
	alive := found && !stored.Expired(now)
	if op.Action == Add && found && !alive {
		return false
	}
	switch op.If.Test {
	case Always:
		return true
	case Absent:
		return !alive
	case Present:
		return alive
	case VersionIs:
		return alive && stored.Version == op.If.Version
	case Equals:
		return alive && textOf(stored.Body, op.If.Attribute) == quoted{op.If.Text, true}
	}
	return false
}

// Applied reports whether a stored item shows that the op was applied before, by a call whose answer was lost: the item
// carries the op's token. A put that keeps the version, as Settle does, makes no version that could be its own.
func (op Op) Applied(stored Item) bool {
	keeps := op.If.Test == VersionIs && op.If.Version == op.Item.Version
	return op.Action == Put && op.Item.Token != "" && op.Item.Token == stored.Token && !keeps
}

type quoted struct {
	text string
	ok   bool
}

// textOf is the text of a member of a body; not ok where there is none or it is no text.
func textOf(body []byte, member string) quoted {
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return quoted{}
	}
	var text *string
	if json.Unmarshal(members[member], &text) != nil || text == nil {
		return quoted{}
	}
	return quoted{*text, true}
}
