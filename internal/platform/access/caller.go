package access

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/platform/ident"
)

// Permission is something that a role allows, as noun:verb. The operation that needs it names it.
type Permission string

// Caller is the signed-in user of a request with all that the roles allow. It comes from the user's own record, never from
// a token's claims.
type Caller struct {
	Company ident.Company
	User    UserID
	Name    string
	grants  []grant
}

// grant is what one role gives.
type grant struct {
	role    Role
	manager bool
	yards   []string
	allowed []Permission
}

// Can reports whether any role of the caller allows it.
func (c Caller) Can(p Permission) bool {
	return slices.ContainsFunc(c.grants, func(g grant) bool { return slices.Contains(g.allowed, p) })
}

// Yards lists the yards in which a role of the caller allows it, sorted, each once.
func (c Caller) Yards(p Permission) []string {
	var yards []string
	for _, g := range c.grants {
		if slices.Contains(g.allowed, p) {
			yards = append(yards, g.yards...)
		}
	}
	slices.Sort(yards)
	return slices.Compact(yards)
}

// In reports whether a role of the caller allows it in the yard.
func (c Caller) In(yard string, p Permission) bool { return slices.Contains(c.Yards(p), yard) }

// Manages reports whether the caller is a manager in the role.
func (c Caller) Manages(role Role) bool {
	return slices.ContainsFunc(c.grants, func(g grant) bool { return g.role == role && g.manager })
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
