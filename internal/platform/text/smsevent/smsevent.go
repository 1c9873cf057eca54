// Package smsevent writes what happened to a text message as AWS End User Messaging reports it through EventBridge: the
// record that the function text-event receives.
//
// AWS writes these records itself; this package is for those who stand in for it, the local outbox and the simulator of
// tests. It shares nothing with the reader, text.ReadEvent: both follow the user guide of AWS End User Messaging SMS
// ("Monitoring with EventBridge", "Example event data"), so that the one proves something about the other.
package smsevent

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Text is what the records say about the message.
type Text struct {
	ID      string // the provider's
	At      time.Time
	To      string
	Parts   int
	Context map[string]string // our own words
}

// Source and DetailType are those of the records.
const (
	Source     = "aws.sms-voice"
	DetailType = "Text Message Delivery Status Updated"
)

// Account and Region are whose the records claim to be: those of the documentation's examples.
const (
	Account = "123456789012"
	Region  = "eu-central-1"
)

// Sent is the record of a message that the provider has passed on to a carrier.
func Sent(t Text, at time.Time) []byte {
	return record(t, at, "TEXT_SENT", "SENT", "Message has been sent to the phone carrier", false)
}

// Delivered is the record of a message that the phone has.
func Delivered(t Text, at time.Time) []byte {
	return record(t, at, "TEXT_DELIVERED", "DELIVERED", "Message has been delivered to the phone", true)
}

// Unreachable is the record of a message that no phone took in time.
func Unreachable(t Text, at time.Time) []byte {
	return record(t, at, "TEXT_UNREACHABLE", "UNREACHABLE", "Phone is currently unreachable", true)
}

type object = map[string]any

func record(t Text, at time.Time, eventType, status, description string, final bool) []byte {
	body, err := json.Marshal(object{
		"version":     "0",
		"id":          uuid(t.ID, eventType),
		"detail-type": DetailType,
		"source":      Source,
		"account":     Account,
		"time":        at.UTC().Format(time.RFC3339),
		"region":      Region,
		"resources":   []string{},
		"detail": object{
			"eventType":                eventType,
			"eventVersion":             "1.0",
			"eventTimestamp":           at.UnixMilli(),
			"isFinal":                  final,
			"originationPhoneNumber":   "WINBACK",
			"destinationPhoneNumber":   t.To,
			"isInternationalSend":      false,
			"messageId":                t.ID,
			"messageRequestTimestamp":  t.At.UnixMilli(),
			"messageEncoding":          "GSM",
			"messageType":              "TRANSACTIONAL",
			"messageStatus":            status,
			"messageStatusDescription": description,
			"context":                  t.Context,
			"totalMessageParts":        t.Parts,
			"totalMessagePrice":        0.04,
			"totalCarrierFee":          0.0,
		},
	})
	if err != nil {
		panic(err) // strings, numbers and maps of them always marshal
	}
	return body
}

// uuid names a record: the same event has the same.
func uuid(parts ...string) string {
	digits := fmt.Sprintf("%x", ident.Of(append([]string{"event"}, parts...)...))
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:32]
}
