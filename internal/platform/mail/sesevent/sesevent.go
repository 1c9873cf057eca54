// Package sesevent writes what happened to a mail as SES reports it through EventBridge: the record that the function
// mail-event receives.
//
// SES writes these records itself; this package is for those who stand in for it, the local outbox and the simulator of
// tests. It shares nothing with the reader, mail.ReadEvent: both follow the SES developer guide ("Event publishing to
// EventBridge"), so that the one proves something about the other.
package sesevent

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Mail is what the records say about the mail.
type Mail struct {
	ID               string // the provider's
	At               time.Time
	From, To         string // address, or "Name <address>"
	Subject          string
	ConfigurationSet string
	Tags             map[string]string // our own tags
}

// Account and Region are whose the records claim to be: those of the documentation's examples.
const (
	Account = "123456789012"
	Region  = "eu-central-1"
)

// layout is how SES writes instants in the detail.
const layout = "2006-01-02T15:04:05.000Z"

type object = map[string]any

// Send is the record of a mail that was accepted.
func Send(m Mail) []byte {
	return record(m, m.At, "Email Sent", "Send", "send", object{})
}

// Delivery is the record of a mail that the recipient's server took.
func Delivery(m Mail, at time.Time) []byte {
	return record(m, at, "Email Delivered", "Delivery", "delivery", object{
		"timestamp":            stamp(at),
		"processingTimeMillis": at.Sub(m.At).Milliseconds(),
		"recipients":           []string{bare(m.To)},
		"smtpResponse":         "250 2.0.0 OK",
		"reportingMTA":         "mta.example.com",
	})
}

// Bounce is the record of a mail that came back: for ever (the address does not exist) or this time (the box is full).
func Bounce(m Mail, at time.Time, permanent bool) []byte {
	kind, subtype, status, diagnosis := "Transient", "MailboxFull", "5.2.2", "smtp; 552 5.2.2 mailbox full"
	if permanent {
		kind, subtype, status, diagnosis = "Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"
	}
	return record(m, at, "Email Bounced", "Bounce", "bounce", object{
		"bounceType":    kind,
		"bounceSubType": subtype,
		"bouncedRecipients": []object{{
			"emailAddress": bare(m.To), "action": "failed", "status": status, "diagnosticCode": diagnosis,
		}},
		"timestamp":    stamp(at),
		"feedbackId":   ident.Of("feedback", m.ID),
		"reportingMTA": "dsn; mta.example.com",
	})
}

// Complaint is the record of a recipient who called the mail spam.
func Complaint(m Mail, at time.Time) []byte {
	return record(m, at, "Email Complaint Received", "Complaint", "complaint", object{
		"complainedRecipients":  []object{{"emailAddress": bare(m.To)}},
		"timestamp":             stamp(at),
		"feedbackId":            ident.Of("feedback", m.ID),
		"complaintFeedbackType": "abuse",
		"arrivalDate":           stamp(at),
	})
}

func record(m Mail, at time.Time, detailType, eventType, member string, what object) []byte {
	tags := map[string][]string{
		"ses:configuration-set": {m.ConfigurationSet},
		"ses:source-ip":         {"192.0.2.0"},
		"ses:from-domain":       {bare(m.From)[strings.LastIndexByte(bare(m.From), '@')+1:]},
		"ses:caller-identity":   {"winback"},
	}
	for name, value := range m.Tags {
		tags[name] = []string{value}
	}
	body, err := json.Marshal(object{
		"version":     "0",
		"id":          uuid(m.ID, eventType),
		"detail-type": detailType,
		"source":      "aws.ses",
		"account":     Account,
		"time":        at.UTC().Format(time.RFC3339),
		"region":      Region,
		"resources":   []string{"arn:aws:ses:" + Region + ":" + Account + ":configuration-set/" + m.ConfigurationSet},
		"detail": object{
			"eventType": eventType,
			member:      what,
			"mail": object{
				"timestamp":        stamp(m.At),
				"source":           m.From,
				"sourceArn":        "arn:aws:ses:" + Region + ":" + Account + ":identity/" + bare(m.From),
				"sendingAccountId": Account,
				"messageId":        m.ID,
				"destination":      []string{bare(m.To)},
				"headersTruncated": false,
				"headers": []object{
					{"name": "From", "value": m.From},
					{"name": "To", "value": m.To},
					{"name": "Subject", "value": m.Subject},
					{"name": "MIME-Version", "value": "1.0"},
				},
				"commonHeaders": object{
					"from": []string{m.From}, "to": []string{m.To}, "messageId": m.ID, "subject": m.Subject,
				},
				"tags": tags,
			},
		},
	})
	if err != nil {
		panic(err) // strings, numbers and slices of them always marshal
	}
	return body
}

func stamp(at time.Time) string { return at.UTC().Format(layout) }

// bare is the address without its name.
func bare(text string) string {
	if parsed, err := mail.ParseAddress(text); err == nil {
		return parsed.Address
	}
	return text
}

// uuid names a record: the same event has the same.
func uuid(parts ...string) string {
	digits := fmt.Sprintf("%x", ident.Of(append([]string{"event"}, parts...)...))
	return digits[:8] + "-" + digits[8:12] + "-" + digits[12:16] + "-" + digits[16:20] + "-" + digits[20:32]
}
