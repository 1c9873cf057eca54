package recapture

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
)

// Ended says when and why a watch came to its end.
type Ended struct {
	At     time.Time     `json:"at"`
	Reason EndReason     `json:"reason" enum:"deleted,monitoring_over,sold" doc:"deleted: by a user; monitoring_over: its period is over; sold: the car was sold, or its listing has been gone for long."`
	By     access.UserID `json:"by,omitempty" doc:"Who deleted it."`
}

// EndReason is why a watch ended.
type EndReason string

// The reasons.
const (
	ByUser         EndReason = "deleted"
	MonitoringOver EndReason = "monitoring_over" // C14
	Sold           EndReason = "sold"            // C14
)

// ends ends the watch and reports whether that is anything new: what has ended keeps its first reason.
func (r *Recapture) ends(at time.Time, reason EndReason, by access.UserID) bool {
	if r.Status == Deleted {
		return false
	}
	r.Status, r.Progress, r.Error = Deleted, "", ""
	r.Ended = &Ended{At: at, Reason: reason, By: by}
	return true
}

// leaves reports whether a change leaves a watch at the partner that nobody here wants any more: the recapture has ended, or
// had, and only now the partner says what it calls it.
func (r Recapture) leaves(before Recapture) bool {
	return r.Status == Deleted && r.Ref != "" && (before.Status != Deleted || before.Ref == "")
}
