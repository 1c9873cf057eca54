package identity

import (
	"net/mail"
	"strings"
	"unicode"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// maxEmail is the longest address, in bytes, as in RFC 5321.
const maxEmail = 254

// NormalEmail is the one form of an e-mail address by which a sign-in is known: trimmed and in lower case. Anything but one
// plain address is Invalid. Mailboxes that differ in case alone exist in theory only, and Cognito knows them as one.
func NormalEmail(text string) (string, error) {
	email := strings.ToLower(strings.TrimSpace(text))
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || len(email) > maxEmail || strings.ContainsFunc(email, strange) {
		return "", errs.Violate(errs.Violation{Location: "email", Message: "must be one e-mail address of plain characters"})
	}
	return email, nil
}

// strange are characters that a sign-in's name does not have, though a quoted mailbox may.
func strange(r rune) bool { return r > unicode.MaxASCII || r <= ' ' || r == '"' || r == 0x7f }
