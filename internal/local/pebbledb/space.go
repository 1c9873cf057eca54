package pebbledb

import "github.com/cockroachdb/pebble/v2"

// Space is the first byte of a key and says whose key it is. No two users of the database share one.
type Space byte

// The spaces.
const (
	meta       Space = 0   // what this package knows about the database
	TableItems Space = 'i' // pebbletable: items by partition and sort key
	TableDue   Space = 'd' // pebbletable: the due index
	Queues     Space = 'q' // pebblequeue
)

// Bounds are the first key of the space and the first one behind it.
func (s Space) Bounds() (from, to []byte) { return []byte{byte(s)}, []byte{byte(s) + 1} }

// Durable is how every commit is made: it returns when the disk has it.
func Durable() *pebble.WriteOptions { return pebble.Sync }
