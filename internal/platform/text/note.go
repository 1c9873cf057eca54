package text

import (
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Note is a text message that somebody means to send: one intent, one recipient.
type Note struct {
	SendID   string    `json:"sendId"` // names the intent: ident.Of(company, kind, whom, what for, ...); the same intent has the same
	Kind     string    `json:"kind"`   // what sort of message, for example prospect
	Reader   string    `json:"reader"` // whom Ledger.Permit asks about, in the words of whoever planned it
	To       string    `json:"to"`     // E.164
	Body     string    `json:"body"`
	Deadline time.Time `json:"deadline,omitzero"` // not worth sending from then on; zero: Patience after it was planned
}

// Plan makes the write that enters a note into the ledger and has it delivered: without that write nothing is sent. A note
// that is not fit to be a message is Invalid. The write conflicts where the intent was planned before; see Planned.
func Plan(company ident.Company, note Note, now time.Time) (table.Op, error) {
	if err := note.message(company, now).Check(); err != nil {
		return table.Op{}, err
	}
	if note.Deadline.IsZero() {
		note.Deadline = now.Add(Patience)
	}
	return medium.Plan(company, note.SendID, Dispatch{Note: note, Course: dispatch.Planned(now)}, now), nil
}

// Planned reports whether a write failed only because the intent is in the ledger already: for the planner that is success.
func Planned(err error, company ident.Company, sendID string) bool {
	return medium.Met(err, company, sendID)
}

// Intent is the send id and the deadline; see package dispatch.
func (n Note) Intent() (sendID string, deadline time.Time) { return n.SendID, n.Deadline }

// message is the note as a sender takes it.
func (n Note) message(company ident.Company, now time.Time) Message {
	m := Message{SendID: n.SendID, Company: company.ID(), Kind: n.Kind, To: n.To, Body: n.Body}
	if !n.Deadline.IsZero() {
		m.TTL = n.Deadline.Sub(now)
	}
	return m
}
