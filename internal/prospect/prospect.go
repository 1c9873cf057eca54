// Package prospect is follow-up work with people who are not leads: call them when the finance ends, ask how the new car
// is doing, win back somebody whose car was seen online.
//
// A prospect is due at a time, belongs to a user and is pending until somebody completes it. It is never counted among
// the leads. It says what sort of activity it belongs to (Prospect Activity, CRM Follow Up …), which action is wanted and
// how it is done (Phone Out, Email Out); dealers choose these words in their settings (package company). A manager of the
// role Manage Prospects sees the prospects of everybody in the yard, everybody else only their own.
//
// The user works through the record: reads all there is about the customer, notes attempts that reached nobody, and
// completes it with notes and perhaps a group, or turns it into a lead (convert.go), which completes it, too. Of any number
// of people who complete, convert or change the same record at once exactly one does, and the others are told what happened.
//
// Where the company works with a dealer's management system, that one plans the work and hears what came of it: see DMS,
// Hear and Change.
//
// Users enter prospects by hand (create.go); feature recapture makes them of sightings and feature lead of closed leads,
// each in one transaction with what it stems from (Add). A company that has prospects switched off gets no new ones.
package prospect

import (
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/group"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ID names a prospect within its company.
type ID string

// Activities that Winback itself files prospects under. Dealers may use others.
const (
	ProspectActivity = company.ProspectActivity
	CRMFollowUp      = company.CRMFollowUp // after a sale
)

// Prospect is one thing to do for one customer.
type Prospect struct {
	ID              ID              `json:"id"`
	Customer        customer.ID     `json:"customer"`
	CustomerName    string          `json:"customerName"`
	Vehicle         vehicle.Vehicle `json:"vehicle"`
	Yard            string          `json:"yard"`
	User            access.UserID   `json:"user" doc:"Whose work it is."`
	Activity        string          `json:"activity"`
	Action          string          `json:"action,omitempty" doc:"What is wanted, for example End Of Finance Follow Up."`
	Type            string          `json:"type,omitempty" doc:"How it is done, for example Phone Out."`
	Due             time.Time       `json:"due"`
	Notes           string          `json:"notes,omitempty"`
	Completed       bool            `json:"completed"`
	CompletedAt     time.Time       `json:"completedAt,omitzero"`
	CompletedBy     access.UserID   `json:"completedBy,omitempty"`
	CompletionNotes string          `json:"completionNotes,omitempty"`
	Group           group.ID        `json:"group,omitempty" doc:"The group that the customer was added to on completion."`
	ConvertedLead   string          `json:"convertedLead,omitempty" doc:"The lead that was made of it."`
	Attempts        int             `json:"attempts" doc:"Attempts to reach the customer that failed."`
	CreatedAt       time.Time       `json:"createdAt"`
	CreatedBy       access.UserID   `json:"createdBy"`
	UpdatedAt       time.Time       `json:"updatedAt,omitzero" doc:"When somebody last changed it."`
	Recapture       string          `json:"recapture,omitempty" doc:"The recapture that it was made of."`
	Lead            string          `json:"lead,omitempty" doc:"The lead that was closed to it."`
	DMS             *DMS            `json:"dms,omitempty" doc:"Its counterpart in the dealer's management system, where the company works with one."`
}

// State is pending or completed.
type State string

// The states.
const (
	Pending   State = "pending"
	Completed State = "completed"
)

// State tells what is done from what is to do.
func (p Prospect) State() State {
	if p.Completed {
		return Completed
	}
	return Pending
}

// Complete marks a pending prospect as done; what is done stays as it was done.
func (p *Prospect) Complete(by access.UserID, notes string, at time.Time) error {
	if err := p.changeable(); err != nil {
		return err
	}
	p.Completed, p.CompletedAt, p.CompletedBy, p.CompletionNotes = true, at, by, strings.TrimSpace(notes)
	return nil
}

// changeable refuses where the work has ended, and says how.
func (p Prospect) changeable() error {
	at := p.CompletedAt.UTC().Format(time.RFC3339)
	switch {
	case p.ConvertedLead != "":
		return errs.E(errs.Conflict, "this prospect became the lead %s at %s", p.ConvertedLead, at)
	case p.Completed:
		return errs.E(errs.Conflict, "this prospect is completed already, since %s", at)
	}
	return nil
}

// VisibleTo reports whether the caller may do something with it: managers with those of their yards, others with their
// own (P4, P5, C19).
func (p Prospect) VisibleTo(caller access.Caller, permission access.Permission) bool {
	return caller.In(p.Yard, permission) && (p.User == caller.User || caller.ManagesIn(access.ManageProspects, p.Yard))
}

// Bounds of the due time, so that a slip of a digit is found and lists can order it.
var (
	earliestDue = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	latestDue   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// normalised is the stored form.
func (p Prospect) normalised() Prospect {
	p.Activity = strings.TrimSpace(p.Activity)
	p.Action = strings.TrimSpace(p.Action)
	p.Type = strings.TrimSpace(p.Type)
	p.Notes = strings.TrimSpace(p.Notes)
	p.Due = p.Due.UTC().Truncate(time.Millisecond)
	return p
}

// problems lists the rules that a normalised prospect breaks by itself.
func (p Prospect) problems() (broken []errs.Violation) {
	if p.Activity == "" {
		broken = append(broken, errs.Violation{Location: "body.activity", Message: "is empty"})
	}
	if p.Due.Before(earliestDue) || !p.Due.Before(latestDue) {
		broken = append(broken, errs.Violation{Location: "body.due", Message: "is not between the years 2000 and 2100"})
	}
	return broken
}
