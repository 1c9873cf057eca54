package company

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

type prospectSettingsIn struct {
	web.Precondition
	Body ProspectSettings
}

func prospectRoutes(api huma.API, d app.Deps) {
	web.Get(api, "/v1/prospect-settings", web.Can(access.SettingsRead), route("getProspectSettings", "The activities, actions and types of prospects"),
		func(ctx context.Context, _ *struct{}) (*tagged[ProspectSettings], error) {
			return reply(LoadProspectSettings(ctx, d, access.From(ctx).Company))
		})
	change := route("putProspectSettings", "Change the activities, actions and types of prospects")
	change.Description = "What is left out is retired: prospects that have it keep it, lists go on offering it, and new prospects cannot have it. " +
		"Naming it again brings it back."
	web.Put(api, "/v1/prospect-settings", web.Can(access.SettingsWrite), change,
		func(ctx context.Context, in *prospectSettingsIn) (*tagged[ProspectSettings], error) {
			return reply(ChangeProspectSettings(ctx, d, access.From(ctx).Company, in.Precondition, in.Body))
		})
}
