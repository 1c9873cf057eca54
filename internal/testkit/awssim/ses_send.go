package awssim

import (
	"bytes"
	"fmt"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/platform/mail/sesevent"
)

// SESMail is a mail that SES has taken.
type SESMail struct {
	ID               string
	At               time.Time
	From             string
	To, Cc, Bcc      []string
	Subject          string // as it was given; of raw content, still encoded
	HTML, Text       string // of simple content
	Raw              []byte // of raw content
	Tags             map[string]string
	ConfigurationSet string
}

// sendEmail is the request, by its wire names.
type sendEmail struct {
	FromEmailAddress     string
	Destination          struct{ ToAddresses, CcAddresses, BccAddresses []string }
	ReplyToAddresses     []string
	ConfigurationSetName string
	EmailTags            []struct{ Name, Value string }
	Content              struct {
		Raw    *struct{ Data []byte }
		Simple *struct {
			Subject struct{ Data string }
			Body    struct{ Html, Text struct{ Data string } }
		}
	}
}

// Bounds of SES.
const (
	maxSESRecipients = 50
	maxSESTags       = 50
	maxRawMail       = 40 << 20
)

// sesTag is what names and values of tags may consist of.
var sesTag = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (s *SES) sendEmail(r Request) (any, error) {
	var request sendEmail
	if err := r.Decode(&request); err != nil {
		return nil, err
	}
	m := SESMail{
		At: r.Now, From: request.FromEmailAddress, Tags: map[string]string{}, ConfigurationSet: request.ConfigurationSetName,
		To: request.Destination.ToAddresses, Cc: request.Destination.CcAddresses, Bcc: request.Destination.BccAddresses,
	}
	for _, tag := range request.EmailTags {
		m.Tags[tag.Name] = tag.Value
	}
	if err := s.content(&m, request); err != nil {
		return nil, err
	}
	if err := s.checkMail(m, len(request.EmailTags)); err != nil {
		return nil, err
	}
	if err := s.checkQuota(r.Now); err != nil {
		return nil, err
	}
	m.ID = fmt.Sprintf("%016x-%08x-0000-4000-8000-000000000000-000000", r.Now.UnixMilli(), len(s.mails)+1)
	s.mails = append(s.mails, m)
	r.Spend(Mails, float64(len(m.To)+len(m.Cc)+len(m.Bcc)))
	r.Spend(MailBytes, float64(len(m.Raw)))
	s.happen(m)
	return map[string]string{"MessageId": m.ID}, nil
}

// content fills in what a raw mail says itself where the request does not.
func (s *SES) content(m *SESMail, request sendEmail) *Error {
	raw, simple := request.Content.Raw, request.Content.Simple
	switch {
	case (raw == nil) == (simple == nil):
		return sesError(http.StatusBadRequest, "BadRequestException", "Exactly one content is required.")
	case simple != nil:
		m.Subject, m.HTML, m.Text = simple.Subject.Data, simple.Body.Html.Data, simple.Body.Text.Data
		return nil
	case len(raw.Data) > maxRawMail:
		return sesError(http.StatusBadRequest, "BadRequestException", "Message length is more than %d bytes long.", maxRawMail)
	}
	message, err := mail.ReadMessage(bytes.NewReader(raw.Data))
	if err != nil {
		return sesError(http.StatusBadRequest, "BadRequestException", "The raw message is not valid: %v", err)
	}
	m.Raw, m.Subject = raw.Data, message.Header.Get("Subject")
	if m.From == "" {
		m.From = message.Header.Get("From")
	}
	if len(m.To)+len(m.Cc)+len(m.Bcc) == 0 {
		for name, into := range map[string]*[]string{"To": &m.To, "Cc": &m.Cc, "Bcc": &m.Bcc} {
			addresses, err := message.Header.AddressList(name)
			for _, address := range addresses {
				*into = append(*into, address.String())
			}
			if err != nil && message.Header.Get(name) != "" {
				return sesError(http.StatusBadRequest, "BadRequestException", "Illegal address in %s", name)
			}
		}
	}
	return nil
}

func (s *SES) checkMail(m SESMail, tags int) *Error {
	recipients := slices.Concat(m.To, m.Cc, m.Bcc)
	if len(recipients) == 0 || len(recipients) > maxSESRecipients {
		return sesError(http.StatusBadRequest, "BadRequestException", "Recipient count must be 1 to %d.", maxSESRecipients)
	}
	for _, address := range append(recipients, m.From) {
		if _, err := mail.ParseAddress(address); err != nil {
			return sesError(http.StatusBadRequest, "BadRequestException", "Illegal address")
		}
	}
	if tags > maxSESTags {
		return sesError(http.StatusBadRequest, "BadRequestException", "At most %d tags are allowed.", maxSESTags)
	}
	for name, value := range m.Tags {
		if !sesTag.MatchString(name) || !sesTag.MatchString(value) {
			return sesError(http.StatusBadRequest, "BadRequestException", "Invalid tag name or value.")
		}
	}
	if m.ConfigurationSet != "" && !slices.Contains(s.options.ConfigurationSets, m.ConfigurationSet) {
		return sesError(http.StatusNotFound, "NotFoundException", "Configuration set <%s> does not exist.", m.ConfigurationSet)
	}
	local, domain := splitAddress(m.From)
	if verified := s.options.Identities; len(verified) > 0 && !slices.Contains(verified, domain) && !slices.Contains(verified, local+"@"+domain) {
		return sesError(http.StatusBadRequest, "MessageRejected", "Email address is not verified. The following identities failed the check: %s", domain)
	}
	return nil
}

// happen writes what becomes of a mail, if anybody listens: events need a configuration set.
func (s *SES) happen(m SESMail) {
	if m.ConfigurationSet == "" {
		return
	}
	const onTheWay = 900 * time.Millisecond
	for _, to := range slices.Concat(m.To, m.Cc, m.Bcc) {
		record := sesevent.Mail{
			ID: m.ID, At: m.At, From: m.From, To: to, Subject: m.Subject, ConfigurationSet: m.ConfigurationSet, Tags: m.Tags,
		}
		s.events = append(s.events, sesevent.Send(record))
		at := m.At.Add(onTheWay)
		local, domain := splitAddress(to)
		_, suppressed := s.suppressed[local+"@"+domain]
		switch {
		case local == "bounce" || suppressed:
			s.events = append(s.events, sesevent.Bounce(record, at, true))
		case local == "complaint":
			s.events = append(s.events, sesevent.Delivery(record, at), sesevent.Complaint(record, at.Add(onTheWay)))
		default:
			s.events = append(s.events, sesevent.Delivery(record, at))
		}
	}
}

// splitAddress splits the bare address, in lower case.
func splitAddress(text string) (local, domain string) {
	if parsed, err := mail.ParseAddress(text); err == nil {
		text = parsed.Address
	}
	local, domain, _ = strings.Cut(strings.ToLower(text), "@")
	return local, domain
}
