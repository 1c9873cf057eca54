package table

import (
	"encoding/json"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Item is what a driver stores: one record with its book-keeping.
type Item struct {
	Key
	Kind    string    // the sort of record, for people who look at the table
	Schema  int       // the layout of Body; see Kind
	Version int64     // counts the writes; 0 where nobody locks
	Token   string    // the write that made this version; tells a writer its own write after a lost answer
	Body    []byte    // a JSON object; drivers store its members as native attributes. Empty for postings.
	Pending []Message // promised with this write and not yet known to be published
	Due     IndexKey  // entry in the due index; zero: none
	Expires time.Time // from then on the item counts as absent; zero: never. Whole seconds.
}

// IndexKey is an item's entry in the due index.
type IndexKey struct{ Partition, Sort string }

// Message is a command to another function, stored with the record whose change causes it.
type Message struct {
	ID    string          `json:"id"`
	Topic string          `json:"topic"`
	Body  json.RawMessage `json:"body"`
	At    time.Time       `json:"at,omitzero"` // not to be published before; zero: at once
}

// Size is what DynamoDB would bill for the item, in bytes: names and values of all attributes, near enough to the byte
// for request units.
func (i Item) Size() int {
	size := len("pk") + len(i.Partition) + len("sk") + len(i.Sort) + len(i.Body)
	if i.Kind != "" {
		size += len("_kind") + len(i.Kind) + len("_schema") + 2
	}
	if i.Version != 0 {
		size += len("_version") + 3 + len("_token") + len(i.Token)
	}
	if i.Due.Partition != "" {
		size += len("due_pk") + len(i.Due.Partition) + len("due_sk") + len(i.Due.Sort)
	}
	for _, m := range i.Pending {
		size += len(m.ID) + len(m.Topic) + len(m.Body) + 40
	}
	if !i.Expires.IsZero() {
		size += len("_expires") + 6
	}
	return size
}

// Company is the company that a due item belongs to: the fifth door. Items behind a global door have none.
func (i Item) Company() ident.Company { return companyOf(i.Key) }

// Action is what an Op does.
type Action uint8

// The actions.
const (
	Put    Action = iota // write the whole item
	Delete               // remove the item
	Check                // only test the condition
	Add                  // add whole numbers to members of the body and 1 to the version; see Count
)

// Test is what a Condition asks.
type Test uint8

// The closed set of conditions.
const (
	Always    Test = iota
	Absent         // no item, or one that has expired
	Present        // an item that has not expired
	VersionIs      // present, with this version
	Equals         // present, with this text in an attribute of the body
)

// Condition guards one op.
type Condition struct {
	Test      Test
	Version   int64
	Attribute string
	Text      string
}

// Op is one step of a write. Kind and Postings make them; err is what went wrong while making it.
type Op struct {
	Action Action
	Item   Item // for all but Put only the key counts
	If     Condition
	Deltas map[string]int64 // for Add
	err    error
}
