package prospect

import (
	"cmp"
	"context"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/response"
)

// Message is a mail or text message that a user sent from a prospect (P23, P24).
type Message struct {
	ID       string           `json:"id"`
	Channel  response.Channel `json:"channel" enum:"email,sms"`
	To       string           `json:"to"`
	Subject  string           `json:"subject,omitempty"`
	Text     string           `json:"text"`
	Template response.ID      `json:"template,omitempty"`
	At       time.Time        `json:"at"`
	By       access.UserID    `json:"by"`
}

// messageKind is the kind of mails and text messages from prospects.
const messageKind = "prospect"

// outgoing is a message as a user writes it.
type outgoing struct {
	Channel  response.Channel `json:"channel" enum:"email,sms"`
	Template response.ID      `json:"template,omitempty" maxLength:"64" doc:"A standard response. Without one, and without a body, the caller's default for the channel."`
	Subject  string           `json:"subject,omitempty" maxLength:"200" doc:"Of a mail with a body of its own."`
	Body     string           `json:"body,omitempty" maxLength:"5000" doc:"Words of one's own; variables such as {{customer.firstName}} are filled in."`
}

// prepared is a message that could go out.
type prepared struct {
	response.Filled
	template response.ID
	reach    customer.Reach
	about    response.About
}

// prepare fills in what a message says and asks whether the customer may be sent it.
func prepare(ctx context.Context, d app.Deps, caller access.Caller, p Prospect, out outgoing) (prepared, error) {
	about, err := p.about(ctx, d, caller)
	if err != nil {
		return prepared{}, err
	}
	words, template, err := response.ChooseFor(ctx, d, caller.Company, caller.User, out.Template, response.Text{Channel: out.Channel, Subject: out.Subject, Body: out.Body})
	if err != nil {
		return prepared{}, err
	}
	filled := words.Fill(about)
	if out.Channel == response.Email {
		filled = filled.Closing(response.Objection(about), about.Language())
	}
	return prepared{filled, template, about.Customer.Reached(customer.Channel(out.Channel), about.Company.Country), about}, nil
}

// about is what responses about a prospect speak of.
func (p Prospect) about(ctx context.Context, d app.Deps, caller access.Caller) (response.About, error) {
	record, err := customer.Load(ctx, d, caller.Company, p.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return response.About{}, err
	}
	return response.Gather(ctx, d, caller.Company, caller.User, p.Yard, record.Value, p.Vehicle)
}

// send sends a message to the customer: it is noted on the prospect and in the customer's activity, enters the ledger of mails
// or text messages, and the DMS is to be told, in one write. A repeated request sends nothing.
func send(ctx context.Context, d app.Deps, caller access.Caller, id ID, out outgoing) (Message, error) {
	record, err := visible(ctx, d, caller, id, access.ProspectWrite)
	if err != nil {
		return Message{}, err
	}
	p, intent := record.Value, web.IdempotencyKey(ctx)
	if earlier, found, err := messages.made(ctx, d, caller.Company, id, intent); found || err != nil {
		return earlier, err
	}
	ready, err := prepare(ctx, d, caller, p, out)
	if err != nil {
		return Message{}, err
	}
	if err := ready.fit(); err != nil {
		return Message{}, err
	}
	m := Message{
		ID: cmp.Or(intent, d.NewID()), Channel: out.Channel, To: ready.reach.To, Subject: ready.Subject, Text: ready.Text, Template: ready.template,
		At: d.Now().UTC().Truncate(time.Millisecond), By: caller.User,
	}
	planned, err := plan(ctx, d, caller.Company, id, m, ready)
	if err != nil {
		return Message{}, err
	}
	ops := append(messages.add(caller.Company, id, m.At, m.ID, m, intent), planned,
		customer.Activity(caller.Company, p.Customer, m.At, "prospect", string(id), title(out.Channel)))
	err = d.Commit(ctx, append(ops, tellMessage(d, caller.Company, p, record.Version(), m)...)...)
	if errs.Is(err, errs.Conflict) {
		if earlier, found, missing := messages.made(ctx, d, caller.Company, id, intent); found && missing == nil {
			return earlier, nil
		}
	}
	return m, err
}

// fit refuses a message that must not go out or would leave a gap.
func (r prepared) fit() error {
	if !r.reach.Allowed {
		return errs.E(errs.Conflict, "this message cannot be sent: %s", r.reach.Why)
	}
	if len(r.Missing) > 0 {
		return errs.Violate(errs.Violation{
			Location: "body", Message: "would leave a gap: nothing is known for " + strings.Join(r.Missing, ", ") + "; fill it in, or write what stands in for it, as in {{" + r.Missing[0] + "|…}}",
		})
	}
	return nil
}

func title(channel response.Channel) string {
	if channel == response.SMS {
		return "Text message sent"
	}
	return "Mail sent"
}

// sendID names the intent of a message to the ledgers.
func sendID(company ident.Company, id ID, message string) string {
	return ident.Of("prospect message", company.ID(), string(id), message)
}

// plan enters a message into its ledger. Mails come from the dealer's name at our address, and answers go to the user.
func plan(ctx context.Context, d app.Deps, company ident.Company, id ID, m Message, ready prepared) (table.Op, error) {
	if m.Channel == response.SMS {
		return text.Plan(company, text.Note{
			SendID: sendID(company, id, m.ID), Kind: messageKind, Reader: customer.Reader(ready.about.Customer.ID), To: m.To, Body: m.Text,
		}, d.Now())
	}
	letter := mail.Letter{
		SendID: sendID(company, id, m.ID), Kind: messageKind, Reader: customer.Reader(ready.about.Customer.ID),
		From: named(ready.about.Company.Name, d.Site.From), To: named(ready.about.Customer.Name(), m.To), Subject: m.Subject, Text: m.Text, HTML: ready.HTML,
	}
	if user := ready.about.User; user.Email != "" {
		letter.ReplyTo = named(user.Name(), user.Email)
	}
	return mail.Plan(ctx, d.Table, company, letter, d.Now())
}

// named is an address under a name. A name that mails could not carry is left out.
func named(name, address string) string {
	parsed, err := netmail.ParseAddress(address)
	if err != nil {
		return address
	}
	if strings.Contains(name, "=?") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		name = ""
	}
	return (&netmail.Address{Name: name, Address: parsed.Address}).String()
}
