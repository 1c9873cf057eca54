package lead

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// maxTold is the most users who are told of one lead at once.
const maxTold = 30

// told makes the notices of the steps that are due, with their places, which go first. Reminders that come late together
// are one.
func told(ctx context.Context, d app.Deps, co ident.Company, l Lead, v vigil, due []string) (places, notices []table.Op, err error) {
	tell := func(kind notify.Kind, title string, users []access.UserID) {
		for _, user := range users[:min(len(users), maxTold)] {
			listed, notice := notify.Tell(co, untouched(ctx, d, co, l, v, kind, title, user))
			places, notices = append(places, listed...), append(notices, notice)
		}
	}
	if slices.ContainsFunc(due, func(name string) bool { return strings.HasPrefix(name, "remind") }) {
		users, err := responsible(ctx, d, co, l)
		if err != nil {
			return nil, nil, err
		}
		tell(notify.LeadUntouched, "Waiting for you: ", users)
	}
	if slices.Contains(due, escalating) {
		users, err := managers(ctx, d, co, l.Yard)
		if err != nil {
			return nil, nil, err
		}
		tell(notify.LeadEscalated, "Nobody works on it: ", users)
	}
	return places, notices, nil
}

// untouched says to a user that nobody works on a lead. It is told once for each step that was taken.
func untouched(ctx context.Context, d app.Deps, co ident.Company, l Lead, v vigil, kind notify.Kind, title string, user access.UserID) notify.Notice {
	facts := append(l.Facts(), notify.Fact{Label: notify.UntouchedSince, Value: v.Since.Format("2006-01-02 15:04 UTC")})
	if l.User != "" && l.User != user {
		facts = append(facts, notify.Fact{Label: notify.Owner, Value: name(ctx, d, co, l.User)})
	}
	return notify.Notice{
		ID:    ident.Of("lead untouched", string(l.ID), v.Since.Format(time.RFC3339Nano), strings.Join(v.Done, ","), string(kind), string(user)),
		User:  user,
		Kind:  kind,
		Title: title + l.subject(),
		Facts: facts,
		About: notify.About{Type: "lead", ID: string(l.ID)},
		Link:  notify.Link{Path: "/leads/" + string(l.ID)},
		At:    d.Now(),
	}
}

// responsible are those whose work a lead is: its owner, or the managers of its yard where it is nobody's or its owner's no
// longer.
func responsible(ctx context.Context, d app.Deps, co ident.Company, l Lead) ([]access.UserID, error) {
	if l.User != "" {
		user, err := d.Access.User(ctx, co, l.User)
		if err == nil && !user.Disabled {
			return []access.UserID{l.User}, nil
		}
	}
	return managers(ctx, d, co, l.Yard)
}

// managers are those of the role in the yard, and all who have it where it has none.
func managers(ctx context.Context, d app.Deps, co ident.Company, yard string) ([]access.UserID, error) {
	team, err := d.Access.Team(ctx, co, access.ManageLeads, yard)
	if err != nil {
		return nil, err
	}
	if all := team.Managers(); len(all) > 0 {
		return all, nil
	}
	return team.Users(), nil
}

// takeBack takes a lead from who does not work on it: it is nobody's or the next user's from then on. A lead that nobody
// else can have stays where it is. It returns the writes, the lead's first, and the places that go before them.
func takeBack(ctx context.Context, d app.Deps, co ident.Company, to *Returning, record *table.Record[Lead]) (places, ops []table.Op, err error) {
	l := &record.Value
	a := Allocation{Why: "untouched for " + string(to.After) + ": taken back"}
	if to.To == ToNext {
		a.Why = "untouched for " + string(to.After) + ": the next in the yard"
		if a.To, err = nextInYard(ctx, d, co, *l); err != nil {
			return nil, nil, err
		}
	}
	if a.To == l.User || to.To == ToNext && a.To == "" {
		return nil, nil, nil
	}
	ways, err := l.ways(ctx, d, co)
	if err != nil {
		return nil, nil, err
	}
	before := *l
	places, ops = l.allocate(d, co, a, ways)
	l.UpdatedAt = d.Now().UTC()
	op := leads.Update(*record)
	if user := l.lost(before); user != "" {
		op = op.Emit(CareTopic.At(d.Now().Add(soon), co, watch{Freed: user}))
	}
	return places, append([]table.Op{op}, ops...), nil
}

// nextInYard is the user behind a lead's owner, by id and in a ring, who works on leads in the yard and is not away; empty
// where there is no other. Managers get none, unless there are only managers.
func nextInYard(ctx context.Context, d app.Deps, co ident.Company, l Lead) (access.UserID, error) {
	team, err := d.Access.Team(ctx, co, access.ManageLeads, l.Yard)
	if err != nil {
		return "", err
	}
	chiefs := team.Managers()
	all := slices.DeleteFunc(team.Users(), func(u access.UserID) bool { return slices.Contains(chiefs, u) })
	if len(all) == 0 {
		all = chiefs
	}
	begin, _ := slices.BinarySearch(all, l.User)
	for _, id := range slices.Concat(all[begin:], all[:begin]) {
		user, err := d.Access.User(ctx, co, id)
		if err == nil && id != l.User && !user.Disabled && !user.Away.At(d.Now()) {
			return id, nil
		}
	}
	return "", nil
}
