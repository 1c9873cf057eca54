package notify

import (
	"context"
	netmail "net/mail"
	"strings"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Sender is the function that plans the mails of notices.
var Sender = app.Function{
	Name:     "notify-send",
	Doc:      "Plans the mail of a notice, if its user wants mails: at once, or as a line of the next digest.",
	Consumes: app.Consume(Send, planMail, app.Batch(10)),
	Uses:     app.Uses{Table: app.Get | app.Put | app.Add | app.Load, Sends: app.Topics(mail.Deliver, text.Deliver), Promises: app.Topics(Digest)},
}

// Digester is the function that plans digests.
var Digester = app.Function{
	Name:     "notify-digest",
	Doc:      "Plans one mail about all sightings that came in the minute after another mail.",
	Consumes: app.Consume(Digest, planDigest, app.Batch(10)),
	Uses:     app.Uses{Table: app.Get | app.BatchGet | app.Put | app.Load, Pace: 10, Sends: app.Topics(mail.Deliver)},
}

// tries is how often a plan is made anew because somebody else was quicker; then its message comes again.
const tries = 8

func contended() error {
	return errs.E(errs.Unavailable, "what a user is told changes too often")
}

// planMail decides which mail a notice belongs to. The decision is a mark on the notice, so that it is made once.
func planMail(ctx context.Context, d app.Deps, c ident.Company, m Mailing) error {
	for range tries {
		record, err := notices.Get(ctx, d.Table, key(c, m.User, m.Notice))
		if err != nil || record.Value.Mail != "" {
			return err
		}
		user, err := d.Access.User(ctx, c, m.User)
		if err != nil {
			return err
		}
		if record.Value.Kind != Sighting {
			return planOwn(ctx, d, c, record, user)
		}
		if !WantsMail(user) {
			return nil
		}
		if err := planSighting(ctx, d, c, record, user); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return contended()
}

// planSighting adds a sighting to the digest that is being gathered, or mails it and begins to gather.
func planSighting(ctx context.Context, d app.Deps, c ident.Company, record table.Record[Notice], user access.User) error {
	now := d.Now()
	last, err := windows.Get(ctx, d.Table, windowKey(c, user.ID))
	if err != nil && !errs.Is(err, errs.NotFound) {
		return err
	}
	if last.Value.gathers(now) {
		record.Value.Mail = last.Value.Open
		return d.Commit(ctx, notices.Update(record), join(c, last, record.Value, now))
	}
	return planAlone(ctx, d, c, record, user, opened(c, last, record.Value, now))
}

// planOwn enters the mail and the text message that a notice may go out by, and that its user wants, into their ledgers.
func planOwn(ctx context.Context, d app.Deps, c ident.Company, record table.Record[Notice], user access.User) error {
	var ops []table.Op
	if record.Value.Ways.SMS {
		note, wanted, err := noteTo(ctx, d, c, record.Value, user)
		if err != nil {
			return err
		}
		if wanted {
			ops = append(ops, note)
		}
	}
	if !record.Value.Ways.NoEmail && WantsMail(user) {
		return planAlone(ctx, d, c, record, user, ops...)
	}
	if len(ops) == 0 {
		return nil
	}
	record.Value.Mail = ownMail
	return d.Commit(ctx, append(ops, notices.Update(record))...)
}

// planAlone enters a mail of its own into the ledger. The same notice always makes the same send id.
func planAlone(ctx context.Context, d app.Deps, c ident.Company, record table.Record[Notice], user access.User, also ...table.Op) error {
	n := record.Value
	letter, err := compose(ctx, d, c, user, func(t texts, appURL string) page { return noticePage(n, t, appURL) })
	if err != nil {
		return err
	}
	letter.Kind, letter.SendID = string(n.Kind), ident.Of(c.ID(), "notice", string(user.ID), n.ID)
	op, err := mail.Plan(ctx, d.Table, c, letter, d.Now())
	if err != nil {
		return err
	}
	record.Value.Mail = ownMail
	err = d.Commit(ctx, append(also, op, notices.Update(record))...)
	if mail.Planned(err, c, letter.SendID) { // by a build that did not mark notices
		return d.Commit(ctx, notices.Update(record))
	}
	return err
}

// planDigest closes a window and mails what it has gathered. What comes later finds it closed and begins the next one.
func planDigest(ctx context.Context, d app.Deps, c ident.Company, g Gathered) error {
	for range tries {
		record, err := windows.Get(ctx, d.Table, windowKey(c, g.User))
		if err != nil || record.Value.Open != g.Window {
			return err
		}
		if left := record.Value.Began.Add(quiet).Sub(d.Now()); left > 0 {
			return errs.Later(errs.Unavailable, left, "the minute of this digest is not over")
		}
		ops := []table.Op{closed(record)}
		user, err := d.Access.User(ctx, c, g.User)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if err == nil && WantsMail(user) {
			op, err := digestOf(ctx, d, c, record, user)
			if err != nil {
				return err
			}
			ops = append(ops, op)
		}
		if err := d.Commit(ctx, ops...); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return contended()
}

// digestOf enters the digest of a window into the ledger. One about a single sighting reads as the mail of its notice.
func digestOf(ctx context.Context, d app.Deps, c ident.Company, record table.Record[window], user access.User) (table.Op, error) {
	w := record.Value
	keys := make([]table.Key, len(w.Notices))
	for i, id := range w.Notices {
		keys[i] = key(c, user.ID, id)
	}
	records, err := notices.GetAll(ctx, d.Table, keys)
	if err != nil {
		return table.Op{}, err
	}
	named, kind := table.Values(records), digestKind
	layOut := func(t texts, appURL string) page { return digestPage(named, w.Count, user, t, appURL) }
	if w.Count == 1 && len(named) == 1 {
		kind, layOut = Sighting, func(t texts, appURL string) page { return noticePage(named[0], t, appURL) }
	}
	letter, err := compose(ctx, d, c, user, layOut)
	if err != nil {
		return table.Op{}, err
	}
	letter.Kind, letter.SendID = string(kind), digestID(c, user.ID, record)
	return mail.Plan(ctx, d.Table, c, letter, d.Now())
}

// compose writes a letter to a user in the company's language, but for its kind and its send id.
func compose(ctx context.Context, d app.Deps, c ident.Company, user access.User, layOut func(t texts, appURL string) page) (mail.Letter, error) {
	profile, err := company.Load(ctx, d, c)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return mail.Letter{}, err
	}
	t := textsFor(profile.Language)
	p := layOut(t, d.Site.AppURL).addressed(t, profile.Name, user)
	html, text, err := p.render()
	if err != nil {
		return mail.Letter{}, err
	}
	return mail.Letter{
		Reader:  string(user.ID),
		To:      AddressOf(user),
		Subject: p.Title, HTML: html, Text: text,
		Headers: map[string]string{"Auto-Submitted": "auto-generated"}, // RFC 3834: no robot need answer
	}, nil
}

// AddressOf is the user's mail address with the name, unless that is none: no name contains what mails encode names with.
func AddressOf(user access.User) string {
	name := Clip(user.Name(), maxValue)
	if strings.Contains(name, "=?") {
		name = ""
	}
	return (&netmail.Address{Name: name, Address: user.Email}).String()
}
