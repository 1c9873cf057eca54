package web

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/audit"
	"github.com/winback-auto/winback/internal/platform/event"
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

// Reason is why a public operation needs no sign-in; empty for a guarded one.
func (g Guard) Reason() string { return g.public }

// Route is an operation's place and meaning. The id (for example listLeads) names it in the API document, the summary is
// one line, the description may be Markdown.
type Route struct {
	ID          string
	Summary     string
	Description string
	Tag         string         // heading in the reference, for example Leads
	Status      int            // of success; 0: 200, or 204 where the reply has no body
	MaxBody     int64          // bytes; 0: DefaultMaxBody
	MaxFile     int64          // bytes of an Upload, instead of MaxBody: a form may add a little
	Takes       map[string]any // media types of a Content, each with a value of the type that is its form; nil: text
	Idempotent  bool           // takes an Idempotency-Key; see IdempotencyKey
	Unaudited   string         // why what it changes is nobody's concern but the caller's; empty: package audit keeps who did it
}

// DefaultMaxBody bounds a request's body where its Route names no other bound.
const DefaultMaxBody = 1 << 20

// What an operation's metadata holds for the middleware.
const (
	guardKey      = "guard"      // Guard
	maxBodyKey    = "maxBody"    // int64
	maxFileKey    = "maxFile"    // int64
	idempotentKey = "idempotent" // bool
	rawKey        = "raw"        // bool
)

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
	if route.Idempotent && guard.permission == "" {
		panic("web: " + method + " " + path + " is public: an idempotency key belongs to a user")
	}
	add := func(api huma.API) { add(api, method, path, guard, route, handle) }
	if later, ok := api.(*lazy); ok {
		later.add(method, path, add)
		return
	}
	add(api)
}

// add makes an operation of an API.
func add[I, O any](api huma.API, method, path string, guard Guard, route Route, handle func(context.Context, *I) (*O, error)) {
	maxBody := route.MaxBody
	switch {
	case route.MaxFile > 0:
		maxBody = route.MaxFile + formOverhead
	case maxBody == 0:
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
		MaxBodyBytes:  maxBody + 1, // huma refuses what reaches its bound, we what exceeds ours
		// The host bounds how long a body may take. huma's own deadline would stay on the connection when the body is read,
		// and end the context of whatever takes longer than that.
		BodyReadTimeout: -1,
		Metadata:        map[string]any{guardKey: guard, maxBodyKey: maxBody, maxFileKey: route.MaxFile, idempotentKey: route.Idempotent},
		Extensions:      map[string]any{},
		// A link in a mail may have grown parameters on its way; everybody else wants to know of a filter that does nothing.
		RejectUnknownQueryParameters: guard.permission != "",
	}
	promoted(reflect.TypeFor[I](), method+" "+path)
	document(&operation, guard, route)
	if upload, ok := any(new(I)).(uploader); ok {
		upload.describe(&operation)
	}
	if len(route.Takes) > 0 {
		describeContent(&operation, api.OpenAPI().Components.Schemas, route.Takes)
	}
	if takesRaw[I]() {
		operation.SkipValidateBody = true // its bytes are somebody else's format, which the handler reads
		operation.Metadata[rawKey] = true
	}
	huma.Register(api, operation, func(ctx context.Context, in *I) (*O, error) {
		if violations := violationsOf(ctx); len(violations) > 0 {
			return nil, failed(ctx, invalid(violations))
		}
		if method != http.MethodGet && route.Unaudited == "" {
			ctx = acting(ctx, route.ID)
		}
		out, err := handle(ctx, in)
		if err != nil {
			return nil, failed(ctx, err)
		}
		return out, nil
	})
}

// acting makes what a handler writes an action of its caller, where somebody has signed in.
func acting(ctx context.Context, operation string) context.Context {
	caller := access.From(ctx)
	if caller.Company.IsZero() {
		return ctx
	}
	return audit.Begin(ctx, audit.Action{
		Company: caller.Company, User: string(caller.User), Operation: operation, Request: event.CallOf(ctx).RequestID,
	})
}

// takesRaw reports whether an input takes the body as bytes (RawBody) and no type of ours (Body).
func takesRaw[I any]() bool {
	input := reflect.TypeFor[I]()
	_, raw := input.FieldByName("RawBody")
	_, typed := input.FieldByName("Body")
	return raw && !typed
}

// failed is the problem that a handler's error becomes.
func failed(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	p.Instance = event.CallOf(ctx).RequestID
	note(ctx, p, err)
	return p
}
