package access

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Caller is the signed-in user of a request with all that the roles allow. It comes from the user's own record, never from
// a token's claims. Copies share their parts, which nobody changes.
type Caller struct {
	Company ident.Company
	User    UserID
	Name    string
	Home    []string // the user's own yards, in the user's order; what a role allows may lie in others
	grants  []grant
}

// Grant is what one filling of a role gives one user.
type Grant struct {
	Role       Role
	Manager    bool
	Yards      []string
	Attributes Attributes
}

// grant is a Grant with its permissions looked up.
type grant struct {
	Grant
	permissions []Permission
}

// NewCaller makes a caller of what the roles give. Requests get theirs from Directory.Caller.
func NewCaller(company ident.Company, user UserID, name string, grants ...Grant) Caller {
	caller := Caller{Company: company, User: user, Name: name}
	for _, g := range grants {
		caller.grants = append(caller.grants, grant{g, gives(g.Role, g.Attributes)})
	}
	return caller
}

// Can reports whether any role of the caller allows it.
func (c Caller) Can(p Permission) bool {
	if c.Company.IsZero() {
		return false
	}
	for i := range c.grants {
		if slices.Contains(c.grants[i].permissions, p) {
			return true
		}
	}
	return p == Self || p == Notifications
}

// Permissions lists all that the caller may do, sorted, each once.
func (c Caller) Permissions() []Permission {
	if c.Company.IsZero() {
		return nil
	}
	permissions := everybody()
	for _, g := range c.grants {
		permissions = append(permissions, g.permissions...)
	}
	slices.Sort(permissions)
	return slices.Compact(permissions)
}

// Yards lists the yards in which a role of the caller allows it, sorted, each once.
func (c Caller) Yards(p Permission) []string {
	var yards []string
	for _, g := range c.grants {
		if slices.Contains(g.permissions, p) {
			yards = append(yards, g.Yards...)
		}
	}
	slices.Sort(yards)
	return slices.Compact(yards)
}

// In reports whether a role of the caller allows it in the yard.
func (c Caller) In(yard string, p Permission) bool {
	return slices.ContainsFunc(c.grants, func(g grant) bool {
		return slices.Contains(g.permissions, p) && slices.Contains(g.Yards, yard)
	})
}

// Manages reports whether the caller is a manager in the role.
func (c Caller) Manages(role Role) bool {
	return slices.ContainsFunc(c.grants, func(g grant) bool { return g.Role == role && g.Manager })
}

// ManagesIn reports whether the caller is a manager in the role in the yard.
func (c Caller) ManagesIn(role Role, yard string) bool {
	return slices.ContainsFunc(c.grants, func(g grant) bool {
		return g.Role == role && g.Manager && slices.Contains(g.Yards, yard)
	})
}

// CompanyAllows reports whether the caller's company has switched on a company-wide role.
func (c Caller) CompanyAllows(role Role) bool {
	return role.CompanyWide() && slices.ContainsFunc(c.grants, func(g grant) bool { return g.Role == role })
}

// Attributes adds up what the caller's fillings of the role set; ok is false where the caller does not have the role.
func (c Caller) Attributes(role Role) (attributes Attributes, ok bool) {
	for _, g := range c.grants {
		if g.Role == role {
			attributes, ok = add(attributes, ok, g.Attributes), true
		}
	}
	return attributes, ok
}

// Grants lists what each role gives the caller.
func (c Caller) Grants() []Grant {
	grants := make([]Grant, len(c.grants))
	for i, g := range c.grants {
		grants[i] = g.Grant
	}
	return grants
}

// add is plus for a sum that may still be empty.
func add(sum Attributes, started bool, next Attributes) Attributes {
	if !started {
		next.Notify = next.Told()
		return next
	}
	return sum.plus(next)
}

type callerKey struct{}

// With returns a context that carries the caller; only the authorizer of package web and tests do this.
func With(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// From is the caller of the request. Operations that web.Can guards always have one; elsewhere it is the zero Caller,
// which may do nothing.
func From(ctx context.Context) Caller {
	caller, _ := ctx.Value(callerKey{}).(Caller)
	return caller
}
