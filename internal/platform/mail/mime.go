package mail

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"mime"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Headers that every mail carries beside its own, so that whoever looks at one finds its dispatch.
const (
	HeaderSendID  = "X-Winback-Send-Id"
	HeaderCompany = "X-Winback-Company"
	HeaderKind    = "X-Winback-Kind"
)

// MIME is the message as it goes over the wire (RFC 5322): plain text and HTML as alternatives, everything encoded so that
// nothing in it can become a header. The same arguments make the same bytes. A message that Check refuses is refused.
func MIME(m Message, messageID string, at time.Time) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(ident.Of("boundary", m.SendID)))
	out.FromMailAddress(address(m.From))
	out.ToMailAddress(address(m.To))
	if m.ReplyTo != "" {
		out.ReplyToMailAddress(address(m.ReplyTo))
	}
	out.SetGenHeader(gomail.HeaderSubject, encodedSubject(m.Subject))
	out.SetDateWithValue(at.UTC())
	out.SetMessageIDWithValue(messageID)
	for name, value := range m.Headers {
		out.SetGenHeader(gomail.Header(name), value)
	}
	out.SetGenHeader(HeaderSendID, m.SendID)
	out.SetGenHeader(HeaderCompany, m.Company)
	out.SetGenHeader(HeaderKind, m.Kind)
	for _, part := range m.parts() {
		out.AddAlternativeString(part.kind, part.content)
	}
	var raw bytes.Buffer
	if _, err := out.WriteTo(&raw); err != nil {
		return nil, fmt.Errorf("mail: write the message: %w", err)
	}
	return raw.Bytes(), nil
}

// encodedSubject is the subject as encoded words where that is needed. Text that only looks like an encoded word is
// encoded, too: readers would decode it, line breaks and all.
func encodedSubject(subject string) string {
	if !ascii(subject) || !strings.Contains(subject, "=?") {
		return mime.QEncoding.Encode("utf-8", subject)
	}
	const most = 45 // bytes that fit into one encoded word
	var words []string
	for chunk := range slices.Chunk([]byte(subject), most) {
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString(chunk)+"?=")
	}
	return strings.Join(words, " ")
}

type part struct {
	kind    gomail.ContentType
	content string
}

// parts are the alternatives, the best one last, as readers expect.
func (m Message) parts() []part {
	calendar := gomail.ContentType("text/calendar; method=" + method(m.Calendar))
	return slices.DeleteFunc([]part{{gomail.TypeTextPlain, m.Text}, {gomail.TypeTextHTML, m.HTML}, {calendar, m.Calendar}}, func(p part) bool {
		return p.content == ""
	})
}

// method is what a calendar wants of its reader: REQUEST or CANCEL, which readers look for beside the media type.
func method(calendar string) string {
	if strings.Contains(calendar, "\nMETHOD:CANCEL\r\n") {
		return "CANCEL"
	}
	return "REQUEST"
}

// address is an address that Check has accepted.
func address(text string) *netmail.Address {
	parsed, err := netmail.ParseAddress(text)
	if err != nil {
		panic("mail: an address that was not checked")
	}
	return parsed
}

// Domain is the part of an address behind the @.
func Domain(text string) string {
	parsed, err := netmail.ParseAddress(text)
	if err != nil {
		return ""
	}
	return parsed.Address[strings.LastIndexByte(parsed.Address, '@')+1:]
}

// Encoded is an address that Check has accepted, with its name encoded as headers need it.
func Encoded(text string) string { return address(text).String() }
