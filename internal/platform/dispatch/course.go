package dispatch

import (
	"slices"
	"time"
)

// Course is how far an intent has come: the part of a ledger's record that the ledger moves. Records embed it.
type Course struct {
	State    State     `json:"state"`
	Owner    string    `json:"owner,omitempty"` // the attempt that wrote this state; tells a writer its own write
	Wake     time.Time `json:"wake,omitzero"`   // nobody touches it before: end of a lease, of a wait; not in final states
	Attempts int       `json:"attempts,omitempty"`
	Reason   string    `json:"reason,omitempty"` // why it failed, waits, is suppressed or parked; no personal data
	Planned  time.Time `json:"planned"`
	Began    time.Time `json:"began,omitzero"`     // when the last attempt went to the provider
	Accepted []string  `json:"accepted,omitempty"` // the provider's ids; more than one means that it was doubled
}

// State is where a dispatch stands. The way is pending → claimed → sending → sent; see reliability.md 2.1 for the others.
type State string

// The states.
const (
	Pending    State = "pending"    // planned; nobody has looked at it
	Claimed    State = "claimed"    // an attempt holds it until Wake and asks whether it may go
	Sending    State = "sending"    // the provider may have it any moment
	Sent       State = "sent"       // the provider has it
	Released   State = "released"   // the provider surely does not have it; again from Wake on
	Unknown    State = "unknown"    // the provider may have it; looked at again at Wake
	Parked     State = "parked"     // the provider may have it and nobody can find out; a person decides, or a late event
	Failed     State = "failed"     // the provider will never take it, or it is too late
	Suppressed State = "suppressed" // the recipient must not or does not want to get it
)

// Final reports whether the state is an end. Only the provider's event turns a final state into another: sent.
func (s State) Final() bool { return s == Sent || s == Failed || s == Suppressed }

// Planned is the course of an intent that nobody has looked at yet.
func Planned(now time.Time) Course { return Course{State: Pending, Planned: now} }

// Doubled reports whether the provider has taken it more than once.
func (c Course) Doubled() bool { return len(c.Accepted) > 1 }

// movable is a record that a ledger can move: one that embeds a Course.
type movable interface{ course() *Course }

var _ movable = (*Course)(nil)

func (c *Course) course() *Course { return c }

// maxAccepted bounds the provider ids that a course remembers.
const maxAccepted = 4

func (c *Course) accept(providerID string) {
	if providerID == "" || slices.Contains(c.Accepted, providerID) || len(c.Accepted) == maxAccepted {
		return
	}
	// Sorted, so that the order of events does not show.
	c.Accepted = append(slices.Clone(c.Accepted), providerID)
	slices.Sort(c.Accepted)
}
