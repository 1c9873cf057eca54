package prospect

import (
	"cmp"
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
)

// Choices are what filters and forms offer. Retired words are for filters only.
type Choices struct {
	Activities []company.Choice `json:"activities"`
	Actions    []company.Choice `json:"actions"`
	Types      []company.Choice `json:"types"`
	Users      []Colleague      `json:"users" doc:"Whose prospects the caller may ask for: one's own, and as a manager those of the users who share the role and a yard. By name."`
}

// Colleague is somebody in the role.
type Colleague struct {
	ID   access.UserID `json:"id"`
	Name string        `json:"name"`
}

func choices(ctx context.Context, d app.Deps, caller access.Caller) (Choices, error) {
	settings, err := company.LoadProspectSettings(ctx, d, caller.Company)
	if err != nil {
		return Choices{}, err
	}
	users, err := managed(ctx, d, caller)
	return Choices{settings.Value.ActivityChoices(), settings.Value.Actions, settings.Value.Types, users}, err
}

// managed are the caller and the users who share the role and at least one of the yards that the caller manages (P11, C19).
func managed(ctx context.Context, d app.Deps, caller access.Caller) ([]Colleague, error) {
	roles, err := d.Access.Roles(ctx, caller.Company)
	if err != nil {
		return nil, err
	}
	sharing := map[access.UserID]bool{caller.User: true}
	for _, role := range roles {
		if role.Role != access.ManageProspects || !slices.ContainsFunc(role.Yards, func(yard string) bool { return caller.ManagesIn(access.ManageProspects, yard) }) {
			continue
		}
		for _, member := range role.Members {
			sharing[member.User] = true
		}
	}
	users, err := d.Access.UsersIn(ctx, caller.Company, access.ManageProspects)
	if err != nil {
		return nil, err
	}
	colleagues := []Colleague{}
	for _, user := range users {
		if sharing[user.ID] {
			colleagues = append(colleagues, Colleague{user.ID, user.Name()})
		}
	}
	slices.SortFunc(colleagues, func(a, b Colleague) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return colleagues, nil
}
