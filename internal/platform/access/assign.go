package access

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
)

// Works reports whether the user is active and has the role in the yard, so that a record of the yard can be theirs.
func (d *Directory) Works(ctx context.Context, company ident.Company, user UserID, role Role, yard string) (bool, error) {
	roles, err := d.Roles(ctx, company)
	if err != nil {
		return false, err
	}
	has := slices.ContainsFunc(roles, func(r RoleRecord) bool {
		_, member := r.member(user)
		return member && r.Role == role && slices.Contains(r.Yards, yard)
	})
	if !has {
		return false, nil
	}
	u, err := d.User(ctx, company, user)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	return err == nil && !u.Disabled, err
}

// MainYard is where new records of the caller belong unless they say otherwise: the first of the caller's own yards in
// which a role allows it, else the first yard in which one does; empty where there is none.
func (c Caller) MainYard(p Permission) string {
	for _, yard := range c.Home {
		if c.In(yard, p) {
			return yard
		}
	}
	if yards := c.Yards(p); len(yards) > 0 {
		return yards[0]
	}
	return ""
}
