package lead

import (
	"cmp"
	"context"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Work is something that somebody did for a lead: a message to its customer, a call, an appointment that took place; or a mail
// that its customer wrote.
type Work struct {
	ID       string        `json:"id"`
	Lead     ID            `json:"lead,omitempty" doc:"The lead that it was done for, where that was merged into this one: its letters are there."`
	Kind     WorkKind      `json:"kind" enum:"call,email,sms,event,received" doc:"received: a mail that came in."`
	At       time.Time     `json:"at"`
	By       access.UserID `json:"by" doc:"Empty for a mail that came in."`
	To       string        `json:"to,omitempty" doc:"The number or address."`
	Subject  string        `json:"subject,omitempty" doc:"Of a mail or an event."`
	Text     string        `json:"text,omitempty" doc:"Of a message, or the notes of a call."`
	Template string        `json:"template,omitempty" doc:"The standard response that a message was made of."`
	Outcome  string        `json:"outcome,omitempty" doc:"Of a call: answered or missed; of an event: completed or no_show."`
	Delivery *Delivery     `json:"delivery,omitempty" doc:"How far a message to the customer has come; absent where that is not known any more."`
	Received *Received     `json:"received,omitempty" doc:"Of a mail that came in."`
}

// WorkKind is what sort of work it was.
type WorkKind string

// The sorts of work.
const (
	Called WorkKind = "call"
	Mailed WorkKind = "email"
	Texted WorkKind = "sms"
	Met    WorkKind = "event"
	// Answered is none of ours: the customer has written.
	Answered WorkKind = "received"
)

var (
	works = table.Kind[Work]{Name: "lead work", Schema: 1, Limit: 64 << 10} // 5,000 characters of a message and 20 names of 150, six bytes each
	// places are where the work lies that a request has named, so that a repeated request does nothing twice.
	places = table.Kind[place]{Name: "lead work place", Schema: 1}
)

type place struct {
	Sort string `json:"sort"`
}

func workPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "lead-work", string(id))
}

func placeKey(company ident.Company, id ID, intent string) table.Key {
	return table.In(company, "lead-work-request", string(id)).At(intent)
}

// log makes the writes of a work on a lead, with its line in the customer's activity. They conflict where the intent was
// carried out before.
func (l Lead) log(company ident.Company, w Work, title, intent string) []table.Op {
	key := workPartition(company, l.ID).At(w.At.Format(instant), w.ID)
	ops := []table.Op{works.Create(key, w), customer.Activity(company, l.Customer, w.At, "lead", string(l.ID), title)}
	if intent != "" {
		ops = append(ops, places.Create(placeKey(company, l.ID, intent), place{key.Sort}))
	}
	return ops
}

// done is the work that an earlier attempt of the same intent did on a lead; false where there is none.
func done(ctx context.Context, d app.Deps, company ident.Company, id ID, intent string) (Work, bool, error) {
	if intent == "" {
		return Work{}, false, nil
	}
	at, err := places.Get(ctx, d.Table, placeKey(company, id, intent))
	if errs.Is(err, errs.NotFound) {
		return Work{}, false, nil
	}
	if err != nil {
		return Work{}, false, err
	}
	record, err := works.Get(ctx, d.Table, table.Key{Partition: string(workPartition(company, id)), Sort: at.Value.Sort})
	return record.Value, err == nil, err
}

// Replied reports whether an intent to reply has been carried out on a lead; see Reply.
func Replied(ctx context.Context, d app.Deps, company ident.Company, id ID, intent string) (bool, error) {
	_, found, err := done(ctx, d, company, id, intent)
	return found, err
}

// LastWork is what somebody did for the lead last, as far as the last few entries tell; false where nobody did anything.
func (l Lead) LastWork(ctx context.Context, d app.Deps, company ident.Company) (Work, bool, error) {
	records, _, err := works.Query(ctx, d.Table, table.Query{Partition: string(workPartition(company, l.ID)), Limit: 5, Descending: true})
	for _, record := range records {
		if record.Value.By != "" {
			return record.Value, true, nil
		}
	}
	return Work{}, false, err
}

// worked notes work on a lead in one write with what more adds. The same intent again adds nothing.
func worked(ctx context.Context, d app.Deps, caller access.Caller, id ID, w Work, title, intent string, seen Seen, more ...table.Op) (Work, error) {
	if earlier, found, err := done(ctx, d, caller.Company, id, intent); found || err != nil {
		return earlier, err
	}
	w.ID = cmp.Or(intent, w.ID, d.NewID())
	_, _, err := change(ctx, d, caller, id, access.LeadWrite, func(l *Lead, _ int64) (commit, error) {
		if err := l.changeable(); err != nil {
			return nil, err
		}
		if seen.Acts != nil && *seen.Acts != l.Acts {
			return nil, errs.E(errs.Conflict, "somebody has worked on this lead meanwhile; read it again")
		}
		w.At, w.By = d.Now().UTC().Truncate(time.Millisecond), caller.User
		l.responded(w.At)
		ops := append(l.log(caller.Company, w, title, intent), more...)
		return func(ctx context.Context, change ...table.Op) error { return d.Commit(ctx, append(change, ops...)...) }, nil
	})
	if errs.Is(err, errs.Conflict) {
		if earlier, found, missing := done(ctx, d, caller.Company, id, intent); found && missing == nil {
			return earlier, nil
		}
	}
	return w, err
}

// call is a call to a lead's customer, as its caller notes it.
type call struct {
	To      string `json:"to,omitempty" maxLength:"30" doc:"The number that was dialled."`
	Outcome string `json:"outcome,omitempty" enum:"answered,missed" doc:"Default: answered."`
	Notes   string `json:"notes,omitempty" maxLength:"2000"`
}

// logCall notes a call (L17).
func logCall(ctx context.Context, d app.Deps, caller access.Caller, id ID, c call) (Work, error) {
	title := "Called"
	if c.Outcome == "missed" {
		title = "Called, not reached"
	}
	return worked(ctx, d, caller, id, Work{Kind: Called, To: c.To, Text: c.Notes, Outcome: cmp.Or(c.Outcome, "answered")}, title, web.IdempotencyKey(ctx), Seen{})
}
