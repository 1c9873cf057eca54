package mail

import "context"

// Message is one mail to one recipient.
type Message struct {
	SendID  string // names the intent; goes out as a tag so that the provider's events can settle the send
	Company string // tag
	Kind    string // what sort of mail, for example sighting; tag
	From    string // address, or "Name <address>"
	ReplyTo string // may be empty
	To      string // exactly one address
	Subject string
	HTML    string
	Text    string
	// Calendar is an event as iCalendar (RFC 5545) that readers take over, with its METHOD (RFC 6047); empty: none.
	Calendar string
	Headers  map[string]string // further headers, such as List-Unsubscribe; neither names nor values may break the line
}

// Sender hands a mail to the provider, in exactly one attempt, with the errors of a dispatch.HandOver. It may be a
// dispatch.Lookup as well.
type Sender interface {
	Send(ctx context.Context, m Message) (providerID string, err error)
}
