// Package letter puts mails that come in on the leads that they answer.
//
// Each mail that a user sends to a customer from a lead asks for answers to an address of the lead's own (lead.Address). What
// comes in there is left as a file by the mail provider, which announces it; function mail-received reads it (read.go), finds
// the leads whose addresses it went to, and puts it on them (lead.Receive): as an entry of their history and conversation, and
// as word to those whose leads they are.
//
// Nothing is guessed. A mail to no lead's address is dropped. Who wrote under another address than the customer's is told apart
// and never becomes the customer's. What a program has answered, what was taken for spam and what held a virus is kept and marked,
// and nobody is told: so no two programs ever keep each other busy. We send nothing back, whatever comes.
//
// A mail is known again by its own id and its content (Mail.Digest), so it has one effect, however often it is announced or
// delivered, and whatever happens on the way.
package letter

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// Receiver is the function that puts mails that come in on the leads that they answer.
var Receiver = app.Function{
	Name:    "mail-received",
	Doc:     "Puts mails that come in on the leads that they answer.",
	On:      &app.Subscription{Source: blob.Source, DetailTypes: []string{blob.Created}, Handle: hear},
	Uses:    app.Uses{Table: app.Get | app.Query | app.Put | app.Load, Pace: 2, Inbox: true, Sends: app.Topics(notify.Send)},
	Timeout: time.Minute,
	Memory:  1024, // a mail of 40 MB, and what is made of it
}

// maxLeads is the most leads that one mail lands on.
const maxLeads = 5

// hear reads the mail that an event announces. One that is gone, cannot be read or has nobody to go to is no reason to have it
// announced again.
func hear(ctx context.Context, d app.Deps, b event.Bridge) error {
	notice, err := blob.Noticed(b)
	if err != nil {
		d.Log.WarnContext(ctx, "announcement of a mail ignored", "event", b.ID, "error", err)
		return nil
	}
	raw, err := d.Inbox.Read(ctx, notice.Object.Key, lead.MaxMail)
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		drop(ctx, d, b, notice, errs.KindOf(err).String())
		return nil
	}
	if err != nil {
		return err
	}
	return land(ctx, d, b, notice, Read(raw, d.Site.Replies))
}

// drop ends a mail that nobody gets.
func drop(ctx context.Context, d app.Deps, b event.Bridge, n blob.Notice, why string) {
	metric.Add(ctx, metric.MailsUnclaimed, 1)
	d.Log.WarnContext(ctx, "mail that came in dropped", "event", b.ID, "object", n.Object.Key, "bytes", n.Object.Size, "why", why)
}

// place is a lead that a mail was sent to.
type place struct {
	company ident.Company
	lead    lead.ID
}

// land puts a mail on each lead that it was sent to.
func land(ctx context.Context, d app.Deps, b event.Bridge, n blob.Notice, m Mail) error {
	var places []place
	for _, name := range m.To {
		company, id, err := lead.ByMailbox(ctx, d, name)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if p := (place{company, id}); !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	if len(places) == 0 {
		drop(ctx, d, b, n, "no lead has its address")
		return nil
	}
	for _, p := range places {
		in := m.inbound(p, n, d.Now())
		received, err := lead.Receive(ctx, d, p.company, p.lead, in, func(ctx context.Context, l lead.Lead) ([]notify.Notice, error) {
			return audience(ctx, d, p.company, l)
		})
		if errs.Is(err, errs.NotFound) { // the lead has ended with its address
			drop(ctx, d, b, n, "the lead is gone")
			continue
		}
		if err != nil {
			return err
		}
		if received {
			metric.Add(ctx, metric.MailsReceived, 1)
		}
		d.Log.InfoContext(ctx, "mail that came in", "event", b.ID, "object", n.Object.Key, "company", p.company.ID(), "lead", p.lead, "letter", in.ID, "new", received)
	}
	return nil
}

// audience are those who are told of a mail on a lead, and how: its user, else whoever is told of such leads.
func audience(ctx context.Context, d app.Deps, company ident.Company, l lead.Lead) ([]notify.Notice, error) {
	users, r, err := alert.Audience(ctx, d, company, l)
	if err != nil {
		return nil, err
	}
	notices := make([]notify.Notice, len(users))
	for i, user := range users {
		notices[i] = notify.Notice{User: user.ID, Ways: notify.Ways{NoEmail: !r.Allows(rule.Email), SMS: r.Allows(rule.SMS)}}
	}
	return notices, nil
}

// inbound is the mail as it lands on a lead. It came now, unless the provider says that it was kept waiting: what the provider
// says is to the second, and would put an answer before the mail that it answers.
func (m Mail) inbound(p place, n blob.Notice, now time.Time) lead.Inbound {
	const (
		prompt = time.Minute
		late   = 14 * 24 * time.Hour // as long as a provider keeps an announcement, and we one that failed
	)
	in := m.Inbound
	in.ID, in.Object, in.At = ident.Of("letter", p.company.ID(), string(p.lead), m.Digest), n.Object.Key, now
	if waited := now.Sub(m.Arrived); waited > prompt && waited < late {
		in.At = m.Arrived
	}
	return in
}
