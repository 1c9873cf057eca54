package mail

import (
	"fmt"
	"net/mail"
	"net/textproto"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Bounds of a message.
const (
	maxSubject = 250    // characters
	maxContent = 50_000 // bytes of HTML, of Text and of Calendar, each
	maxHeaders = 20
	maxLine    = 998 // bytes of a header with its name, as in RFC 5322
	maxAddress = 254 // bytes of an address without its name, as in RFC 5321
)

// tagValue is what every provider takes as a tag.
var tagValue = pattern.Of(`^[A-Za-z0-9_-]{1,128}$`)

// headerName is a name of RFC 5322 in the usual characters.
var headerName = pattern.Of(`^[A-Za-z][A-Za-z0-9-]{0,75}$`)

// Check reports what keeps the message from being one mail to one recipient: an Invalid error with every violation.
// Senders refuse such a message; nothing in it can start a header of its own.
func (m Message) Check() error {
	var found []errs.Violation
	add := func(location, format string, args ...any) {
		found = append(found, errs.Violation{Location: location, Message: fmt.Sprintf(format, args...)})
	}
	for location, value := range map[string]string{"sendId": m.SendID, "company": m.Company, "kind": m.Kind} {
		if !tagValue().MatchString(value) {
			add(location, "must be 1 to 128 letters, digits, - and _")
		}
	}
	checkAddress(add, "from", m.From)
	checkAddress(add, "to", m.To)
	if m.ReplyTo != "" {
		checkAddress(add, "replyTo", m.ReplyTo)
	}
	if m.Subject == "" || utf8.RuneCountInString(m.Subject) > maxSubject {
		add("subject", "must have 1 to %d characters", maxSubject)
	}
	if breaksLine(m.Subject) {
		add("subject", "must be one line of text")
	}
	if m.HTML == "" && m.Text == "" {
		add("text", "a mail needs a content")
	}
	for location, content := range map[string]string{"html": m.HTML, "text": m.Text, "calendar": m.Calendar} {
		if len(content) > maxContent || !utf8.ValidString(content) || strings.ContainsRune(content, 0) {
			add(location, "must be text of at most %d bytes", maxContent)
		}
	}
	if len(m.Headers) > maxHeaders {
		add("headers", "must be at most %d", maxHeaders)
	}
	for name, value := range m.Headers {
		switch {
		case !headerName().MatchString(name) || reserved(name):
			add("headers", "%.80q is not a header that a mail may bring along", name)
		case value == "" || breaksLine(value) || !ascii(value) || len(name)+2+len(value) > maxLine:
			add("headers."+name, "must be one line of at most %d plain characters", maxLine)
		}
	}
	return errs.Violate(found...)
}

// checkAddress wants exactly one address, as an address or as "Name <address>".
func checkAddress(add func(string, string, ...any), location, value string) {
	address, err := mail.ParseAddress(value)
	switch {
	case breaksLine(value), err != nil:
		add(location, "must be exactly one e-mail address")
	case len(address.Address) > maxAddress, !ascii(address.Address):
		add(location, "must be an address of at most %d plain characters", maxAddress)
	case breaksLine(address.Name), strings.Contains(address.Name, "=?"):
		add(location, "must have a name of plain text")
	}
}

// breaksLine reports characters that could end a header or hide in one.
func breaksLine(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == 0x85 || r == '\u2028' || r == '\u2029'
	})
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// reserved reports headers that are made from the message itself or belong to the way of the mail.
func reserved(name string) bool {
	switch name = textproto.CanonicalMIMEHeaderKey(name); name {
	case "From", "To", "Cc", "Bcc", "Sender", "Reply-To", "Subject", "Date", "Message-Id", "Mime-Version", "Return-Path", "Received", "Dkim-Signature":
		return true
	}
	for _, prefix := range []string{"Content-", "Resent-", "X-Ses-", "X-Winback-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
