package text

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Names under which ids go along with a message and come back with its events.
const (
	ContextSendID  = "send_id"
	ContextCompany = "company"
	ContextKind    = "kind"
)

// Event is one report about one message of ours. Whatever it says, the provider has the message.
type Event struct {
	Company     ident.Company
	SendID      string
	ProviderID  string
	At          time.Time
	Delivered   bool // the phone, or at least its carrier, has it
	Undelivered bool // nobody will try any more
}

// smsEvent is the part of an event of AWS End User Messaging that we read: the detail of the EventBridge event.
type smsEvent struct {
	EventType string            `json:"eventType"`
	Timestamp int64             `json:"eventTimestamp"` // milliseconds
	MessageID string            `json:"messageId"`
	IsFinal   bool              `json:"isFinal"`
	Context   map[string]string `json:"context"`
}

// Types of events in which the message has arrived; TEXT_SUCCESSFUL is what carriers without receipts allow to say.
const (
	eventDelivered  = "TEXT_DELIVERED"
	eventSuccessful = "TEXT_SUCCESSFUL"
)

// ReadEvent reads the detail of a provider's event. Its company is the one that we sent along: the event bus takes events of
// this source from the provider alone. Events about messages that are not ours are not found; those that cannot be read are
// Invalid.
func ReadEvent(detail []byte) (Event, error) {
	var sms smsEvent
	if err := json.Unmarshal(detail, &sms); err != nil {
		return Event{}, errs.E(errs.Invalid, "not an event about a text message: %w", err)
	}
	sendID, company := sms.Context[ContextSendID], sms.Context[ContextCompany]
	if sendID == "" || company == "" {
		return Event{}, errs.E(errs.NotFound, "this event is not about a text message of the ledger")
	}
	if !strings.HasPrefix(sms.EventType, "TEXT_") {
		return Event{}, errs.E(errs.Invalid, "an event of the unknown type %.40q", sms.EventType)
	}
	arrived := sms.EventType == eventDelivered || sms.EventType == eventSuccessful
	return Event{
		Company: ident.Trusted(company), SendID: sendID, ProviderID: sms.MessageID, At: time.UnixMilli(sms.Timestamp).UTC(),
		Delivered: arrived, Undelivered: sms.IsFinal && !arrived,
	}, nil
}
