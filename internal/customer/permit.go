package customer

import (
	"context"
	"net/mail"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Channel is a way to reach a customer.
type Channel string

// The channels.
const (
	ByEmail Channel = "email"
	BySMS   Channel = "sms"
	ByPhone Channel = "phone"
)

// Reach is whether and where a customer can be reached by a channel.
type Reach struct {
	To      string `json:"to,omitempty" doc:"The address, or the number as the world dials it; absent where none is known that works."`
	Allowed bool   `json:"allowed" doc:"Whether they may be contacted so."`
	Why     string `json:"why,omitempty" doc:"Why not."`
}

// Reached is how a customer of a dealer in a country (ISO 3166-1 alpha-2) can be reached for sales.
func (c Customer) Reached(by Channel, country string) Reach {
	said, noun := c.Contact.Email, "mails"
	r := Reach{}
	switch by {
	case ByEmail:
		if !strings.ContainsFunc(c.Email, func(r rune) bool { return r > '~' }) {
			r.To = c.Email
		}
	case BySMS:
		said, noun = c.Contact.SMS, "text messages"
		for _, number := range []string{c.Mobile, c.Phone} {
			if n, ok := phone.Parse(number, country); ok && n.Texts() && r.To == "" {
				r.To = n.E164
			}
		}
	case ByPhone:
		said, noun = c.Contact.Phone, "calls"
		for _, number := range []string{c.Mobile, c.Phone} {
			if n, ok := phone.Parse(number, country); ok && r.To == "" {
				r.To = n.E164
			}
		}
	}
	switch {
	case !said.Permits(country):
		r.Why = said.Why(noun)
	case r.To == "":
		r.Why = map[Channel]string{ByEmail: "the customer has no e-mail address that mails can be sent to", BySMS: "the customer has no mobile number that could take a text message", ByPhone: "the customer has no phone number that could be dialled"}[by]
	default:
		r.Allowed = true
	}
	return r
}

// What a reader's name begins with, by why the message goes out.
const (
	unasked = "customer:"
	asked   = "answer:"
)

// Reader names a customer to the ledgers of mails and text messages, for what somebody sends of their own accord: right
// before it goes out, Permit asks whether the customer still may be contacted.
func Reader(id ID) string { return unasked + string(id) }

// Asker is Reader for an answer to what the customer has asked: it goes out whatever they have said about advertising.
func Asker(id ID) string { return asked + string(id) }

// Permit is the permission for a message to a reader that Reader or Asker has named, at the address or number that it goes to:
// nil, or Forbidden for ever. It is false where the reader is no customer.
func Permit(ctx context.Context, d app.Deps, co ident.Company, reader string, by Channel, to string) (bool, error) {
	id, advertising := strings.CutPrefix(reader, unasked)
	if !advertising {
		var answer bool
		if id, answer = strings.CutPrefix(reader, asked); !answer {
			return false, nil
		}
	}
	record, err := Load(ctx, d, co, ID(id))
	if errs.Is(err, errs.NotFound) {
		return true, errs.E(errs.Forbidden, "the customer is gone")
	}
	if err != nil {
		return true, err
	}
	home, err := company.Load(ctx, d, co)
	if err != nil {
		return true, err
	}
	reach := record.Value.Reached(by, home.Country)
	switch address := bare(to); {
	case advertising && !reach.Allowed:
		return true, errs.E(errs.Forbidden, "%s", reach.Why)
	case !strings.EqualFold(reach.To, address):
		return true, errs.E(errs.Forbidden, "the customer's address or number has changed")
	}
	return true, nil
}

// bare is an address without its name, or a number as it is.
func bare(to string) string {
	if parsed, err := mail.ParseAddress(to); err == nil {
		return parsed.Address
	}
	return to
}
