package lead

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Event is an appointment about a lead (L15): a test drive, a call at an agreed time.
type Event struct {
	ID       string        `json:"id"`
	Lead     ID            `json:"lead,omitempty" doc:"The lead that it is about, where that was merged into this one."`
	Title    string        `json:"title"`
	Start    time.Time     `json:"start"`
	End      time.Time     `json:"end"`
	Location string        `json:"location,omitempty"`
	Notes    string        `json:"notes,omitempty"`
	Invited  []Invitee     `json:"invited" doc:"Who has it in the mail."`
	Owner    access.UserID `json:"owner,omitempty" doc:"Whose work the lead was."`
	State    EventState    `json:"state" enum:"planned,completed,no_show,cancelled"`
	By       access.UserID `json:"by" doc:"Who planned it."`
	At       time.Time     `json:"at" doc:"When it was planned."`
	EndedBy  access.UserID `json:"endedBy,omitempty" doc:"Who said what became of it."`
	EndedAt  time.Time     `json:"endedAt,omitzero"`

	Sequence  int       `json:"sequence" doc:"How often those who are invited were told of a change, or of its cancellation."`
	ChangedAt time.Time `json:"changedAt,omitzero" doc:"When it was planned, changed or cancelled last."`
	Moves     []Move    `json:"moves,omitempty" doc:"What it was before its changes, oldest first."`
	Untold    []Invitee `json:"untold,omitempty" doc:"Who was invited and could not be mailed the last change: call them."`
}

// EventState is what has become of an event.
type EventState string

// The states. Only what took place or was missed is work on the lead (D7).
const (
	Planned   EventState = "planned"
	Completed EventState = "completed"
	NoShow    EventState = "no_show"
	Cancelled EventState = "cancelled"
)

// Invitee is who is invited to an event.
type Invitee string

// The invitees.
const (
	InviteCustomer Invitee = "customer"
	InviteOwner    Invitee = "owner"
)

var events = table.Kind[Event]{Name: "lead event", Schema: 1, Limit: 48 << 10} // 2,000 characters of notes and maxMoves places of 200, six bytes each

// maxEvents is the most events of a lead.
const maxEvents = 200

func eventPartition(company ident.Company, id ID) table.Partition {
	return table.In(company, "lead-event", string(id))
}

// plan is an event as a user enters it.
type plan struct {
	Title    string    `json:"title" minLength:"1" maxLength:"150" example:"Test drive"`
	Start    time.Time `json:"start" doc:"Not in the past."`
	End      time.Time `json:"end,omitzero" doc:"After start; default: an hour after it."`
	Location string    `json:"location,omitempty" maxLength:"200"`
	Notes    string    `json:"notes,omitempty" maxLength:"2000"`
	Invite   []Invitee `json:"invite,omitempty" maxItems:"2" enum:"customer,owner" doc:"Who gets a mail with the event, to take over into their calendar."`
}

// farthest is how far ahead events may lie, and longestEvent how long they may last.
const (
	farthest     = 2 * 366 * 24 * time.Hour
	longestEvent = 14 * 24 * time.Hour
)

// event is the planned event, with the rules that it breaks.
func (p plan) event(now time.Time) (Event, []errs.Violation) {
	e := Event{
		Title: strings.TrimSpace(p.Title), Start: p.Start.UTC(), End: p.End.UTC(), Location: strings.TrimSpace(p.Location), Notes: strings.TrimSpace(p.Notes),
		Invited: append([]Invitee{}, p.Invite...), State: Planned,
	}
	if p.End.IsZero() {
		e.End = e.Start.Add(time.Hour)
	}
	var broken []errs.Violation
	add := func(field, message string) {
		broken = append(broken, errs.Violation{Location: "body." + field, Message: message})
	}
	switch {
	case e.Start.Before(now):
		add("start", "is in the past")
	case e.Start.Sub(now) > farthest:
		add("start", "is more than two years ahead")
	}
	switch {
	case !e.End.After(e.Start):
		add("end", "is not after start")
	case e.End.Sub(e.Start) > longestEvent:
		add("end", "is more than 14 days after start")
	}
	for field, text := range map[string]string{"title": e.Title, "location": e.Location} {
		if field == "title" && text == "" || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			add(field, "is not one line of text")
		}
	}
	slices.Sort(e.Invited)
	e.Invited = slices.Compact(e.Invited)
	return e, broken
}

