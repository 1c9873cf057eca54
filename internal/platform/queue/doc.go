// Package queue carries commands from one function to another, at least once and in any order.
//
// A Topic is a typed command with exactly one consumer. A feature never sends to a topic directly: it promises a message
// with the write that causes it (table.Op.Emit) and commits through an Outbox, which publishes after the commit; what a
// crash or a failed send left behind is published by Sweep. So a message exists if and only if its cause was committed.
//
// A consumer's error decides what becomes of its message (Verdict): Drop ends it, Delay hands it back for later, anything
// else is tried again until the receive count sends it to the dead letters. Messages name records; the table has the truth.
//
// Drivers are internal/aws/sqsqueue and internal/local/pebblequeue; queuetest is the contract of both, and has a Sender that
// fails on purpose.
package queue
