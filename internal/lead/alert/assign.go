package alert

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/search"
	"github.com/winback-auto/winback/internal/vehicle"
)

// assignForm is the form that assigns a lead.
type assignForm struct {
	Action   string
	Seen     int     // how often the lead had been allocated when the page was shown
	Proposed *person // whom the link in the mail named; nil: choose one
	People   []person
	More     string // how many are not shown; empty: none
	Search   string // what was searched for
	Searched bool
	None     bool // nobody is called so
	Notes    string
	Fault    string // what is wrong with what was chosen
}

type person struct {
	ID, Name, Note string
	Checked        bool
}

// maxNotes is the longest note of an allocation, in characters.
const maxNotes = 1000

// maxShown is the most colleagues that a page shows; others are searched for.
const maxShown = 20

// assignSheet is the page on which a lead is assigned: to whom the link proposes, or to one of those who are called so.
func (s *visit) assignSheet(ctx context.Context, proposed, text string) (*sheet, error) {
	team, err := lead.Assignees(ctx, s.Deps, s.ticket.company, s.lead.Yard)
	if err != nil {
		return nil, err
	}
	sheet := s.sheet(http.StatusOK, s.words.AssignHeading)
	form := &assignForm{Action: s.path, Seen: s.lead.Handovers, Search: notify.Clip(text, maxValue), Searched: strings.TrimSpace(text) != ""}
	sheet.Summary, sheet.Assign = s.summary(team), form
	if i := slices.IndexFunc(team, func(a lead.Assignee) bool { return string(a.ID) == proposed && a.ID != s.lead.User }); i >= 0 && !form.Searched {
		p := s.person(team[i])
		form.Proposed, sheet.Again = &p, s.path
		sheet.Title = strings.Replace(s.words.AssignTo, "%s", p.Name, 1)
		return sheet, nil
	}
	words := search.Letters(text)
	left := 0
	for _, a := range team {
		switch {
		case a.ID == s.lead.User || !a.Called(words):
		case len(form.People) == maxShown:
			left++
		default:
			p := s.person(a)
			p.Checked = p.ID == proposed
			form.People = append(form.People, p)
		}
	}
	if left > 0 {
		form.More = strings.Replace(s.words.MorePeople, "%s", strconv.Itoa(left), 1)
	}
	form.None = len(form.People) == 0
	return sheet, nil
}

// person is a colleague as the page shows them.
func (s *visit) person(a lead.Assignee) person {
	p := person{ID: string(a.ID), Name: nameOf(a)}
	if a.ID == s.caller.User {
		p.Note = s.words.you
	}
	return p
}

func nameOf(a lead.Assignee) string {
	return notify.Clip(cmp.Or(strings.TrimSpace(a.First+" "+a.Last), string(a.ID)), maxValue)
}

// summary says in a few lines what the lead is about and whose it is.
func (s *visit) summary(team []lead.Assignee) (f facts) {
	if s.lead.Vehicle != (vehicle.Vehicle{}) {
		f.add(s.words.vehicle, s.lead.Vehicle.Describe())
	}
	f.add(s.words.customer, s.lead.CustomerName)
	f.add(s.words.source, s.lead.Source)
	whose := s.words.nobodys
	if s.lead.User != "" {
		whose = strings.Replace(s.words.theirs, "%s", s.called(team, s.lead.User), 1)
		if s.lead.User == s.caller.User {
			whose = s.words.yours
		}
	}
	f.add(s.words.Now, whose)
	return f
}

// called is the name of a user of the team.
func (s *visit) called(team []lead.Assignee, id access.UserID) string {
	if i := slices.IndexFunc(team, func(a lead.Assignee) bool { return a.ID == id }); i >= 0 {
		return nameOf(team[i])
	}
	return s.words.somebody
}

// assignNow assigns the lead to whom the form names. Of two who do so at once one wins, and the other one's page says who.
func (s *visit) assignNow(ctx context.Context, form map[string]string) (*sheet, error) {
	seen, err := strconv.Atoi(form["seen"])
	if err != nil {
		return s.message(http.StatusUnprocessableEntity, s.words.Incomplete, s.words.IncompleteText), nil //nolint:nilerr // the page says it
	}
	to := lead.Handover{User: access.UserID(form["user"]), Notes: strings.TrimSpace(form["notes"])}
	fault := ""
	switch {
	case to.User == "" || len(to.User) > 64:
		fault = s.words.ChooseOne
	case utf8.RuneCountInString(to.Notes) > maxNotes:
		fault = s.words.NotesTooLong
	}
	if fault == "" {
		_, _, err = lead.Allocate(ctx, s.Deps, s.caller, s.lead.ID, to, lead.Seen{Handovers: &seen})
		if errs.Is(err, errs.Invalid) {
			fault = s.words.NotAble
		}
	}
	switch {
	case fault != "":
		sheet, err := s.assignSheet(ctx, "", "")
		if err != nil {
			return nil, err
		}
		sheet.status, sheet.Assign.Fault, sheet.Assign.Notes = http.StatusUnprocessableEntity, fault, notify.Clip(to.Notes, maxNotes)
		return sheet, nil
	case errs.Is(err, errs.Conflict):
		return s.tooLate(ctx)
	case err != nil:
		return nil, err
	}
	user, err := s.Access.User(ctx, s.ticket.company, to.User)
	if err != nil {
		return nil, err
	}
	name := notify.Clip(cmp.Or(user.Name(), user.Email), maxValue)
	sheet := s.message(http.StatusOK, s.words.Assigned, strings.Replace(s.words.AssignedText, "%s", name, 1))
	if to.User == s.caller.User {
		sheet.Text = []string{s.words.TakenText}
	}
	sheet.Done = true
	return sheet, nil
}

// tooLate is the page for somebody before whom somebody else was there: it says who, and to whom the lead went.
func (s *visit) tooLate(ctx context.Context) (*sheet, error) {
	record, err := lead.Load(ctx, s.Deps, s.ticket.company, s.lead.ID)
	if err != nil {
		return nil, err
	}
	l := record.Value
	if l.Status.Closed() {
		return s.message(http.StatusConflict, s.words.Closed, strings.Replace(s.words.ClosedText, "%s", s.words.outcome(l.Status), 1)), nil
	}
	last, err := l.LastAllocation(ctx, s.Deps, s.ticket.company)
	if err != nil {
		return nil, err
	}
	names := map[access.UserID]string{"": s.words.rule}
	for _, id := range []access.UserID{last.By, l.User} {
		if id == "" {
			continue
		}
		user, err := s.Access.User(ctx, s.ticket.company, id)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return nil, err
		}
		names[id] = notify.Clip(cmp.Or(user.Name(), user.Email, s.words.somebody), maxValue)
	}
	sheet := s.message(http.StatusConflict, s.words.TooLate)
	if l.User == "" {
		sheet.Text = []string{s.words.ChangedText}
	} else {
		sheet.Text = []string{strings.NewReplacer("%by", names[last.By], "%to", names[l.User]).Replace(s.words.TooLateText)}
	}
	sheet.Again = s.path
	return sheet, nil
}
