package notify

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/phone"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// TextSend is the function that delivers what is in the ledger of text messages, whichever feature planned it.
var TextSend = app.Function{
	Name:     "text-send",
	Doc:      "Hands planned text messages to the provider, each once.",
	Consumes: app.Consume(text.Deliver, deliverText, app.Batch(5)),
	Uses:     app.Uses{Table: app.Get | app.Put, Text: true, Pace: 5},
	Timeout:  time.Minute, // a batch of provider calls that all run into their limit
}

// TextEvent is the function that hears from the provider what became of text messages.
var TextEvent = app.Function{
	Name: "text-event",
	Doc:  "Records what the provider reports about text messages: sent, delivered, not reached.",
	On: &app.Subscription{
		Source:      "aws.sms-voice",
		DetailTypes: []string{"Text Message Delivery Status Updated"},
		Handle:      heedText,
	},
	Uses: app.Uses{Table: app.Get | app.Put, Pace: 5},
}

// deliverText lets the ledger take one text message further.
func deliverText(ctx context.Context, d app.Deps, c ident.Company, m dispatch.Delivery) error {
	return textLedger(d).Deliver(ctx, c, m)
}

func textLedger(d app.Deps) text.Ledger {
	return text.Ledger{
		Table: d.Table, Sender: d.Text, NewID: d.NewID, Log: d.Log,
		Permit: func(ctx context.Context, c ident.Company, note text.Note) error { return permitText(ctx, d, c, note) },
	}
}

// noteTo makes the text message that tells a user of a notice; false where the user wants none or has no number that takes
// one. The same notice always makes the same send id.
func noteTo(ctx context.Context, d app.Deps, c ident.Company, n Notice, user access.User) (table.Op, bool, error) {
	if user.Disabled || !user.Notify.SMS {
		return table.Op{}, false, nil
	}
	home, err := company.Load(ctx, d, c)
	if err != nil {
		return table.Op{}, false, err
	}
	number, ok := phone.Parse(user.Mobile, home.Country)
	if !ok || !number.Texts() {
		return table.Op{}, false, nil
	}
	body := textsFor(home.Language).title(n)
	if address := linked(d.Site.AppURL, n.Link.Path); address != "" {
		body += "\n" + address
	}
	op, err := text.Plan(c, text.Note{
		SendID: ident.Of(c.ID(), "text notice", string(user.ID), n.ID), Kind: string(n.Kind), Reader: string(user.ID), To: number.E164, Body: body,
	}, d.Now())
	return op, err == nil, err
}

// permitText asks whether the reader of a note still wants it, at the number that it goes to.
func permitText(ctx context.Context, d app.Deps, c ident.Company, note text.Note) error {
	if ours, err := customer.Permit(ctx, d, c, note.Reader, customer.BySMS, note.To); ours {
		return err
	}
	user, err := d.Access.User(ctx, c, access.UserID(note.Reader))
	switch {
	case errs.Is(err, errs.NotFound):
		return errs.E(errs.Forbidden, "the user is gone")
	case err != nil:
		return err
	case user.Disabled || !user.Notify.SMS:
		return errs.E(errs.Forbidden, "the user does not want text messages")
	}
	home, err := company.Load(ctx, d, c)
	if err != nil {
		return err
	}
	if number, ok := phone.Parse(user.Mobile, home.Country); !ok || number.E164 != note.To {
		return errs.E(errs.Forbidden, "the user's number has changed")
	}
	return nil
}

// heedText records an event of the provider. Events about messages that are not ours, and those that nobody can read, are no
// reason to have them brought again.
func heedText(ctx context.Context, d app.Deps, b event.Bridge) error {
	e, err := text.ReadEvent(b.Detail)
	if err == nil {
		err = textLedger(d).Apply(ctx, e)
	}
	if errs.Is(err, errs.NotFound) || errs.Is(err, errs.Invalid) {
		d.Log.WarnContext(ctx, "event about a text message ignored", "event", b.ID, "type", b.DetailType, "error", err)
		return nil
	}
	return err
}