// planEvent plans an event about a lead. Whoever is invited gets a mail that is promised in the same write. A plan is no
// work yet: reminders go on.
func planEvent(ctx context.Context, d app.Deps, caller access.Caller, id ID, p plan) (Event, error) {
	record, err := visible(ctx, d, caller, id, access.LeadWrite)
	if err != nil {
		return Event{}, err
	}
	l, now := record.Value, d.Now().UTC()
	if err := l.changeable(); err != nil {
		return Event{}, err
	}
	e, broken := p.event(now)
	if err := errs.Violate(broken...); err != nil {
		return Event{}, err
	}
	e.ID, e.Owner, e.By, e.At = cmp.Or(web.IdempotencyKey(ctx), d.NewID()), l.User, caller.User, now.Truncate(time.Millisecond)
	if earlier, err := loadEvent(ctx, d, caller.Company, id, e.ID); err == nil {
		return earlier.Value, nil // the request was carried out before
	}
	e.ChangedAt = e.At
	invitations, err := invite(ctx, d, caller, l, &e)
	if err != nil {
		return Event{}, err
	}
	if planned, err := eventsOf(ctx, d, caller.Company, id); err != nil || len(planned) >= maxEvents {
		return Event{}, cmp.Or(err, errs.E(errs.Conflict, "this lead has %d events already", maxEvents))
	}
	ops := []table.Op{
		events.Create(eventPartition(caller.Company, id).At(e.ID), e),
		customer.Activity(caller.Company, l.Customer, e.At, "lead", string(id), "Appointment planned"),
	}
	err = d.Commit(ctx, append(ops, invitations...)...)
	if errs.Is(err, errs.Conflict) {
		if earlier, missing := loadEvent(ctx, d, caller.Company, id, e.ID); missing == nil {
			return earlier.Value, nil
		}
	}
	return e, err
}

// ending is what became of an event.
type ending struct {
	Outcome EventState `json:"outcome" enum:"completed,no_show,cancelled" doc:"cancelled tells those who were invited."`
	Notes   string     `json:"notes,omitempty" maxLength:"2000"`
}

// endEvent says what became of an event. That it took place, or that the customer did not come, is work on the lead. Of two
// who say so at once one is heard; the other learns what was said.
func endEvent(ctx context.Context, d app.Deps, caller access.Caller, id ID, event string, match web.Precondition, end ending) (Event, error) {
	record, err := visible(ctx, d, caller, id, access.LeadWrite)
	if err != nil {
		return Event{}, err
	}
	held, err := loadEvent(ctx, d, caller.Company, id, event)
	if err != nil {
		return Event{}, err
	}
	if held.Value.State == end.Outcome && held.Value.EndedBy == caller.User {
		return held.Value, nil // the same again
	}
	if match.Match(held.Version()) != nil {
		return Event{}, web.Stale(changedBy(ctx, d, caller.Company, held.Value))
	}
	if held.Value.State != Planned {
		return Event{}, ended(ctx, d, caller.Company, held.Value)
	}
	e := &held.Value
	e.State, e.EndedBy, e.EndedAt = end.Outcome, caller.User, d.Now().UTC().Truncate(time.Millisecond)
	if end.Outcome == Cancelled {
		e.Sequence, e.ChangedAt = e.Sequence+1, e.EndedAt
		cancellations, err := invite(ctx, d, caller, record.Value, e)
		if err != nil {
			return Event{}, err
		}
		err = d.Commit(ctx, append([]table.Op{events.Update(held), customer.Activity(caller.Company, record.Value.Customer, e.EndedAt, "lead", string(id), "Appointment cancelled")}, cancellations...)...)
		return *e, lostTo(ctx, d, caller.Company, id, event, err)
	}
	title := "Appointment took place"
	if end.Outcome == NoShow {
		title = "Customer missed an appointment"
	}
	w := Work{ID: "event-" + e.ID, Kind: Met, Subject: e.Title, Text: end.Notes, Outcome: string(end.Outcome)}
	stands, err := standing(ctx, d, caller.Company, record)
	if err != nil {
		return Event{}, err
	}
	_, err = worked(ctx, d, caller, stands.Value.ID, w, title, "", Seen{}, events.Update(held))
	return *e, lostTo(ctx, d, caller.Company, id, event, err)
}

// lostTo says what became of an event where somebody else was quicker to say so.
func lostTo(ctx context.Context, d app.Deps, company ident.Company, id ID, event string, err error) error {
	if !errs.Is(err, errs.Conflict) {
		return err
	}
	if held, missing := loadEvent(ctx, d, company, id, event); missing == nil && held.Value.State != Planned {
		return ended(ctx, d, company, held.Value)
	}
	return err
}

func ended(ctx context.Context, d app.Deps, company ident.Company, e Event) error {
	return errs.E(errs.Conflict, "%s said at %s that this appointment is %s", name(ctx, d, company, e.EndedBy), e.EndedAt.Format(time.RFC3339), e.State)
}

// loadEvent is an event of a lead, or a NotFound error.
func loadEvent(ctx context.Context, d app.Deps, company ident.Company, id ID, event string) (table.Record[Event], error) {
	record, err := events.Get(ctx, d.Table, eventPartition(company, id).At(event))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such appointment")
	}
	return record, err
}

// eventsOf are all events of a lead, by their time.
func eventsOf(ctx context.Context, d app.Deps, company ident.Company, id ID) ([]Event, error) {
	const slack = 50 // plans that race may exceed the bound without making the list unreadable
	records, err := events.All(ctx, d.Table, eventPartition(company, id), maxEvents+slack)
	all := table.Values(records)
	slices.SortFunc(all, func(a, b Event) int { return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.ID, b.ID)) })
	return all, err
}

// when is the time of an event on a clock, in the same words everywhere.
func (e Event) when(zone *time.Location) string {
	start, end := e.Start.In(zone), e.End.In(zone)
	to := end.Format("15:04")
	if start.Format(time.DateOnly) != end.Format(time.DateOnly) {
		to = end.Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("%s – %s (%s)", start.Format("2006-01-02 15:04"), to, zone)
}
