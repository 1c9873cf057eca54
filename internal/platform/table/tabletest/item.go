package tabletest

import (
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/table"
)

func at(partition, sort string) table.Key { return table.Key{Partition: partition, Sort: sort} }

// item is a small unlocked record.
func item(partition, sort string) table.Item {
	return table.Item{Key: at(partition, sort), Kind: "note", Schema: 1, Body: []byte(`{"text":"hello"}`)}
}

// locked is a small record of a version, written by the write with the token.
func locked(sort string, version int64, token string) table.Item {
	one := item("p", sort)
	one.Version, one.Token = version, token
	return one
}

func numbered(n int) []byte { return fmt.Appendf(nil, `{"n":%d}`, n) }

func put(item table.Item, condition table.Condition) table.Op {
	return table.Op{Action: table.Put, Item: item, If: condition}
}

func remove(key table.Key, condition table.Condition) table.Op {
	return table.Op{Action: table.Delete, Item: table.Item{Key: key}, If: condition}
}

func check(key table.Key, condition table.Condition) table.Op {
	return table.Op{Action: table.Check, Item: table.Item{Key: key}, If: condition}
}

func add(key table.Key, name string, delta int64) table.Op {
	return table.Op{Action: table.Add, Item: table.Item{Key: key}, Deltas: map[string]int64{name: delta}}
}

var (
	always  = table.Condition{}
	absent  = table.Condition{Test: table.Absent}
	present = table.Condition{Test: table.Present}
)

func version(v int64) table.Condition { return table.Condition{Test: table.VersionIs, Version: v} }

func equals(attribute, text string) table.Condition {
	return table.Condition{Test: table.Equals, Attribute: attribute, Text: text}
}

// promising is a record with one pending message, and due at an instant of the index's first partition.
func promising(sort string, due time.Time) table.Item {
	one := locked(sort, 1, "token-"+sort)
	one.Pending = []table.Message{{ID: "m-" + sort, Topic: "notify", Body: []byte(`{"id":7}`)}}
	one.Due = dueUnder(one.Key, due)
	return one
}

func dueUnder(key table.Key, due time.Time) table.IndexKey {
	return table.IndexKey{Partition: duePartition, Sort: table.Join(due.Format("2006-01-02T15:04:05.000Z"), key.Partition, key.Sort)}
}

const duePartition = "DUE#2026-11-22#0"
