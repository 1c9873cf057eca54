package enquiry

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"golang.org/x/text/encoding/charmap"

	"github.com/winback-auto/winback/internal/platform/errs"
)

// Bounds of a mail, besides MaxMail.
const (
	maxHeader = 64 << 10
	maxParts  = 100
	maxLayers = 8 // of parts within parts
)

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
	root, err := message.ReadWithOptions(bytes.NewReader(mail), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if root == nil {
		return letter{}, errs.E(errs.Invalid, "the mail cannot be read: %w", err)
	}
	l := letter{header: root.Header}
	parts := 0
	return l, l.walk(root, 0, &parts)
}

func (l *letter) walk(part *message.Entity, layer int, parts *int) error {
	if *parts++; *parts > maxParts {
		return errs.E(errs.TooLarge, "the mail has more than %d parts", maxParts)
	}
	if layer > maxLayers {
		return errs.E(errs.TooLarge, "the mail nests deeper than %d parts", maxLayers)
	}
	inner := part.MultipartReader()
	if inner == nil {
		return l.leaf(part)
	}
	for {
		next, err := inner.NextPart()
		switch {
		case next != nil: // whose encoding may be unknown
			if err := l.walk(next, layer+1, parts); err != nil {
				return err
			}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			// Cut off, or damaged: what was read until here counts.
			if l.plain == "" && l.html == "" && l.adf == nil {
				return errs.E(errs.Invalid, "the mail's parts cannot be told apart: %w", err)
			}
			return nil
		}
	}
}

// leaf reads a part that may be a text.
func (l *letter) leaf(part *message.Entity) error {
	kind, parameters, _ := part.Header.ContentType()
	disposition, names, _ := part.Header.ContentDisposition()
	name := strings.ToLower(names["filename"] + parameters["name"])
	isADF := media[kind] || strings.HasSuffix(name, ".adf") || strings.HasSuffix(name, ".xml")
	switch {
	case isADF && l.adf == nil:
	case kind == "text/plain" && l.plain == "" && disposition != "attachment":
	case kind == "text/html" && l.html == "" && disposition != "attachment":
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
	case kind == "text/html":
		l.html, err = decode(body, parameters["charset"])
	default:
		l.plain, err = decode(body, parameters["charset"])
	}
	return err
}

// words are the texts of a header in UTF-8.
var words = mime.WordDecoder{CharsetReader: charset}

// field is a header's text.
func (l letter) field(name string) string {
	raw := l.header.Get(name)
	text, err := words.DecodeHeader(raw)
	if err != nil {
		return line(raw)
	}
	return line(text)
}

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

func init() { message.CharsetReader = charset }

// charset reads the encodings of one byte that mails in Latin letters come in; whatever else is no UTF-8 stays unread.
func charset(name string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-8", "utf8", "us-ascii", "ascii", "":
		return input, nil
	case "windows-1252", "cp1252", "iso-8859-1", "latin1":
		return charmap.Windows1252.NewDecoder().Reader(input), nil
	case "iso-8859-15", "latin9":
		return charmap.ISO8859_15.NewDecoder().Reader(input), nil
	case "iso-8859-2":
		return charmap.ISO8859_2.NewDecoder().Reader(input), nil
	case "windows-1250":
		return charmap.Windows1250.NewDecoder().Reader(input), nil
	}
	return nil, errs.E(errs.Invalid, "the encoding of the mail is not known here; send it as UTF-8")
}
