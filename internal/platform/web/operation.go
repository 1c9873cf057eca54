package web

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
)

// Guard says who may call an operation. Every operation has one: registering without does not compile.
type Guard struct {
	permission access.Permission
	public     string // why nobody need sign in
}

// Can lets in signed-in users with the permission.
func Can(p access.Permission) Guard { return Guard{permission: p} }

// Public lets in everybody; the reason is part of the API document.
func Public(reason string) Guard { return Guard{public: reason} }

// Permission is what a caller needs; empty for a public operation.
func (g Guard) Permission() access.Permission { return g.permission }

// Route is an operation's place and meaning. The id (for example listLeads) names it in the API document, the summary is
// one line, the description may be Markdown.
type Route struct {
	ID          string
	Summary     string
	Description string
	Tag         string // heading in the reference, for example Leads
	Status      int    // of success; 0: 200, or 204 where the reply has no body
	MaxBody     int64  // bytes; 0: DefaultMaxBody
}

// DefaultMaxBody bounds a request's body where its Route names no other bound.
const DefaultMaxBody = 1 << 20

// guardKey is where an operation's metadata holds its Guard.
const guardKey = "guard"

// Get registers a read: it changes nothing, whatever its caller sends.
func Get[I, O any](api huma.API, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodGet, path, guard, route, handle)
}

// Post registers an action or a creation.
func Post[I, O any](api huma.API, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodPost, path, guard, route, handle)
}

// Put registers a replacement.
func Put[I, O any](api huma.API, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodPut, path, guard, route, handle)
}

// Patch registers a partial change.
func Patch[I, O any](api huma.API, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodPatch, path, guard, route, handle)
}

// Delete registers a removal.
func Delete[I, O any](api huma.API, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	register(api, http.MethodDelete, path, guard, route, handle)
}

func register[I, O any](api huma.API, method, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	if guard == (Guard{}) {
		panic("web: " + method + " " + path + " does not say who may call it")
	}
	maxBody := route.MaxBody
	if maxBody == 0 {
		maxBody = DefaultMaxBody
	}
	operation := huma.Operation{
		OperationID:   route.ID,
		Method:        method,
		Path:          path,
		Summary:       route.Summary,
		Description:   route.Description,
		Tags:          []string{route.Tag},
		DefaultStatus: route.Status,
		MaxBodyBytes:  maxBody,
		Metadata:      map[string]any{guardKey: guard},
	}
	if guard.permission != "" {
		operation.Security = []map[string][]string{{"bearer": {}}}
	}
	huma.Register(api, operation, handle)
}
