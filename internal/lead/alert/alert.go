// Package alert tells people of electronic leads, and lets them act from the mail.
//
// Function lead-alert hears of each enquiry that came in by itself. It lets the rules decide about the lead (lead.Route), and
// tells whoever is to know: in the application, and by mail where rule and user allow it. A mail shows vehicle, customer and
// the customer's other open leads. Its links lead to a page that shows what would happen (function lead-link): a reply with the
// reader's default response, or the lead in a colleague's hands. Only the button on that page does it, so mail scanners, which
// follow every link, change nothing.
//
// What is told of one enquiry to one user is told once: notice and mail are one write under ids that follow from both, so a
// repeated message finds them there.
package alert

import (
	"context"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Sender is the function that tells people of electronic leads.
var Sender = app.Function{
	Name:     "lead-alert",
	Doc:      "Lets the rules decide about an electronic lead, and tells whoever is to know.",
	Consumes: app.Consume(lead.Alert, tell, app.Batch(10)),
	Uses:     app.Uses{Table: app.Read | app.Put | app.Load, Sends: app.Topics(mail.Deliver, notify.Send, lead.CareTopic), Links: true},
}

// mailKind is the kind of alert mails.
const mailKind = "lead-alert"

// tell tells everybody who is to know of an enquiry. A lead that is closed by then needs nobody.
func tell(ctx context.Context, d app.Deps, co ident.Company, a lead.Arrival) error {
	record, err := lead.Load(ctx, d, co, a.Lead)
	if err != nil {
		return err
	}
	l := record.Value
	if !a.Again || l.User == "" {
		if l, err = lead.Route(ctx, d, co, a.Lead); err != nil {
			return err
		}
	}
	if l.Ended() {
		return nil
	}
	to, r, err := audience(ctx, d, co, l, a.Again)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		d.Log.WarnContext(ctx, "nobody to tell of a lead", "company", co.ID(), "lead", l.ID, "yard", l.Yard)
		return nil
	}
	s, err := gather(ctx, d, co, l, a)
	if err != nil {
		return err
	}
	for _, user := range to {
		if err := s.tell(ctx, user, r); err != nil {
			return err
		}
	}
	return nil
}

// tell tells one user, unless that was done.
func (s *story) tell(ctx context.Context, user access.User, r rule.Rule) error {
	list := notify.List
	if r.Allows(rule.SMS) {
		list = notify.Tell // by text message; the mail is ours
	}
	places, notice := list(s.co, s.notice(user))
	ops := []table.Op{notice}
	if r.Allows(rule.Email) && notify.WantsMail(user) {
		letter, err := s.letter(ctx, user)
		if err != nil {
			return err
		}
		planned, err := mail.Plan(ctx, s.d.Table, s.co, letter, s.d.Now())
		if err != nil {
			return err
		}
		ops = append(ops, planned)
	}
	if err := s.d.Table.Load(ctx, places...); err != nil {
		return err
	}
	err := s.d.Commit(ctx, ops...)
	if errs.Is(err, errs.Conflict) {
		return nil // both are named after this enquiry and this user: they have been told
	}
	return err
}

// notice is what the user is told in the application.
func (s *story) notice(user access.User) notify.Notice {
	at := s.lead.EnquiredAt
	if at.IsZero() {
		at = s.lead.CreatedAt
	}
	return notify.Notice{
		ID: ident.Of("lead alert", string(s.lead.ID), s.arrival.Enquiry, string(user.ID)), User: user.ID, Kind: notify.LeadArrived,
		Title: s.title(), Text: s.state(user.ID), Facts: s.lead.Facts(),
		Ways:  notify.Ways{NoEmail: true, SMS: true},
		About: notify.About{Type: "lead", ID: string(s.lead.ID)}, Link: notify.Link{Path: "/leads/" + string(s.lead.ID)}, At: at,
	}
}
