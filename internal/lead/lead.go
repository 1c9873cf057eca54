// Package lead is somebody who may buy a car, and the dealer's work to sell them one.
//
// A lead names the customer, the vehicle they ask about as far as it is known, the car they would trade in, the yard, and
// where the lead comes from. It is new until somebody works on it, open until it is closed as won or lost, and then stays
// as it was closed: a won lead is a car once sold, which feature recapture can watch. Whoever closes a lead may keep the
// customer in sight as a prospect, where the company has the role Allow Close To Prospects; see package prospect.
//
// Users enter leads by hand (create.go), feature appraisal makes them of appraisals and feature recapture of sightings, each in one
// transaction with what the lead stems from (Add). Electronic leads come as enquiries (package enquiry) and are captured: an
// enquiry begins a lead or joins the one that is open already, whatever happens on the way and however often it comes
// (capture.go). A file of leads is imported in the same way, without a word to anybody (import.go). A lead belongs to one yard and
// is seen by those whose roles cover it.
//
// A lead is allocated to who works on it, and keeps who had it (allocate.go). One that the rules would give to somebody who is
// not there waits for them (waiting.go). What is done for it, such as replies, calls and appointments, is noted as Work, and what
// its customer answers to its own address, too (mailbox.go, received.go); from that follow the reminders to who leaves it lying
// (care.go) and the figures (figures.go).
package lead

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ID names a lead within its company.
type ID string

// Status is how far the work on a lead is.
type Status string

// The statuses.
const (
	New  Status = "new"  // nobody has worked on it yet
	Open Status = "open" // somebody has
	Won  Status = "won"  // closed: the customer bought
	Lost Status = "lost" // closed: the customer did not
)

// Closed reports whether the work has ended.
func (s Status) Closed() bool { return s == Won || s == Lost }

// Lead is one customer's interest in one vehicle.
type Lead struct {
	ID           ID               `json:"id"`
	Customer     customer.ID      `json:"customer"`
	CustomerName string           `json:"customerName"`
	Vehicle      vehicle.Vehicle  `json:"vehicle"`
	Stock        string           `json:"stock,omitempty" doc:"The dealer's stock number of the vehicle, where an enquiry named it."`
	TradeIn      *vehicle.Vehicle `json:"tradeIn,omitempty" doc:"The customer's own car."`
	Yard         string           `json:"yard"`
	Source       string           `json:"source,omitempty" doc:"Where the lead comes from."`
	Type         string           `json:"type,omitempty"`
	Status       Status           `json:"status" enum:"new,open,won,lost"`
	User         access.UserID    `json:"user" doc:"Whose work it is; empty: nobody's yet."`
	Handovers    int              `json:"handovers,omitempty" doc:"How often it has been allocated."`
	AllocatedAt  time.Time        `json:"allocatedAt,omitzero" doc:"When it was allocated last."`
	Acts         int              `json:"acts,omitempty" doc:"How often somebody has worked on it."`
	ActedAt      time.Time        `json:"actedAt,omitzero" doc:"When somebody worked on it last: wrote, called, met the customer, or changed its status."`
	RespondedAt  time.Time        `json:"respondedAt,omitzero" doc:"When somebody first wrote to the customer, called or met them."`
	WroteAt      time.Time        `json:"wroteAt,omitzero" doc:"When the customer last wrote a mail to the lead's address."`
	Unanswered   bool             `json:"unanswered,omitempty" doc:"The customer has written, and nobody has answered, called or met them since."`
	Notes        string           `json:"notes,omitempty"`
	CloseReason  string           `json:"closeReason,omitempty"`
	CreatedAt    time.Time        `json:"createdAt"`
	CreatedBy    access.UserID    `json:"createdBy" doc:"Empty for an electronic lead."`
	UpdatedAt    time.Time        `json:"updatedAt"`
	ClosedAt     time.Time        `json:"closedAt,omitzero"`
	ClosedBy     access.UserID    `json:"closedBy,omitempty"`
	Enquiries    int              `json:"enquiries,omitempty" doc:"How many enquiries have come in for it."`
	EnquiredAt   time.Time        `json:"enquiredAt,omitzero" doc:"When the last one came in."`
	Routing      *Routing         `json:"routing,omitempty" doc:"What the rules decided about an electronic lead; absent until they have, and for leads that somebody made or imported."`
	Recapture    string           `json:"recapture,omitempty" doc:"The recapture that it was made of."`
	Appraisal    string           `json:"appraisal,omitempty" doc:"The appraisal that it was made with."`
	Prospect     string           `json:"prospect,omitempty" doc:"The prospect that it was closed to."`
	FromProspect string           `json:"fromProspect,omitempty" doc:"The prospect that became this lead."`
	MergedInto   ID               `json:"mergedInto,omitempty" doc:"The lead that stands for this one, which is an alias."`
	MergedAt     time.Time        `json:"mergedAt,omitzero"`
	Merged       []ID             `json:"merged,omitempty" doc:"Leads that this one stands for: their ids lead here."`
}

// Won reports whether the customer bought: such leads are what a recapture is meant for (R24, C10).
func (l Lead) Won() bool { return l.Status == Won }

// Close ends the work on a lead as won or lost.
func (l *Lead) Close(outcome Status, reason string, by access.UserID, at time.Time) error {
	if !outcome.Closed() {
		return errs.Violate(errs.Violation{Location: "body.outcome", Message: "is neither won nor lost"})
	}
	if err := l.changeable(); err != nil {
		return err
	}
	l.Status, l.CloseReason, l.ClosedBy, l.ClosedAt, l.UpdatedAt, l.ActedAt, l.Acts = outcome, strings.TrimSpace(reason), by, at, at, at, l.Acts+1
	l.waitNoMore()
	l.Unanswered = false
	return nil
}

// changeable refuses where the work has ended.
func (l Lead) changeable() error {
	if l.Status.Closed() {
		return errs.E(errs.Conflict, "this lead is closed as %s", l.Status)
	}
	if l.MergedInto != "" {
		return errs.E(errs.Conflict, "this lead has been merged into %s", l.MergedInto)
	}
	return nil
}

// normalised is the stored form; vehicles have one of their own, see vehicle.Check.
func (l Lead) normalised() Lead {
	l.Source = strings.TrimSpace(l.Source)
	l.Type = strings.TrimSpace(l.Type)
	l.Notes = strings.TrimSpace(l.Notes)
	if l.TradeIn != nil && *l.TradeIn == (vehicle.Vehicle{}) {
		l.TradeIn = nil
	}
	return l
}
