package notify

import (
	"context"
	netmail "net/mail"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/metric"
)

// MailSend is the function that delivers what is in the ledger of mails, whichever feature planned it.
var MailSend = app.Function{
	Name:     "mail-send",
	Doc:      "Hands planned mails to the provider, each once.",
	Consumes: app.Consume(mail.Deliver, deliver, app.Batch(5)),
	Uses:     app.Uses{Table: app.Get | app.Put, Mail: true, Pace: 10},
	Timeout:  time.Minute, // a batch of provider calls that all run into their limit
}

// MailEvent is the function that hears from the provider what became of mails.
var MailEvent = app.Function{
	Name: "mail-event",
	Doc:  "Records what the provider reports about mails: sent, delivered, bounced, complained about.",
	On: &app.Subscription{
		Source: "aws.ses",
		DetailTypes: []string{
			"Email Sent", "Email Delivered", "Email Delivery Delayed", "Email Bounced", "Email Complaint Received",
			"Email Rejected", "Email Opened", "Email Clicked",
		},
		Handle: heed,
	},
	Uses: app.Uses{Table: app.Get | app.Put, Pace: 10},
}

// WantsMail reports whether a user is told by mail. It is asked when a mail is planned and again right before it goes out.
func WantsMail(user access.User) bool {
	return !user.Disabled && user.Notify.Email && user.Email != ""
}

// listsNotices reports whether a user's notices are listed in the application: unless the user has them mailed and wants no
// list. Somebody always hears: who wants neither has the list (C17).
func listsNotices(user access.User) bool {
	return user.Notify.InApp || !WantsMail(user)
}

// deliver lets the ledger take one mail further.
func deliver(ctx context.Context, d app.Deps, c ident.Company, m dispatch.Delivery) error {
	return ledger(d).Deliver(ctx, c, m)
}

func ledger(d app.Deps) mail.Ledger {
	return mail.Ledger{
		Table: d.Table, Sender: d.Mail, From: d.Site.From, NewID: d.NewID, Log: d.Log,
		Permit: func(ctx context.Context, c ident.Company, letter mail.Letter) error { return permit(ctx, d, c, letter) },
	}
}

// permit asks whether the reader of a letter still wants it, at the address that it goes to.
func permit(ctx context.Context, d app.Deps, c ident.Company, letter mail.Letter) error {
	if ours, err := customer.Permit(ctx, d, c, letter.Reader, customer.ByEmail, letter.To); ours {
		return err
	}
	user, err := d.Access.User(ctx, c, access.UserID(letter.Reader))
	switch {
	case errs.Is(err, errs.NotFound):
		return errs.E(errs.Forbidden, "the user is gone")
	case err != nil:
		return err
	case !WantsMail(user):
		return errs.E(errs.Forbidden, "the user does not want mails")
	case !sentTo(letter, user.Email):
		return errs.E(errs.Forbidden, "the user's address has changed")
	}
	return nil
}

func sentTo(letter mail.Letter, address string) bool {
	to, err := netmail.ParseAddress(letter.To)
	return err == nil && to.Address == address
}

// heed records an event of the provider. Events about mails that are not ours, and those that nobody can read, are no
// reason to have them brought again.
func heed(ctx context.Context, d app.Deps, b event.Bridge) error {
	e, err := mail.ReadEvent(b.Detail)
	if err == nil {
		err = ledger(d).Apply(ctx, e)
	}
	if err == nil && e.Happening == mail.HasSent {
		metric.Add(ctx, metric.MailEvents, 1)
	}
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		d.Log.WarnContext(ctx, "event about a mail ignored", "event", b.ID, "type", b.DetailType, "error", err)
		return nil
	}
	return err
}
