package mail

import (
	"encoding/json"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Tags that every mail carries through the provider, and that come back with its events.
const (
	TagSendID  = "send_id"
	TagCompany = "company"
	TagKind    = "kind"
)

// Happening is what a provider reports about a mail.
type Happening string

// The happenings, by the names that SES gives them in eventType.
const (
	HasSent       Happening = "Send" // accepted from us
	HasDelivered  Happening = "Delivery"
	HasDelayed    Happening = "DeliveryDelay"
	HasBounced    Happening = "Bounce"
	HasComplained Happening = "Complaint"
	HasRejected   Happening = "Reject" // accepted from us and then not sent on, for its content
	HasOpened     Happening = "Open"   // says little: programs fetch pictures, too
	HasClicked    Happening = "Click"  // says little: programs follow links, too
)

// Event is one report about one mail of ours.
type Event struct {
	Company    ident.Company
	SendID     string
	ProviderID string
	Happening  Happening
	At         time.Time // when it happened
	MailAt     time.Time // when the provider accepted the mail
	Permanent  bool      // of a bounce: the address will never work
}

// sesEvent is the part of an SES event that we read: the detail of the EventBridge event.
type sesEvent struct {
	EventType Happening `json:"eventType"`
	Mail      struct {
		Timestamp time.Time           `json:"timestamp"`
		MessageID string              `json:"messageId"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Bounce struct {
		Timestamp  time.Time `json:"timestamp"`
		BounceType string    `json:"bounceType"`
	} `json:"bounce"`
	Complaint struct{ Timestamp time.Time } `json:"complaint"`
	Delivery  struct{ Timestamp time.Time } `json:"delivery"`
	Delay     struct{ Timestamp time.Time } `json:"deliveryDelay"`
	Open      struct{ Timestamp time.Time } `json:"open"`
	Click     struct{ Timestamp time.Time } `json:"click"`
}

// ReadEvent reads the detail of a provider's event. Its company is the one that we tagged the mail with: the event bus
// takes events of this source from the provider alone. Events about mails that we did not tag are not found; those that
// cannot be read are Invalid.
func ReadEvent(detail []byte) (Event, error) {
	var ses sesEvent
	if err := json.Unmarshal(detail, &ses); err != nil {
		return Event{}, errs.E(errs.Invalid, "not an event about a mail: %w", err)
	}
	sendID, company := tag(ses, TagSendID), tag(ses, TagCompany)
	if sendID == "" || company == "" {
		return Event{}, errs.E(errs.NotFound, "this event is not about a mail of the ledger")
	}
	e := Event{
		Company: ident.Trusted(company), SendID: sendID, ProviderID: ses.Mail.MessageID, Happening: ses.EventType,
		At: ses.Mail.Timestamp, MailAt: ses.Mail.Timestamp, Permanent: ses.Bounce.BounceType == "Permanent",
	}
	at := time.Time{}
	switch ses.EventType {
	case HasBounced:
		at = ses.Bounce.Timestamp
	case HasComplained:
		at = ses.Complaint.Timestamp
	case HasDelivered:
		at = ses.Delivery.Timestamp
	case HasDelayed:
		at = ses.Delay.Timestamp
	case HasOpened:
		at = ses.Open.Timestamp
	case HasClicked:
		at = ses.Click.Timestamp
	case HasSent, HasRejected:
	default:
		return Event{}, errs.E(errs.Invalid, "an event of the unknown type %.40q", ses.EventType)
	}
	if !at.IsZero() {
		e.At = at
	}
	return e, nil
}

func tag(e sesEvent, name string) string {
	if values := e.Mail.Tags[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}
