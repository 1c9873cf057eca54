package dirmail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// Mail is a mail as the outbox of local mode shows it.
type Mail struct {
	ID      string            `json:"id"`
	Channel string            `json:"channel"` // email
	To      string            `json:"to"`
	From    string            `json:"from"`
	Subject string            `json:"subject"`
	Kind    string            `json:"kind"`
	At      time.Time         `json:"at"`
	Headers map[string]string `json:"headers"` // decoded, by canonical name
	HTML    string            `json:"html"`
	Text    string            `json:"text"`

	Calendar string `json:"calendar,omitempty"` // an invitation as iCalendar

	recipient *netmail.Address
}

// List reads the latest mails, newest first. Mails whose files somebody has deleted or damaged are gone.
func (d *Dir) List(ctx context.Context, limit int) ([]Mail, error) {
	latest := d.spool.Latest(limit)
	mails := make([]Mail, 0, len(latest))
	for _, id := range latest {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := d.Mail(id)
		if errs.Is(err, errs.Gone) || errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// Mail reads one mail, or a NotFound error. A file that is no mail is Gone, and from then on not found.
func (d *Dir) Mail(id string) (Mail, error) {
	raw, err := d.Raw(id)
	if err != nil {
		return Mail{}, err
	}
	m, err := Read(id, raw)
	if err != nil {
		d.spool.Forget(id)
		return Mail{}, errs.E(errs.Gone, "this file is no mail that we have written: %w", err)
	}
	return m, nil
}

// Raw is the mail as it would have gone over the wire, or a NotFound error.
func (d *Dir) Raw(id string) ([]byte, error) { return d.spool.Read(id) }

// Read reads what mail.MIME has written, under an id.
func Read(id string, raw []byte) (Mail, error) {
	parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	m := Mail{ID: id, Channel: "email", Headers: map[string]string{}}
	decoder := new(mime.WordDecoder)
	for name, values := range parsed.Header {
		if m.Headers[name], err = decoder.DecodeHeader(values[0]); err != nil {
			m.Headers[name] = values[0]
		}
	}
	m.To, m.From, m.Subject, m.Kind = m.Headers["To"], m.Headers["From"], m.Headers["Subject"], parsed.Header.Get(mail.HeaderKind)
	if m.At, err = parsed.Header.Date(); err != nil {
		return Mail{}, err
	}
	if m.recipient, err = netmail.ParseAddress(parsed.Header.Get("To")); err != nil {
		return Mail{}, err
	}
	m.At = m.At.UTC()
	return m, m.addPart(parsed.Header.Get, parsed.Body)
}

// addPart keeps the texts of a part and of those inside it. Multipart's own reader decodes their transfer encoding.
func (m *Mail) addPart(header func(string) string, body io.Reader) error {
	if header("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	kind, params, err := mime.ParseMediaType(header("Content-Type"))
	if err != nil {
		return err
	}
	switch kind {
	case "multipart/alternative":
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.addPart(part.Header.Get, part); err != nil {
				return err
			}
		}
	case "text/plain", "text/html", "text/calendar":
		content, err := io.ReadAll(body)
		content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
		*map[string]*string{"text/plain": &m.Text, "text/html": &m.HTML, "text/calendar": &m.Calendar}[kind] = string(content)
		return err
	}
	return fmt.Errorf("a part of type %s", kind)
}
