package enquiry

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/emersion/go-message"

	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/errs"
)

// maxHeader bounds the header of a mail, in bytes.
const maxHeader = 64 << 10

// letter is what is read of a mail.
type letter struct {
	header message.Header
	plain  string // text for people, as plain text
	html   string // the same in HTML
	adf    []byte // the first part that is a document of ADF
}

// media are the types of a part that holds an ADF document, besides a text in which one is found.
var media = map[string]bool{"application/x-adf+xml": true, "application/adf+xml": true, "application/x-adf": true, "application/xml": true, "text/xml": true}

// readLetter takes a mail apart. Attachments that are no text are skipped without being decoded in memory; a part in an
// encoding that is not known is read as it is.
func readLetter(mail []byte) (letter, error) {
	var l letter
	header, err := eml.Walk(mail, maxHeader, l.leaf)
	l.header = header
	if errors.Is(err, eml.ErrDamaged) && (l.plain != "" || l.html != "" || l.adf != nil) {
		err = nil // what was read until there counts
	}
	return l, err
}

// leaf reads a part that may be a text.
func (l *letter) leaf(part eml.Part) error {
	name := strings.ToLower(part.Name)
	isADF := media[part.Media] || strings.HasSuffix(name, ".adf") || strings.HasSuffix(name, ".xml")
	switch {
	case isADF && l.adf == nil:
	case part.Media == "text/plain" && l.plain == "" && !part.Attachment:
	case part.Media == "text/html" && l.html == "" && !part.Attachment:
	default:
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(part.Body, MaxBytes+1))
	if len(body) > MaxBytes {
		return errs.E(errs.TooLarge, "a text of the mail has more than %d bytes", MaxBytes)
	}
	if err != nil && len(body) == 0 {
		return nil // a part that is damaged from its beginning says nothing
	}
	switch {
	case isADF:
		l.adf = body
		return nil
	case part.Media == "text/html":
		l.html, err = decode(body, part.Charset)
	default:
		l.plain, err = decode(body, part.Charset)
	}
	return err
}

// field is a header's text.
func (l letter) field(name string) string { return line(eml.Decoded(l.header.Get(name))) }

// isMail reports whether a document begins as a mail does: with headers, one of which every mail has.
func isMail(document []byte) bool {
	head := document[:min(len(document), maxHeader)]
	for first := true; ; first = false {
		l, rest, more := bytes.Cut(head, []byte("\n"))
		name, _, isHeader := bytes.Cut(l, []byte(":"))
		switch l = bytes.TrimRight(l, "\r"); {
		case !first && len(l) > 0 && (l[0] == ' ' || l[0] == '\t'):
		case !isHeader || len(name) == 0 || bytes.ContainsAny(name, " \t"):
			return false
		case usual[strings.ToLower(string(name))]:
			return true
		}
		if head = rest; !more {
			return false
		}
	}
}

// usual are headers that a mail has and a text hardly begins with.
var usual = map[string]bool{"received": true, "return-path": true, "from": true, "message-id": true, "mime-version": true, "delivered-to": true, "dkim-signature": true}

// looksLikeHTML reports a text that is HTML, whatever its sender calls it.
func looksLikeHTML(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text[:min(len(text), 400)]))
	for _, start := range []string{"<!doctype html", "<html", "<head", "<body", "<div", "<table", "<p>", "<p ", "<span", "<font"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}
