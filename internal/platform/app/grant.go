package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Grant hands over what the function declares in Uses. Anything else is replaced by something that refuses with a sentence
// that says which declaration is missing: what would be AccessDenied in AWS fails on the laptop first. Clock and ids need
// no declaration; users and roles are read from the table, as far as that is declared.
func Grant(full Deps, f Function) Deps {
	d, w := full, warden{f}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	d.Log = d.Log.With("function", f.Name)
	switch {
	case full.Table != nil:
		d.Table = full.Table.Guarded(w.allow(full.Now)).Witnessed(audit.Witness)
	case f.Uses.Table == NoTable && full.Now != nil:
		d.Table = table.New(noTable{}, full.Now, full.NewID).Guarded(w.allow(full.Now))
	}
	if full.Access != nil && d.Table != nil {
		d.Access = full.Access.Through(d.Table)
	}
	if !f.Uses.Links && full.Now != nil {
		d.Links = link.New(w.noKeys, full.Now)
	}
	d.Queue = sender{w, full.Queue}
	if !f.Uses.Mail {
		d.Mail = noMail{w}
	}
	if !f.Uses.Text {
		d.Text = noText{w}
	}
	if !f.Uses.Inbox {
		d.Inbox = noInbox{w}
	}
	if !f.Uses.Identity {
		d.Identity = noIdentity{w}
	}
	d.Secrets = sealer{w, full.Secrets}
	return d
}

// warden refuses on behalf of a function.
type warden struct{ f Function }

func (w warden) refuse(does, declare string) error {
	return fmt.Errorf("app: %s %s without declaring it: add %s to its Uses", w.f.Name, does, declare)
}

// allow judges the calls of a table, and the ops of a write one by one: each is an action of its own in AWS.
func (w warden) allow(now func() time.Time) func(table.Use, []table.Op) error {
	return func(use table.Use, ops []table.Op) error {
		switch use {
		case table.UseGet:
			return w.uses(Get)
		case table.UseBatchGet:
			return w.uses(BatchGet)
		case table.UseQuery:
			return w.uses(Query)
		case table.UseDue:
			if !w.f.Uses.SendsAll {
				return w.refuse("looks for what is due", "SendsAll: true")
			}
			return nil
		case table.UseLoad:
			return errors.Join(w.uses(Load), audit.Append(ops))
		}
		if err := audit.Append(ops); err != nil {
			return err
		}
		for _, op := range ops {
			if err := w.uses(needs(op, len(ops))); err != nil {
				return err
			}
			for _, m := range op.Item.Pending {
				// A message with an id was promised by whoever wrote the record before.
				if m.ID == "" && !w.sends(m.Topic) && !w.promises(m, now()) {
					return w.refuse("sends to "+m.Topic, "Sends: app.Topics(…) with the topic "+m.Topic)
				}
			}
		}
		return nil
	}
}

// needs is the use of one op of a write.
func needs(op table.Op, together int) TableUse {
	switch op.Action {
	case table.Put:
		return Put
	case table.Delete:
		return Delete
	case table.Add:
		return Add
	}
	if together == 1 {
		return Get // a condition by itself is a read
	}
	return Check
}

// uses refuses a use of the table that is not declared.
func (w warden) uses(use TableUse) error {
	if w.f.Uses.Table.Has(use) {
		return nil
	}
	return w.refuse("uses the table with "+use.String(), "Table: "+(w.f.Uses.Table|use).String())
}

// noKeys are the keys of links of a function that has none.
func (w warden) noKeys(context.Context) (link.Keyring, error) {
	return link.Keyring{}, w.refuse("signs or opens links", "Links: true")
}

func (w warden) sends(topic string) bool {
	return w.f.Uses.SendsAll || slices.Contains(w.f.Uses.Sends, topic)
}

// promises reports whether a message is one for later: that one the sweeper sends. No function sends to the queue it
// consumes, so it may always promise its own topic.
func (w warden) promises(m table.Message, now time.Time) bool {
	return w.leaves(m.Topic) || w.f.Consumes != nil && w.f.Consumes.Topic == m.Topic && m.At.After(now)
}

// leaves reports whether the messages of a topic are left to the sweeper, even where their instant has come by now.
func (w warden) leaves(topic string) bool { return slices.Contains(w.f.Uses.Promises, topic) }

// noTable is the driver where there is no table. It is never asked: the warden refuses first.
type noTable struct{ table.Driver }

// sender sends to declared topics only. Others may be among a record's messages where another function promised them;
// they stay pending for the sweeper.
type sender struct {
	warden
	full queue.Sender
}

func (s sender) Send(ctx context.Context, messages []queue.Outgoing) error {
	var mine []queue.Outgoing
	var left []string
	var cause error
	for _, m := range messages {
		switch {
		case s.sends(m.Topic):
			mine = append(mine, m)
			continue
		case s.leaves(m.Topic):
			cause = errs.E(errs.Unavailable, "the sweeper sends to %s", m.Topic)
		default:
			cause = s.refuse("sends to "+m.Topic, "Sends: app.Topics(…) with the topic "+m.Topic)
		}
		left = append(left, m.ID)
	}
	if len(mine) == 0 {
		return queue.NotSent(left, cause)
	}
	return queue.JoinUnsent(s.full.Send(ctx, mine), queue.NotSent(left, cause))
}

// Delay is the host's: a consumer says queue.Delay.
func (s sender) Delay(context.Context, string, string, time.Duration) error {
	return fmt.Errorf("app: %s hands back a message itself: return queue.Delay instead", s.f.Name)
}

type noMail struct{ warden }

func (n noMail) Send(context.Context, mail.Message) (string, error) {
	return "", n.refuse("sends mail", "Mail: true")
}

type noText struct{ warden }

func (n noText) Send(context.Context, text.Message) (string, error) {
	return "", n.refuse("sends text messages", "Text: true")
}

type noInbox struct{ warden }

func (n noInbox) Read(context.Context, string, int) ([]byte, error) {
	return nil, n.refuse("reads mails that came in", "Inbox: true")
}

type noIdentity struct{ warden }

func (n noIdentity) refused() error { return n.refuse("manages sign-ins", "Identity: true") }

func (n noIdentity) Invite(context.Context, identity.Person) (string, error) { return "", n.refused() }

func (n noIdentity) Disable(context.Context, string) error { return n.refused() }

func (n noIdentity) Enable(context.Context, string) error { return n.refused() }

// sealer seals and opens, each as far as it is declared.
type sealer struct {
	warden
	full secret.Sealer
}

func (s sealer) Seal(ctx context.Context, company ident.Company, purpose string, plain []byte) (secret.Sealed, error) {
	if s.f.Uses.Secrets&Seal == 0 {
		return "", s.refuse("seals a secret", "Secrets: app.Seal")
	}
	return s.full.Seal(ctx, company, purpose, plain)
}

func (s sealer) Open(ctx context.Context, company ident.Company, purpose string, sealed secret.Sealed) ([]byte, error) {
	if s.f.Uses.Secrets&Open == 0 {
		return nil, s.refuse("opens a secret", "Secrets: app.Open")
	}
	return s.full.Open(ctx, company, purpose, sealed)
}

var (
	_ queue.Sender       = sender{}
	_ mail.Sender        = noMail{}
	_ text.Sender        = noText{}
	_ blob.Reader        = noInbox{}
	_ identity.Directory = noIdentity{}
	_ secret.Sealer      = sealer{}
)
