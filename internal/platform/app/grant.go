package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/identity"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Grant hands over what the function declares in Uses. Anything else is replaced by something that refuses with a sentence
// that says which declaration is missing: what would be AccessDenied in AWS fails on the laptop first. Clock, ids, links,
// users and roles need no declaration.
func Grant(full Deps, f Function) Deps {
	d, w := full, warden{f}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	d.Log = d.Log.With("function", f.Name)
	switch {
	case f.Uses.Table != NoTable && full.Table != nil:
		d.Table = full.Table.Guarded(w.allow(full.Now))
	case f.Uses.Table == NoTable && full.Now != nil:
		d.Table = table.New(noTable{w}, full.Now, full.NewID)
	}
	d.Queue = sender{w, full.Queue}
	if !f.Uses.Mail {
		d.Mail = noMail{w}
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

// allow judges the ops of a write.
func (w warden) allow(now func() time.Time) func([]table.Op) error {
	return func(ops []table.Op) error {
		if w.f.Uses.Table != ReadWrite {
			return w.refuse("writes to the table", "Table: app.ReadWrite")
		}
		for _, op := range ops {
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

func (w warden) sends(topic string) bool {
	return w.f.Uses.SendsAll || slices.Contains(w.f.Uses.Sends, topic)
}

// promises reports whether a message is the function's own topic for later: that one the sweeper sends, so no function
// sends to the queue it consumes.
func (w warden) promises(m table.Message, now time.Time) bool {
	return w.f.Consumes != nil && w.f.Consumes.Topic == m.Topic && m.At.After(now)
}

// noTable is the driver of a function without a table.
type noTable struct{ warden }

func (n noTable) refused() error { return n.refuse("uses the table", "Table: app.Read") }

func (n noTable) Get(context.Context, table.Key) (table.Item, error) {
	return table.Item{}, n.refused()
}

func (n noTable) BatchGet(context.Context, []table.Key) ([]table.Item, error) {
	return nil, n.refused()
}

func (n noTable) Query(context.Context, table.Query) (table.Page, error) {
	return table.Page{}, n.refused()
}

func (n noTable) Write(context.Context, []table.Op) error { return n.refused() }

func (n noTable) Load(context.Context, []table.Op) error { return n.refused() }

// sender sends to declared topics only. Others may be among a record's messages where another function promised them;
// they stay pending for the sweeper.
type sender struct {
	warden
	full queue.Sender
}

func (s sender) Send(ctx context.Context, messages []queue.Outgoing) error {
	var mine []queue.Outgoing
	var refused error
	for _, m := range messages {
		if s.sends(m.Topic) {
			mine = append(mine, m)
		} else {
			refused = s.refuse("sends to "+m.Topic, "Sends: app.Topics(…) with the topic "+m.Topic)
		}
	}
	if len(mine) == 0 {
		return refused
	}
	return errors.Join(s.full.Send(ctx, mine), refused)
}

// Delay is the host's: a consumer says queue.Delay.
func (s sender) Delay(context.Context, string, string, time.Duration) error {
	return fmt.Errorf("app: %s hands back a message itself: return queue.Delay instead", s.f.Name)
}

type noMail struct{ warden }

func (n noMail) Send(context.Context, mail.Message) (string, error) {
	return "", n.refuse("sends mail", "Mail: true")
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
	_ table.Driver       = noTable{}
	_ queue.Sender       = sender{}
	_ mail.Sender        = noMail{}
	_ identity.Directory = noIdentity{}
	_ secret.Sealer      = sealer{}
)
