package letter

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	netmail "net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/eml"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/pattern"
)

// Mail is a mail that came in, as far as it could be read.
type Mail struct {
	lead.Inbound
	To      []string // the names of leads' addresses that it went to
	Digest  string   // names it: its own id, its sender and its content
	Arrived time.Time
}

// Bounds of what is read.
const (
	maxSubject     = 250 // characters
	maxName        = 120 // characters
	maxType        = 100 // characters
	maxAttachments = 20
	maxTextBytes   = 1 << 20   // of one part
	maxSearched    = 256 << 10 // bytes of text in which quotes are looked for; what comes behind is far beyond MaxText
)

// Read reads a mail as the provider leaves it, with its stamp on top. Whatever it holds, it is read as far as it goes; what it
// cannot tell stays empty.
func Read(raw []byte, domain string) Mail {
	h := eml.ReadHeader(raw)
	s := stampOf(h)
	m := Mail{To: recipients(h, s, domain), Arrived: s.arrived, Digest: digest(h, raw)}
	m.From, m.Name = sender(h)
	m.Bytes = int64(len(raw))
	m.Virus = strings.EqualFold(s.virus, fail)
	if m.Virus {
		return m
	}
	m.Subject = h.Line("subject", maxSubject)
	m.Spam, m.Unchecked = strings.EqualFold(s.spam, fail), !strings.EqualFold(s.virus, pass)
	m.Automatic, m.Unproven = automatic(h, s), s.unproven()
	m.content(raw)
	return m
}

// content reads what the mail says and lists what came with it.
func (m *Mail) content(raw []byte) {
	var plain, html []string
	n := 0
	_, err := eml.Walk(raw, eml.MaxHeader, func(part eml.Part) error {
		n++
		if part.Attachment || part.Name != "" || part.Media != "text/plain" && part.Media != "text/html" {
			m.attach(n, part)
			return nil
		}
		body, _ := io.ReadAll(io.LimitReader(part.Body, maxTextBytes)) // what is damaged ends there
		text := strings.ToValidUTF8(string(body), "\ufffd")
		if part.Media == "text/html" {
			html = append(html, eml.Text(text))
		} else {
			plain = append(plain, text)
		}
		return nil
	})
	m.Damaged = err != nil
	text := tidy(strings.Join(plain, "\n"))
	if text == "" {
		text = tidy(strings.Join(html, "\n"))
	}
	if len(text) > maxSearched {
		text, m.Cut = strings.ToValidUTF8(text[:maxSearched], ""), true
	}
	m.Answer, m.Quotes = unquoted(text)
	if runes := []rune(text); len(runes) > lead.MaxText {
		text, m.Cut = string(runes[:lead.MaxText-1])+"…", true
	}
	m.Text = text
}

// attach lists a file.
func (m *Mail) attach(n int, part eml.Part) {
	if len(m.Attachments) == maxAttachments {
		m.Further++
		return
	}
	size, _ := io.Copy(io.Discard, part.Body) // of what is damaged, as far as it goes
	media := part.Media
	if !aMedia().MatchString(media) {
		media = "application/octet-stream"
	}
	m.Attachments = append(m.Attachments, lead.Attachment{Number: n, Name: eml.File(part.Name, "attachment-"+strconv.Itoa(n)), Type: media, Bytes: size})
}

var aMedia = pattern.Of(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,48}/[a-z0-9][a-z0-9!#$&^_.+-]{0,48}$`)

// recipients are the names of leads' addresses that a mail went to: by the envelope, as the stamp tells, and by the fields that
// name them.
func recipients(h eml.Header, s stamp, domain string) []string {
	where := []string{s.way}
	for _, f := range h {
		switch f.Name {
		case "to", "cc", "x-forwarded-to", "delivered-to", "x-original-to", "envelope-to":
			where = append(where, f.Value)
		}
	}
	return lead.Mailboxes(strings.Join(where, "\n"), domain, maxLeads)
}

// sender is the address that a mail names as its sender's, in lower case, and the name with it. An address that cannot be one
// is none.
func sender(h eml.Header) (address, name string) {
	field := h.Get("from")
	if parsed, err := netmail.ParseAddress(field); err == nil {
		address, name = parsed.Address, eml.Header{{Name: "from", Value: parsed.Name}}.Line("from", maxName)
	} else if found := anAddress().FindString(field); found != "" {
		address = found
	}
	if len(address) > 254 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", name
	}
	return strings.ToLower(address), name
}

var anAddress = pattern.Of(`[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}`)

// digest names a mail: what its sender calls it, and all that stands below the header, which nobody changes on the way.
func digest(h eml.Header, raw []byte) string {
	sum := sha256.Sum256(eml.Body(raw))
	return ident.Of("mail", h.Get("message-id"), h.Get("from"), h.Get("date"), h.Get("subject"), hex.EncodeToString(sum[:]))
}

// automatic reports a mail that a program has sent: by RFC 3834, by what those that do not know it say, and by our own mark.
func automatic(h eml.Header, s stamp) bool {
	if s.bounces {
		return true
	}
	for _, f := range h {
		value := strings.ToLower(f.Value)
		switch f.Name {
		case "auto-submitted":
			if !strings.HasPrefix(value, "no") {
				return true
			}
		case "precedence":
			switch value {
			case "bulk", "list", "junk", "auto_reply", "auto-reply":
				return true
			}
		case "content-type":
			if strings.HasPrefix(value, "multipart/report") {
				return true
			}
		case "x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-mail-autoreply", "list-id", "list-unsubscribe",
			strings.ToLower(mail.HeaderSendID):
			return true
		}
	}
	address, _ := sender(h)
	local, _, _ := strings.Cut(address, "@")
	switch local {
	case "mailer-daemon", "postmaster":
		return true
	}
	return false
}
