package access

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Team is who has a role in a yard: the fillings of the role there. Some of its users may be disabled or gone.
type Team []RoleRecord

// Team loads the team of a role in a yard.
func (d *Directory) Team(ctx context.Context, company ident.Company, role Role, yard string) (Team, error) {
	roles, err := d.Roles(ctx, company)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(roles, func(r RoleRecord) bool { return r.Role != role || !slices.Contains(r.Yards, yard) }), nil
}

// Has reports whether the user belongs to the team.
func (t Team) Has(user UserID) bool {
	return slices.ContainsFunc(t, func(r RoleRecord) bool { _, member := r.member(user); return member })
}

// Attributes adds up the attributes of the role that the user has here, or, for the zero UserID, of the whole team. It is
// false where there is none.
func (t Team) Attributes(user UserID) (sum Attributes, found bool) {
	for _, r := range t {
		if _, member := r.member(user); member || user == "" {
			sum, found = add(sum, found, r.Attributes), true
		}
	}
	return sum, found
}

// Managers are the users who manage the role here, in the order of their ids.
func (t Team) Managers() []UserID { return t.users(func(m Member) bool { return m.Manager }) }

// Users are all users of the team, in the order of their ids.
func (t Team) Users() []UserID { return t.users(func(Member) bool { return true }) }

func (t Team) users(counts func(Member) bool) []UserID {
	var users []UserID
	for _, r := range t {
		for _, m := range r.Members {
			if counts(m) {
				users = append(users, m.User)
			}
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}
