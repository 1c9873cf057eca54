package web

import (
	"context"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/event"
)

// Scope is what an access token must have been issued for.
const Scope = "winback/api"

// Callers finds the user behind the subject of a verified token. No user, or a disabled one, is an Unauthenticated or
// NotFound error.
type Callers interface {
	Caller(ctx context.Context, subject string) (access.Caller, error)
}

// authorizer asks each operation's Guard. The gateway has verified the token's signature, issuer, audience and time; what
// the token says about groups or tenants is ignored.
type authorizer struct{ callers Callers }

func (a authorizer) handle(ctx huma.Context, next func(huma.Context)) {
	guard := ctx.Operation().Metadata[guardKey].(Guard)
	if guard.permission == "" {
		next(ctx)
		return
	}
	caller, err := a.caller(ctx.Context())
	if err == nil {
		if outcome := outcomeOf(ctx.Context()); outcome != nil {
			outcome.Company, outcome.User = caller.Company.ID(), string(caller.User)
		}
		if !caller.Can(guard.permission) {
			err = errs.E(errs.Forbidden, "this needs %s", roles(guard.permission))
		}
	}
	if err != nil {
		p := problemOf(err)
		note(ctx.Context(), p, err)
		refuse(ctx, p)
		return
	}
	next(huma.WithContext(ctx, access.With(ctx.Context(), caller)))
}

// caller is the user that the request's claims stand for.
func (a authorizer) caller(ctx context.Context) (access.Caller, error) {
	claims := event.CallOf(ctx).Claims
	subject := claims["sub"]
	switch {
	case claims == nil, subject == "":
		return access.Caller{}, errs.E(errs.Unauthenticated, "send an access token")
	case claims["token_use"] != "access", !slices.Contains(strings.Fields(claims["scope"]), Scope):
		return access.Caller{}, errs.E(errs.Unauthenticated, "the token is no access token for %s", Scope)
	}
	caller, err := a.callers.Caller(ctx, subject)
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Gone, errs.Forbidden, errs.Unauthenticated:
		return access.Caller{}, errs.E(errs.Unauthenticated, "no active user belongs to this token")
	}
	return caller, err
}

// roles names the roles that give a permission: the role admin, or one of the roles admin, manage_leads.
func roles(p access.Permission) string {
	var names []string
	for _, role := range access.RolesWith(p) {
		names = append(names, string(role))
	}
	switch len(names) {
	case 0:
		return "the permission " + string(p) + ", which no role gives"
	case 1:
		return "the role " + names[0]
	}
	return "one of the roles " + strings.Join(names, ", ")
}
