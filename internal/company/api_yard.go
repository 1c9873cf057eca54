package company

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// one names a setting by its id.
type one struct {
	ID string `path:"id" maxLength:"64"`
}

// removal names a setting that is to go.
type removal struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
}

type yardIn struct{ Body Yard }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *yardIn) Resolve(huma.Context) []error { return resolved(in.Body.normalised().problems()) }

type yardChange struct {
	ID string `path:"id" maxLength:"64"`
	web.Precondition
	Body Yard
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *yardChange) Resolve(ctx huma.Context) []error { return (&yardIn{in.Body}).Resolve(ctx) }

func yardRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/yards", web.Can(access.SettingsRead), route("listYards", "All yards"),
		func(ctx context.Context, _ *struct{}) (*web.ListReply[Yard], error) {
			all, err := Yards(ctx, d, access.From(ctx).Company)
			if err != nil {
				return nil, err
			}
			return web.Page(all, ""), nil
		})
	web.Post(api, "/v1/yards", web.Can(access.SettingsWrite), creating("createYard", "Open a yard"),
		func(ctx context.Context, in *yardIn) (*tagged[Yard], error) {
			in.Body.ID = web.IdempotencyKey(ctx)
			return reply(AddYard(ctx, d, access.From(ctx).Company, in.Body))
		})
	web.Get(api, "/v1/yards/{id}", web.Can(access.SettingsRead), route("getYard", "A yard"),
		func(ctx context.Context, in *one) (*tagged[Yard], error) {
			return reply(LoadYard(ctx, d, access.From(ctx).Company, in.ID))
		})
	web.Put(api, "/v1/yards/{id}", web.Can(access.SettingsWrite), route("putYard", "Change a yard"),
		func(ctx context.Context, in *yardChange) (*tagged[Yard], error) {
			in.Body.ID = in.ID
			return reply(ChangeYard(ctx, d, access.From(ctx).Company, in.Precondition, in.Body))
		})
	web.Delete(api, "/v1/yards/{id}", web.Can(access.SettingsWrite), route("deleteYard", "Close a yard that nothing names any more"),
		func(ctx context.Context, in *removal) (*web.Empty, error) {
			return nil, RemoveYard(ctx, d, access.From(ctx).Company, in.Precondition, in.ID)
		})
}
