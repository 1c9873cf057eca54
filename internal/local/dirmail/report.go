package dirmail

import (
	"context"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/local/spool"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/sesevent"
)

// ConfigurationSet is the one that reports name.
const ConfigurationSet = "winback-local"

// Report is what SES would report about one mail.
type Report = spool.Report

// Reports lists what is due, oldest first. The host gives each event to the function mail-event and then calls Handed; a
// report comes again until then, after a restart, too.
func (d *Dir) Reports(ctx context.Context, limit int) ([]Report, error) {
	var reports []Report
	for _, id := range d.spool.Due(limit) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m, err := d.Mail(id)
		if errs.Is(err, errs.Gone) || errs.Is(err, errs.NotFound) {
			continue // nobody can report about it
		}
		if err != nil {
			return nil, err
		}
		reports = append(reports, Report{ID: id, Events: happened(m)})
	}
	return reports, nil
}

// Due is how many mails have reports that are not handed over.
func (d *Dir) Due() int { return d.spool.Waiting() }

// Handed ends a report. Ending it twice is harmless.
func (d *Dir) Handed(id string) error { return d.spool.Handed(id) }

// happened is the mail's fate by the address that it went to.
func happened(m Mail) [][]byte {
	const onTheWay = time.Second
	record := sesevent.Mail{
		ID: m.ID, At: m.At, From: m.From, To: m.recipient.String(), Subject: m.Subject, ConfigurationSet: ConfigurationSet,
		Tags: map[string]string{
			mail.TagSendID: m.Headers[mail.HeaderSendID], mail.TagCompany: m.Headers[mail.HeaderCompany], mail.TagKind: m.Kind,
		},
	}
	events := [][]byte{sesevent.Send(record)}
	at := m.At.Add(onTheWay)
	switch localPart(m.recipient.Address) {
	case "bounce":
		return append(events, sesevent.Bounce(record, at, true))
	case "softbounce":
		return append(events, sesevent.Bounce(record, at, false))
	case "complaint":
		return append(events, sesevent.Delivery(record, at), sesevent.Complaint(record, at.Add(onTheWay)))
	default:
		return append(events, sesevent.Delivery(record, at))
	}
}

// localPart is what stands before the @, without a +suffix.
func localPart(address string) string {
	local, _, _ := strings.Cut(address, "@")
	local, _, _ = strings.Cut(local, "+")
	return strings.ToLower(local)
}
