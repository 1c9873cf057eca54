package mail

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Letter is a mail that somebody means to send: one intent, one recipient.
type Letter struct {
	SendID   string            `json:"sendId"` // names the intent: ident.Of(company, kind, whom, what for, ...); the same intent has the same
	Kind     string            `json:"kind"`   // what sort of mail, for example sighting
	Class    Class             `json:"class"`
	Reader   string            `json:"reader,omitempty"` // id of the user or customer whom Ledger.Permit asks about
	From     string            `json:"from,omitempty"`   // empty: the installation's address
	ReplyTo  string            `json:"replyTo,omitempty"`
	To       string            `json:"to"` // exactly one address
	Subject  string            `json:"subject"`
	HTML     string            `json:"-"` // this and the next three are stored apart, see content
	Text     string            `json:"-"`
	Headers  map[string]string `json:"-"`
	Calendar string            `json:"-"`                 // see Message
	Deadline time.Time         `json:"deadline,omitzero"` // not worth sending from then on; zero: Patience after it was planned
}

// Class says what is worse, once nobody can find out whether a mail went out: missing it or sending it twice.
type Class string

// The classes.
const (
	Park   Class = ""       // leave it for a person to decide: notifications, invitations, campaigns
	Resend Class = "resend" // send it again: confirmations that somebody waits for
)

// Plan stores the content of a letter and makes the write that enters the letter into the ledger and has it delivered:
// without that write nothing is sent. A letter that is not fit to be a mail is Invalid. The write conflicts where the intent
// was planned before; see Planned.
func Plan(ctx context.Context, t *table.Table, company ident.Company, letter Letter, now time.Time) (table.Op, error) {
	if err := letter.message(company, "planner@winback.invalid").Check(); err != nil {
		return table.Op{}, err
	}
	if letter.Deadline.IsZero() {
		letter.Deadline = now.Add(Patience)
	}
	if err := t.Load(ctx, letter.content().save(company, letter.SendID, letter.Deadline)); err != nil {
		return table.Op{}, err
	}
	return medium.Plan(company, letter.SendID, Dispatch{Letter: letter, Course: dispatch.Planned(now)}, now), nil
}

// Planned reports whether a write failed only because the intent is in the ledger already: for the planner that is success.
func Planned(err error, company ident.Company, sendID string) bool {
	return medium.Met(err, company, sendID)
}

// Intent is the send id and the deadline; see package dispatch.
func (l Letter) Intent() (sendID string, deadline time.Time) { return l.SendID, l.Deadline }

// message is the letter as a sender takes it.
func (l Letter) message(company ident.Company, from string) Message {
	if l.From != "" {
		from = l.From
	}
	return Message{
		SendID: l.SendID, Company: company.ID(), Kind: l.Kind,
		From: from, ReplyTo: l.ReplyTo, To: l.To,
		Subject: l.Subject, HTML: l.HTML, Text: l.Text, Headers: l.Headers, Calendar: l.Calendar,
	}
}
