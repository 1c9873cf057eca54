package mail

import (
	"context"
	"errors"
)

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
	Headers map[string]string // further headers, such as List-Unsubscribe; neither names nor values may break the line
}

// Sender hands a mail to the provider, in exactly one attempt. Its errors say what may have happened:
//
//   - an error that wraps ErrAmbiguous: the provider may have taken the mail; nobody may blindly send it again;
//   - TooMany or Unavailable: it did not take it, and may later;
//   - Invalid or Forbidden: it did not and never will take this mail.
type Sender interface {
	Send(ctx context.Context, m Message) (providerID string, err error)
}

// ErrAmbiguous marks a send whose answer was lost.
var ErrAmbiguous = errors.New("the mail provider's answer was lost")

// Lookup is what a Sender may also offer: whether a send id was ever accepted, for certain. SES cannot say; the local
// sender can.
type Lookup interface {
	Accepted(ctx context.Context, sendID string) (providerID string, accepted bool, err error)
}
