package lead

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/web"
)

func (a api) settingsRoutes(h huma.API) {
	web.Get(h, "/v1/lead-settings", web.Can(access.SettingsRead), web.Route{
		ID: "getLeadSettings", Tag: "Settings", Summary: "What happens to leads that nobody works on.",
	}, a.settings)
	web.Put(h, "/v1/lead-settings", web.Can(access.SettingsWrite), web.Route{
		ID: "putLeadSettings", Tag: "Settings", Summary: "Change what happens to leads that nobody works on.",
		Description: "Work on a lead is a mail, a text message or a call to its customer, a calendar event that took place or was missed, and a change of " +
			"its status. Mails that go out by themselves, events ahead and new owners are none; for a new owner the time begins anew. " +
			"The change holds for all leads that are open, too, within minutes; of what is overdue by then nobody is told, but leads are taken back.",
	}, a.changeSettings)
}

// taggedSettings are settings with their entity tag.
type taggedSettings struct {
	ETag string `header:"ETag"`
	Body Settings
}

func (a api) settings(ctx context.Context, _ *struct{}) (*taggedSettings, error) {
	record, err := loadSettings(ctx, a.Deps, access.From(ctx).Company)
	if err != nil {
		return nil, err
	}
	return &taggedSettings{web.ETag(record.Version()), record.Value}, nil
}

type settingsInput struct {
	web.Precondition
	Body Settings
}

func (a api) changeSettings(ctx context.Context, in *settingsInput) (*taggedSettings, error) {
	next, version, err := changeSettings(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.Body)
	if err != nil {
		return nil, err
	}
	return &taggedSettings{web.ETag(version), next}, nil
}
