package alert

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// maxStandIns bounds those who are told where no rule names anybody.
const maxStandIns = 20

// Audience is who is told of something new about a lead that may be somebody's, and the rule that says how: its user, if they are
// there, else those who would be told of it as of a new one.
func Audience(ctx context.Context, d app.Deps, co ident.Company, l lead.Lead) ([]access.User, rule.Rule, error) {
	return audience(ctx, d, co, l, true)
}

// audience is who is told of a lead, and the rule that says how. A further enquiry for a lead that is somebody's is told to
// them. Of a new one the rule's recipients are told, as far as they work on leads in the yard and are not away. Where no
// rule matches, or none of its recipients is there, the yard's managers of leads are told, and where there is none, its team:
// no lead comes unnoticed.
func audience(ctx context.Context, d app.Deps, co ident.Company, l lead.Lead, again bool) ([]access.User, rule.Rule, error) {
	team, err := d.Access.Team(ctx, co, access.ManageLeads, l.Yard)
	if err != nil {
		return nil, rule.Rule{}, err
	}
	r, err := decided(ctx, d, co, l)
	if err != nil {
		return nil, r, err
	}
	present := func(wanted []access.UserID, most int) (found []access.User, err error) {
		for _, id := range wanted {
			if !team.Has(id) || len(found) == most {
				continue
			}
			u, err := d.Access.User(ctx, co, id)
			if err != nil && !errs.Is(err, errs.NotFound) {
				return nil, err
			}
			if err == nil && !u.Disabled && !u.Away.At(d.Now()) {
				found = append(found, u)
			}
		}
		return found, nil
	}
	recipients := r.Recipients
	if l.User != "" && !slices.Contains(recipients, l.User) {
		recipients = append(slices.Clone(recipients), l.User) // whom the lead was given meanwhile
	}
	for _, group := range []struct {
		users []access.UserID
		most  int
	}{
		{owner(l, again), 1}, {recipients, len(recipients)}, {team.Managers(), maxStandIns}, {team.Users(), maxStandIns},
	} {
		if found, err := present(group.users, group.most); len(found) > 0 || err != nil {
			return found, r, err
		}
	}
	return nil, r, nil
}

// owner is whose lead a further enquiry is for.
func owner(l lead.Lead, again bool) []access.UserID {
	if !again || l.User == "" {
		return nil
	}
	return []access.UserID{l.User}
}

// decided is the rule that decided about the lead, as it is now; without one, what holds where no rule says anything.
func decided(ctx context.Context, d app.Deps, co ident.Company, l lead.Lead) (rule.Rule, error) {
	if l.Routing == nil || l.Routing.Rule == "" {
		return rule.Rule{}, nil
	}
	record, err := rule.Load(ctx, d, co, l.Routing.Rule)
	if errs.Is(err, errs.NotFound) {
		return rule.Rule{}, nil
	}
	return record.Value.Rule, err
}
