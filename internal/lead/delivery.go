package lead

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Delivery is how far a message to a customer has come, as far as the provider has told.
type Delivery struct {
	State  DeliveryState `json:"state" enum:"waiting,sent,delivered,delayed,bounced,complained,failed,unknown" doc:"waiting: it goes out soon; delivered: the customer's server, or phone, has it; bounced: it came back; complained: the customer called it spam; failed: it did not go out; unknown: it may have gone out."`
	At     time.Time     `json:"at,omitzero" doc:"Since when, where that is known."`
	Reason string        `json:"reason,omitempty" doc:"Why it failed or waits."`
}

// DeliveryState is what became of a message.
type DeliveryState string

// sendIDOf is what the ledgers of mails and text messages call the message that a work is.
func sendIDOf(company ident.Company, id ID, work string) string {
	return ident.Of("lead message", company.ID(), string(id), work)
}

// delivered says of the messages among works on a lead what became of them. A ledger forgets after a while, and so do we.
func delivered(ctx context.Context, d app.Deps, company ident.Company, id ID, found []Work) error {
	ids := map[WorkKind][]string{}
	for _, w := range found {
		ids[w.Kind] = append(ids[w.Kind], sendIDOf(company, id, w.ID))
	}
	var mails map[string]mail.Dispatch
	var texts map[string]text.Dispatch
	var err error
	if len(ids[Mailed]) > 0 {
		if mails, err = mail.FindAll(ctx, d.Table, company, ids[Mailed]); err != nil {
			return err
		}
	}
	if len(ids[Texted]) > 0 {
		if texts, err = text.FindAll(ctx, d.Table, company, ids[Texted]); err != nil {
			return err
		}
	}
	for i, w := range found {
		sendID := sendIDOf(company, id, w.ID)
		if m, ok := mails[sendID]; ok && w.Kind == Mailed {
			found[i].Delivery = ofMail(m)
		}
		if t, ok := texts[sendID]; ok && w.Kind == Texted {
			found[i].Delivery = ofText(t)
		}
	}
	return nil
}

// ofMail is what became of a mail. What went wrong says more than that it was taken.
func ofMail(m mail.Dispatch) *Delivery {
	for _, happened := range []struct {
		state DeliveryState
		at    time.Time
	}{
		{"bounced", m.Facts.Bounced},
		{"failed", m.Facts.Rejected},
		{"complained", m.Facts.Complained},
		{"delivered", m.Facts.Delivered},
		{"delayed", m.Facts.Delayed},
	} {
		if !happened.at.IsZero() {
			return &Delivery{State: happened.state, At: happened.at}
		}
	}
	return onTheWay(m.Course)
}

// ofText is what became of a text message.
func ofText(t text.Dispatch) *Delivery {
	switch {
	case !t.Delivered.IsZero():
		return &Delivery{State: "delivered", At: t.Delivered}
	case !t.Undelivered.IsZero():
		return &Delivery{State: "bounced", At: t.Undelivered}
	}
	return onTheWay(t.Course)
}

// onTheWay is what our own ledger knows.
func onTheWay(c dispatch.Course) *Delivery {
	switch c.State {
	case dispatch.Sent:
		return &Delivery{State: "sent", At: c.Began}
	case dispatch.Failed, dispatch.Suppressed:
		return &Delivery{State: "failed", Reason: c.Reason}
	case dispatch.Unknown, dispatch.Parked:
		return &Delivery{State: "unknown", At: c.Began}
	}
	return &Delivery{State: "waiting", Reason: c.Reason}
}
