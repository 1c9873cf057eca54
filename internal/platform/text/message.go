package text

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Message is one text message to one recipient.
type Message struct {
	SendID  string // names the intent; goes along so that the provider's events can settle the send
	Company string // goes along
	Kind    string // what sort of message, for example prospect; goes along
	To      string // E.164: +61412345678
	Body    string
	TTL     time.Duration // pointless to deliver after; 0: the provider's longest
}

// Sender hands a message to the provider, in exactly one attempt, with the errors of a dispatch.HandOver. It may be a
// dispatch.Lookup as well.
type Sender interface {
	Send(ctx context.Context, m Message) (providerID string, err error)
}

// MaxBody is the longest message, in characters.
const MaxBody = 1600

var (
	// contextValue is what every provider carries along.
	contextValue = pattern.Of(`^[A-Za-z0-9_-]{1,128}$`)
	// e164 is a number as the world dials it.
	e164 = pattern.Of(`^\+[1-9][0-9]{6,14}$`)
)

// Check reports what keeps the message from being one message to one recipient: an Invalid error with every violation.
func (m Message) Check() error {
	var found []errs.Violation
	add := func(location, format string, args ...any) {
		found = append(found, errs.Violation{Location: location, Message: fmt.Sprintf(format, args...)})
	}
	for _, field := range []struct{ name, value string }{{"sendId", m.SendID}, {"company", m.Company}, {"kind", m.Kind}} {
		if !contextValue().MatchString(field.value) {
			add(field.name, "must be 1 to 128 letters, digits, - and _")
		}
	}
	if !e164().MatchString(m.To) {
		add("to", "must be a number with its country code: +61412345678")
	}
	switch {
	case strings.TrimSpace(m.Body) == "" || utf8.RuneCountInString(m.Body) > MaxBody:
		add("body", "must have 1 to %d characters", MaxBody)
	case !utf8.ValidString(m.Body) || strings.ContainsFunc(m.Body, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }):
		add("body", "must be text without control characters")
	}
	return errs.Violate(found...)
}
