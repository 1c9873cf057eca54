package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/mail/sesevent"
)

// Mailbox is the mail provider: it takes what it is given, as often as it is given it, and cannot be asked. Its events come
// late, twice and in any order.
type Mailbox struct {
	Mails    []mail.Message // accepted, in order
	Accepted map[string]int // how often, by send id
	Doubtful int            // answers that were lost

	world *World
}

func newMailbox(w *World) *Mailbox { return &Mailbox{Accepted: map[string]int{}, world: w} }

// mailPort is the provider as an instance reaches it.
type mailPort struct{ on *instance }

var _ mail.Sender = mailPort{}

// mailFault is a refusal, for now, or an answer that is lost.
func mailFault(d Dice) verdict {
	if d.IntN(2) == 0 {
		return busyFault(d)
	}
	return verdict{d.IntN(2) == 0, errs.E(errs.Unavailable, "no answer: %w", dispatch.ErrAmbiguous)}
}

// Send implements mail.Sender.
func (p mailPort) Send(_ context.Context, m mail.Message) (string, error) {
	if err := m.Check(); err != nil {
		return "", err
	}
	v := p.on.askAt(p.on.world.Odds.Fault, "mail "+m.SendID, mailFault)
	box := p.on.world.Mailbox
	id := ""
	if v.apply {
		id = box.take(m)
	}
	if v.err != nil && (v.apply || errs.Is(v.err, errs.Unavailable)) {
		box.Doubtful++
	}
	return id, v.err
}

// take accepts a mail and reports what happened to it.
func (b *Mailbox) take(m mail.Message) (id string) {
	b.Mails = append(b.Mails, m)
	b.Accepted[m.SendID]++
	id = fmt.Sprintf("ses-%s-%d", m.SendID, b.Accepted[m.SendID])
	now := b.world.clock
	about := sesevent.Mail{
		ID: id, At: now, From: m.From, To: m.To, Subject: m.Subject, ConfigurationSet: "winback",
		Tags: map[string]string{mail.TagSendID: m.SendID, mail.TagCompany: m.Company, mail.TagKind: m.Kind},
	}
	late := time.Duration(0)
	if b.world.Odds != (Odds{}) && b.world.Dice.IntN(6) == 0 {
		late = b.world.Dice.Within(30 * time.Minute)
	}
	b.report(late, sesevent.Send(about))
	b.report(late, sesevent.Delivery(about, now.Add(time.Second)))
	return id
}

// report sends an event of the provider on its way.
func (b *Mailbox) report(late time.Duration, payload []byte) {
	w := b.world
	copies := 1
	if w.Dice.Chance(w.Odds.Duplicate) {
		copies++
	}
	for range copies {
		for _, fn := range w.subscribers {
			w.After(late+w.delivery(), func() { w.heed(fn, payload, 30*time.Second) })
		}
	}
}

// heed hands an event to a subscriber. The event bus tries again until it is taken.
func (w *World) heed(fn *function, payload []byte, again time.Duration) {
	w.invoke(fn, payload, func(_ []byte, err error) {
		if err != nil {
			w.After(again, func() { w.heed(fn, payload, min(2*again, 10*time.Minute)) })
		}
	})
}
