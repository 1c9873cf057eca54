package lead

import (
	"cmp"
	"context"
	netmail "net/mail"
	"strings"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/response"
)

// Answer is a message to a lead's customer as a user writes it.
type Answer struct {
	Channel  response.Channel `json:"channel,omitempty" enum:"email,sms" doc:"Default: email."`
	Template response.ID      `json:"template,omitempty" maxLength:"64" doc:"A standard response. Without one, and without a body, the caller's default for the channel."`
	Subject  string           `json:"subject,omitempty" maxLength:"200" doc:"Of a mail with a body of its own."`
	Body     string           `json:"body,omitempty" maxLength:"5000" doc:"Words of one's own; variables such as {{customer.firstName}} are filled in."`
}

// Letter is what an answer says, and whether it may go.
type Letter struct {
	response.Filled
	customer.Reach
	template response.ID
	about    response.About
	reader   string
}

// Compose fills in an answer without sending it. The caller must be allowed to see the lead.
func Compose(ctx context.Context, d app.Deps, caller access.Caller, l Lead, a Answer) (Letter, error) {
	a.Channel = cmp.Or(a.Channel, response.Email)
	who, err := customer.Load(ctx, d, caller.Company, l.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return Letter{}, err
	}
	about, err := response.Gather(ctx, d, caller.Company, caller.User, l.Yard, who.Value, l.Vehicle)
	if err != nil {
		return Letter{}, err
	}
	words, template, err := response.ChooseFor(ctx, d, caller.Company, caller.User, a.Template, response.Text{Channel: a.Channel, Subject: a.Subject, Body: a.Body})
	if err != nil {
		return Letter{}, err
	}
	letter := Letter{
		Filled: words.Fill(about), Reach: about.Customer.Reached(customer.Channel(a.Channel), about.Company.Country),
		template: template, about: about, reader: customer.Asker(l.Customer),
	}
	if l.asked() {
		letter.Allowed = letter.To != ""
		if letter.Allowed {
			letter.Why = ""
		}
		return letter, nil
	}
	letter.reader = customer.Reader(l.Customer)
	if a.Channel == response.Email {
		letter.Filled = letter.Filled.Closing(response.Objection(about), about.Language())
	}
	return letter, nil
}

// asked reports whether the customer has come to the dealer, so that a message is an answer. A lead that the dealer made of
// a sighting or of follow-up work is none: there a message is advertising.
func (l Lead) asked() bool { return l.Recapture == "" && l.FromProspect == "" }

// Reply sends an answer to a lead's customer: it is work on the lead, noted on it and in the customer's activity, and enters
// the ledger of mails or text messages, all in one write. The same intent again sends nothing; an empty intent is new. Whoever
// says how much work they have seen gets a Conflict where somebody has done more meanwhile.
func Reply(ctx context.Context, d app.Deps, caller access.Caller, id ID, a Answer, intent string, seen Seen) (Work, error) {
	a.Channel = cmp.Or(a.Channel, response.Email)
	record, err := visible(ctx, d, caller, id, access.LeadWrite)
	if err != nil {
		return Work{}, err
	}
	if earlier, found, err := done(ctx, d, caller.Company, id, intent); found || err != nil {
		return earlier, err
	}
	if err := record.Value.changeable(); err != nil {
		return Work{}, err
	}
	letter, err := Compose(ctx, d, caller, record.Value, a)
	if err != nil {
		return Work{}, err
	}
	if err := letter.fit(); err != nil {
		return Work{}, err
	}
	w := Work{ID: cmp.Or(intent, d.NewID()), Kind: Mailed, To: letter.To, Subject: letter.Subject, Text: letter.Text, Template: string(letter.template)}
	title := "Mail sent"
	if a.Channel == response.SMS {
		w.Kind, title = Texted, "Text message sent"
	}
	planned, err := letter.plan(ctx, d, caller.Company, id, w)
	if err != nil {
		return Work{}, err
	}
	return worked(ctx, d, caller, id, w, title, intent, seen, planned)
}

// fit refuses a message that must not go out or would leave a gap.
func (r Letter) fit() error {
	if !r.Allowed {
		return errs.E(errs.Conflict, "this message cannot be sent: %s", r.Why)
	}
	if len(r.Missing) > 0 {
		return errs.Violate(errs.Violation{
			Location: "body", Message: "would leave a gap: nothing is known for " + strings.Join(r.Missing, ", ") + "; fill it in, or write what stands in for it, as in {{" + r.Missing[0] + "|…}}",
		})
	}
	return nil
}

// messageKind is the kind of mails and text messages about leads.
const messageKind = "lead"

// plan enters a message into its ledger. Mails come from the dealer's name at our address; see answersTo for their answers.
func (r Letter) plan(ctx context.Context, d app.Deps, company ident.Company, id ID, w Work) (table.Op, error) {
	sendID := sendIDOf(company, id, w.ID)
	if w.Kind == Texted {
		return text.Plan(company, text.Note{SendID: sendID, Kind: messageKind, Reader: r.reader, To: w.To, Body: w.Text}, d.Now())
	}
	letter := mail.Letter{
		SendID: sendID, Kind: messageKind, Reader: r.reader, From: under(r.about.Company.Name, d.Site.From), To: under(r.about.Customer.Name(), w.To),
		Subject: w.Subject, Text: w.Text, HTML: r.HTML,
	}
	var err error
	if letter.ReplyTo, err = answersTo(ctx, d, company, id, r.about.User); err != nil {
		return table.Op{}, err
	}
	return mail.Plan(ctx, d.Table, company, letter, d.Now())
}

// answersTo is where answers to a user's mail about a lead go, under the user's name: the lead's own address, where mails come
// in to this installation, or else the user's.
func answersTo(ctx context.Context, d app.Deps, company ident.Company, id ID, user access.User) (string, error) {
	address, err := Address(ctx, d, company, id)
	if address = cmp.Or(address, user.Email); address == "" || err != nil {
		return "", err
	}
	return under(user.Name(), address), nil
}

// under is an address under a name. A name that mails could not carry is left out.
func under(name, address string) string {
	parsed, err := netmail.ParseAddress(address)
	if err != nil {
		return address
	}
	if strings.Contains(name, "=?") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		name = ""
	}
	return (&netmail.Address{Name: name, Address: parsed.Address}).String()
}
