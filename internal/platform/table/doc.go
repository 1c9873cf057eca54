// Package table is the single table that everything is stored in, as readable typed records over a small Driver.
//
// A record lives under a key that begins with its company (In) or, for the few things that lead to a company, behind one
// of three global doors (Global). A Kind describes one sort of record; it reads Records, which carry their lock state with
// them, and makes Ops, which Table.Write applies all or nothing. What a write must cause elsewhere travels in the same
// item as Messages (Op.Emit): package queue publishes them after the commit and its sweeper publishes what was left behind.
//
// The package guarantees that keys cannot run together (Join), that a stale writer is refused (a Conflict error), that a
// writer whose answer was lost recognises its own write, and that every call is metered in DynamoDB's request units. It
// has no scan. Drivers are internal/aws/dynamotable and internal/local/pebbletable; tabletest is the contract of both.
package table
