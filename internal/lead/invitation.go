package lead

import (
	"context"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/response"
)

// appointmentKind is the kind of mails about events.
const appointmentKind = "appointment"

// invite makes the mails that an event's invitees get: the invitation, or where it is changed or cancelled, word of that. Each
// holds the event as iCalendar, which their own calendars take over. Of a change or a cancellation whoever cannot be mailed any
// more is not told, which the event says.
func invite(ctx context.Context, d app.Deps, caller access.Caller, l Lead, e *Event) (ops []table.Op, err error) {
	e.Untold = nil
	if len(e.Invited) == 0 {
		return nil, nil
	}
	who, err := customer.Load(ctx, d, caller.Company, l.Customer)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	about, err := response.Gather(ctx, d, caller.Company, e.By, l.Yard, who.Value, l.Vehicle)
	if err != nil {
		return nil, err
	}
	local, err := localNow(ctx, d, caller.Company, l.Yard)
	if err != nil {
		return nil, err
	}
	for _, invitee := range e.Invited {
		to, reader := "", ""
		switch invitee {
		case InviteCustomer:
			address := about.Customer.Reached(customer.ByEmail, about.Company.Country).To
			if address == "" && e.Sequence > 0 {
				e.Untold = append(e.Untold, invitee)
				continue
			}
			if address == "" {
				return nil, errs.Violate(errs.Violation{Location: "body.invite", Message: "names the customer, who has no e-mail address that mails can be sent to"})
			}
			to, reader = under(about.Customer.Name(), address), customer.Asker(l.Customer)
		case InviteOwner:
			owner, err := d.Access.User(ctx, caller.Company, e.Owner)
			gone := err != nil || owner.Email == "" || owner.Disabled
			if gone && e.Sequence > 0 {
				e.Untold = append(e.Untold, invitee)
				continue
			}
			if gone {
				return nil, errs.Violate(errs.Violation{Location: "body.invite", Message: "names the owner, but the lead is nobody's who could be mailed"})
			}
			to, reader = under(owner.Name(), owner.Email), string(owner.ID)
		}
		letter := mail.Letter{
			SendID: e.sendID(caller.Company, l.ID, invitee), Kind: appointmentKind, Reader: reader,
			From: under(about.Company.Name, d.Site.From), To: to, Subject: e.headline(about.Language()),
			Text:     strings.Join(lines(e.headline(about.Language()), e.when(local.Location()), e.Location, e.Notes, about.User.Name(), about.Company.Name), "\n\n"),
			Calendar: calendar(about, *e, to),
		}
		switch {
		case invitee == InviteCustomer:
			if letter.ReplyTo, err = answersTo(ctx, d, caller.Company, l.ID, about.User); err != nil {
				return nil, err
			}
		case about.User.Email != "":
			letter.ReplyTo = under(about.User.Name(), about.User.Email)
		}
		op, err := mail.Plan(ctx, d.Table, caller.Company, letter, d.Now())
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// sendID names the mail to an invitee about what an event is now. It follows from what the mail says: what it says is stored
// before the event, and must not replace what somebody else says who changes the event at the same moment.
func (e Event) sendID(company ident.Company, id ID, invitee Invitee) string {
	return ident.Of("lead event", company.ID(), string(id), e.ID, strconv.Itoa(e.Sequence), string(e.State),
		e.Title, e.Start.Format(time.RFC3339Nano), e.End.Format(time.RFC3339Nano), e.Location, e.Notes, string(invitee))
}

// lines are those that say something.
func lines(all ...string) (some []string) {
	for _, line := range all {
		if line != "" {
			some = append(some, line)
		}
	}
	return some
}

// calendar is the event as iCalendar. Its UID is the event's for good, so that a calendar that has it changes it, and its sequence
// grows with each change, so that one which comes late changes nothing back (RFC 5546, 2.1.4).
func calendar(about response.About, e Event, to string) string {
	c := ics.NewCalendarFor("Winback")
	c.SetMethod(ics.MethodRequest)
	event := c.AddEvent(e.ID + "@winback")
	event.SetDtStampTime(e.ChangedAt)
	event.SetStartAt(e.Start)
	event.SetEndAt(e.End)
	event.SetSummary(e.Title)
	if e.Location != "" {
		event.SetLocation(e.Location)
	}
	if e.Notes != "" {
		event.SetDescription(e.Notes)
	}
	if about.User.Email != "" {
		event.SetOrganizer("mailto:"+about.User.Email, ics.WithCN(quotable(about.User.Name())))
	}
	event.AddAttendee("mailto:"+bareAddress(to), ics.ParticipationStatusNeedsAction, ics.WithRSVP(false))
	event.SetStatus(ics.ObjectStatusConfirmed)
	event.SetSequence(e.Sequence)
	if e.State == Cancelled {
		c.SetMethod(ics.MethodCancel)
		event.SetStatus(ics.ObjectStatusCancelled)
	}
	return c.Serialize(ics.WithNewLineWindows)
}

// quotable is a name that a parameter of iCalendar can hold (RFC 5545, 3.2).
func quotable(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '"' || r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
}

// bareAddress is an address without its name.
func bareAddress(to string) string {
	if i := strings.LastIndexByte(to, '<'); i >= 0 {
		return strings.TrimSuffix(to[i+1:], ">")
	}
	return to
}
