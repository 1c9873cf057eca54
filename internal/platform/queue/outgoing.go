package queue

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Outgoing is a message on its way into a queue.
type Outgoing struct {
	ID    string // for tracing and for naming refused messages; not a promise of uniqueness
	Topic string // 1 to 80 letters, digits, hyphens and underscores
	Group string // messages of one group are served fairly beside those of others; the company's id, empty for none
	Body  []byte // text that XML 1.0 could hold, which all JSON is that Topic makes; 1 to MaxBody bytes
	Delay time.Duration
}

// The longest names, in bytes, as SQS has them.
const (
	maxTopic = 80
	maxGroup = 128
)

// Check is an Invalid error where no driver would take the message. The bounds are those of SQS, so that what works on the
// laptop works in AWS.
func (m Outgoing) Check() error {
	var broken []errs.Violation
	refuse := func(location, format string, args ...any) {
		broken = append(broken, errs.Violation{Location: location, Message: fmt.Sprintf(format, args...)})
	}
	if m.Topic == "" || len(m.Topic) > maxTopic || strings.ContainsFunc(m.Topic, notInName) {
		refuse("topic", "must be 1 to %d letters, digits, hyphens and underscores", maxTopic)
	}
	if len(m.Group) > maxGroup || strings.ContainsFunc(m.Group, func(r rune) bool { return r <= ' ' || r > '~' }) {
		refuse("group", "must be at most %d printable ASCII characters without spaces", maxGroup)
	}
	if len(m.Body) == 0 || len(m.Body) > MaxBody {
		refuse("body", "has %d bytes, must have 1 to %d", len(m.Body), MaxBody)
	}
	if !isText(m.Body) {
		refuse("body", "is not text")
	}
	if err := CheckDelay(m.Delay); err != nil {
		refuse("delay", "%v", err)
	}
	return errs.Violate(broken...)
}

// CheckDelay is an Invalid error where a message cannot be hidden that long.
func CheckDelay(wait time.Duration) error {
	if wait < 0 || wait > MaxDelay {
		return errs.E(errs.Invalid, "a delay of %s, must be 0 to %s", wait, MaxDelay)
	}
	return nil
}

func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
}

// isText reports whether the body has only characters that SQS takes.
func isText(body []byte) bool {
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && size == 1, r == '\uFFFE', r == '\uFFFF':
			return false
		case r < ' ' && r != '\t' && r != '\n' && r != '\r':
			return false
		}
		body = body[size:]
	}
	return true
}

// Sendable parts the messages that a driver can take from those that it must refuse; the error names the latter.
func Sendable(messages []Outgoing) ([]Outgoing, error) {
	var refused []string
	var cause error
	sendable := messages
	for i, m := range messages {
		err := m.Check()
		switch {
		case err != nil:
			if refused == nil {
				sendable = append([]Outgoing(nil), messages[:i]...)
			}
			refused = append(refused, m.ID)
			cause = first(cause, err)
		case refused != nil:
			sendable = append(sendable, m)
		}
	}
	return sendable, NotSent(refused, cause)
}

// UnsentError is the error of a Send of which not everything is known to be in. Its kind is that of its cause.
type UnsentError struct {
	IDs   []string // of the messages that may not be in; the others are durable
	cause error
}

// NotSent makes an UnsentError, or nil without ids.
func NotSent(ids []string, cause error) error {
	if len(ids) == 0 {
		return nil
	}
	return &UnsentError{ids, cause}
}

// JoinUnsent makes one error of those of several parts of a Send. Its cause is the first one's. A part's error that names no
// messages may mean all of them, so then the joined one names none either.
func JoinUnsent(parts ...error) error {
	var ids []string
	var cause error
	for _, part := range parts {
		var unsent *UnsentError
		switch {
		case errors.As(part, &unsent):
			ids = append(ids, unsent.IDs...)
			cause = first(cause, unsent.cause)
		case part != nil:
			return fmt.Errorf("of several messages: %w", part)
		}
	}
	return NotSent(ids, cause)
}

func first(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// Error names the messages; of many only the first ten.
func (e *UnsentError) Error() string {
	const named = 10
	names, more := e.IDs, ""
	if len(names) > named {
		names, more = names[:named], ", …"
	}
	return fmt.Sprintf("%d messages may not be sent (%s%s): %v", len(e.IDs), strings.Join(names, ", "), more, e.cause)
}

// Unwrap is the cause.
func (e *UnsentError) Unwrap() error { return e.cause }
