package company

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the settings routes; dial opens accounts with the partner.
func API(dial partner.Dial) app.Function {
	return app.Function{
		Name: "company-api",
		Doc:  "Settings: the company, its yards, users, roles and partner connections, who is signed in, and who did what.",
		HTTP: func(api huma.API, d app.Deps) {
			companyRoutes(api, d)
			yardRoutes(api, d)
			userRoutes(api, d)
			roleRoutes(api, d)
			connectionRoutes(api, d, dial)
			prospectRoutes(api, d)
			auditRoutes(api, d)
		},
		Uses: app.Uses{Table: app.Get | app.Query | app.Put | app.Delete, Links: true, Secrets: app.Seal | app.Open, Identity: true, Partner: true},
	}
}

// tag is the heading of the settings in the reference.
const tag = "Settings"

// tagged is a setting with its entity tag, which a later If-Match may name.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

func reply[T any](s Saved[T], err error) (*tagged[T], error) {
	if err != nil {
		return nil, err
	}
	return &tagged[T]{web.ETag(s.Version), s.Value}, nil
}

// as is a setting seen otherwise.
func as[T, V any](s Saved[T], view func(T) V) Saved[V] { return Saved[V]{view(s.Value), s.Version} }

func each[T, V any](all []T, view func(T) V) []V {
	views := make([]V, len(all))
	for i, one := range all {
		views[i] = view(one)
	}
	return views
}

// resolved lists violations for the validation of a request, which adds them to its own.
func resolved(broken violations) []error {
	found := make([]error, len(broken))
	for i, v := range broken {
		found[i] = &huma.ErrorDetail{Location: v.Location, Message: v.Message}
	}
	return found
}

func route(id, summary string) web.Route { return web.Route{ID: id, Summary: summary, Tag: tag} }

func creating(id, summary string) web.Route {
	return web.Route{ID: id, Summary: summary, Tag: tag, Status: http.StatusCreated, Idempotent: true}
}

type companyIn struct {
	web.Precondition
	Body Company
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *companyIn) Resolve(huma.Context) []error { return resolved(in.Body.normalised().problems()) }

func companyRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/me", web.Can(access.Self), route("getMe", "The caller with roles and permissions"),
		func(ctx context.Context, _ *struct{}) (*web.Reply[Me], error) {
			me, err := meOf(ctx, d, access.From(ctx))
			if err != nil {
				return nil, err
			}
			return web.OK(me), nil
		})
	web.Get(api, "/v1/company", web.Can(access.SettingsRead), route("getCompany", "The company"),
		func(ctx context.Context, _ *struct{}) (*tagged[Company], error) {
			record, err := profiles.Get(ctx, d.Table, profileKey(access.From(ctx).Company))
			return reply(saved(record), err)
		})
	web.Put(api, "/v1/company", web.Can(access.SettingsWrite), route("putCompany", "Change the company"),
		func(ctx context.Context, in *companyIn) (*tagged[Company], error) {
			return reply(ChangeProfile(ctx, d, access.From(ctx).Company, in.Precondition, in.Body))
		})
}
