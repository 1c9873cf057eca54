package prospect

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/response"
)

// Sent is a message with what became of it.
type Sent struct {
	Message
	State  Fate      `json:"state" enum:"queued,sent,delivered,failed,refused,unknown"`
	Since  time.Time `json:"deliveredAt,omitzero"`
	Reason string    `json:"reason,omitempty" doc:"Why it failed, waits or was refused."`
}

// Fate is what became of a message.
type Fate string

// The fates.
const (
	Queued    Fate = "queued"    // it will go out
	OnItsWay  Fate = "sent"      // the provider has it
	Delivered Fate = "delivered" // the recipient's side has it
	Failed    Fate = "failed"    // it was not and will not be delivered
	Refused   Fate = "refused"   // the recipient must not or does not want to get it
	Unknown   Fate = "unknown"   // nobody can tell
)

// sentFrom is a page of the messages from a prospect, latest first, each with what became of it.
func sentFrom(ctx context.Context, d app.Deps, caller access.Caller, id ID, page web.Paging) ([]Sent, string, error) {
	if _, err := visible(ctx, d, caller, id, access.ProspectRead); err != nil {
		return nil, "", err
	}
	entries, next, err := messages.page(ctx, d, caller.Company, id, page)
	if err != nil {
		return nil, "", err
	}
	sent, err := fates(ctx, d, caller.Company, id, entries)
	return sent, next, err
}

// fates asks the ledgers.
func fates(ctx context.Context, d app.Deps, company ident.Company, id ID, entries []Message) ([]Sent, error) {
	var ids []string
	for _, m := range entries {
		ids = append(ids, sendID(company, id, m.ID))
	}
	mails, err := mail.FindAll(ctx, d.Table, company, ids)
	if err != nil {
		return nil, err
	}
	texts, err := text.FindAll(ctx, d.Table, company, ids)
	if err != nil {
		return nil, err
	}
	sent := make([]Sent, len(entries))
	for i, m := range entries {
		sent[i] = Sent{Message: m, State: Unknown}
		if m.Channel == response.SMS {
			sent[i].text(texts[ids[i]])
		} else {
			sent[i].mail(mails[ids[i]])
		}
	}
	return sent, nil
}

// mail is what the ledger of mails says.
func (s *Sent) mail(d mail.Dispatch) {
	s.Since = d.Facts.Delivered
	s.stands(d.Course, !d.Facts.Delivered.IsZero())
	if d.State == dispatch.Sent && (!d.Facts.Bounced.IsZero() || !d.Facts.Rejected.IsZero()) {
		s.State, s.Reason = Failed, "the mail came back"
	}
}

// text is what the ledger of text messages says.
func (s *Sent) text(d text.Dispatch) {
	s.Since = d.Delivered
	s.stands(d.Course, !d.Delivered.IsZero())
	if s.State == OnItsWay && !d.Undelivered.IsZero() {
		s.State, s.Reason = Failed, "no phone took it"
	}
}

// stands is what both ledgers say.
func (s *Sent) stands(c dispatch.Course, arrived bool) {
	s.Reason = c.Reason
	switch c.State {
	case dispatch.Pending, dispatch.Claimed, dispatch.Sending, dispatch.Released:
		s.State = Queued
	case dispatch.Sent:
		s.State = OnItsWay
		if arrived {
			s.State = Delivered
		}
	case dispatch.Failed:
		s.State = Failed
	case dispatch.Suppressed:
		s.State = Refused
	}
}
