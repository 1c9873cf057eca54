package lead

import (
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

// Move is a change of an appointment: what it was before.
type Move struct {
	At       time.Time     `json:"at" doc:"When it was changed."`
	By       access.UserID `json:"by"`
	Start    time.Time     `json:"start" doc:"When it was to begin until then."`
	End      time.Time     `json:"end"`
	Location string        `json:"location,omitempty"`
}

// maxMoves is the most changes of an appointment: whoever needs more plans another one.
const maxMoves = 20

// relocation is what a user changes of an appointment; what is left out stays.
type relocation struct {
	Title    *string    `json:"title,omitempty" minLength:"1" maxLength:"150"`
	Start    *time.Time `json:"start,omitempty" doc:"Not in the past."`
	End      *time.Time `json:"end,omitempty" doc:"After start; default: as long after it as before."`
	Location *string    `json:"location,omitempty" maxLength:"200"`
	Notes    *string    `json:"notes,omitempty" maxLength:"2000"`
}

// of is the appointment as it would be, with the rules that it breaks. What stays where it is may lie in the past.
func (r relocation) of(e Event, now time.Time) (Event, []errs.Violation) {
	p := plan{Title: e.Title, Start: e.Start, End: e.End, Location: e.Location, Notes: e.Notes}
	set(&p.Title, r.Title)
	set(&p.Location, r.Location)
	set(&p.Notes, r.Notes)
	if r.Start != nil {
		p.Start, p.End = *r.Start, r.Start.Add(e.End.Sub(e.Start))
	}
	set(&p.End, r.End)
	if p.Start.Equal(e.Start) {
		now = earlier(e.Start, now)
	}
	planned, broken := p.event(now)
	changed := e
	changed.Title, changed.Start, changed.End, changed.Location, changed.Notes = planned.Title, planned.Start, planned.End, planned.Location, planned.Notes
	return changed, broken
}

// same reports whether two appointments say the same to who is invited.
func (e Event) same(other Event) bool {
	return e.Title == other.Title && e.Start.Equal(other.Start) && e.End.Equal(other.End) && e.Location == other.Location && e.Notes == other.Notes
}

// moveEvent changes an appointment that lies ahead, and tells who is invited by an update of what their calendars have. It keeps
// what it was before. Of two who change it at once one does; the other gets a Conflict, or 412 under If-Match, that says who. The
// same change again changes nothing and tells nobody.
func moveEvent(ctx context.Context, d app.Deps, caller access.Caller, id ID, event string, match web.Precondition, r relocation) (table.Record[Event], error) {
	record, err := visible(ctx, d, caller, id, access.LeadWrite)
	if err != nil {
		return table.Record[Event]{}, err
	}
	held, err := loadEvent(ctx, d, caller.Company, id, event)
	if err != nil {
		return held, err
	}
	changed, broken := r.of(held.Value, d.Now().UTC())
	if held.Value.Planned() && changed.same(held.Value) {
		return held, errs.Violate(broken...) // as it is, or said before
	}
	if err := match.Match(held.Version()); err != nil {
		return held, web.Stale(changedBy(ctx, d, caller.Company, held.Value))
	}
	switch {
	case !held.Value.Planned():
		return held, ended(ctx, d, caller.Company, held.Value)
	case len(held.Value.Moves) >= maxMoves:
		return held, errs.E(errs.Conflict, "this appointment was changed %d times already; cancel it and plan another one", maxMoves)
	}
	if err := errs.Violate(broken...); err != nil {
		return held, err
	}
	stands, err := standing(ctx, d, caller.Company, record)
	if err != nil {
		return held, err
	}
	if err := stands.Value.changeable(); err != nil {
		return held, err
	}
	before, at := held.Value, d.Now().UTC().Truncate(time.Millisecond)
	changed.Sequence, changed.ChangedAt = before.Sequence+1, at
	changed.Moves = append(slices.Clone(before.Moves), Move{At: at, By: caller.User, Start: before.Start, End: before.End, Location: before.Location})
	letters, err := invite(ctx, d, caller, record.Value, &changed)
	if err != nil {
		return held, err
	}
	held.Value = changed
	ops := []table.Op{events.Update(held), customer.Activity(caller.Company, record.Value.Customer, at, "lead", string(id), "Appointment changed")}
	err = d.Commit(ctx, append(ops, letters...)...)
	if err == nil {
		return loadEvent(ctx, d, caller.Company, id, event)
	}
	if !errs.Is(err, errs.Conflict) {
		return held, err
	}
	now, missing := loadEvent(ctx, d, caller.Company, id, event)
	switch {
	case missing != nil:
		return held, missing
	case now.Value.Planned() && now.Value.same(changed):
		return now, nil // this very change, whose answer was lost
	case match.IfMatch != "":
		return held, web.Stale(changedBy(ctx, d, caller.Company, now.Value))
	}
	return held, errs.E(errs.Conflict, "%s", changedBy(ctx, d, caller.Company, now.Value))
}

// Planned reports whether the appointment lies ahead, and nobody has said yet what became of it.
func (e Event) Planned() bool { return e.State == Planned }

// changedBy says what happened to an appointment since somebody looked at it.
func changedBy(ctx context.Context, d app.Deps, company ident.Company, e Event) string {
	switch {
	case !e.Planned():
		return errs.Text(ended(ctx, d, company, e))
	case len(e.Moves) == 0:
		return "this appointment has changed meanwhile; read it again"
	}
	last := e.Moves[len(e.Moves)-1]
	return fmt.Sprintf("%s changed this appointment at %s; it begins at %s now", name(ctx, d, company, last.By), last.At.Format(time.RFC3339), e.Start.Format(time.RFC3339))
}

// headline is what the mail about an appointment is about: what is new of it.
func (e Event) headline(language string) string {
	cancelled, changed := "Cancelled: ", "Changed: "
	if strings.HasPrefix(language, "de") {
		cancelled, changed = "Abgesagt: ", "Geändert: "
	}
	switch {
	case e.State == Cancelled:
		return cancelled + e.Title
	case e.Sequence > 0:
		return changed + e.Title
	}
	return e.Title
}
