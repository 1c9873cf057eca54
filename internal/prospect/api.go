package prospect

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of prospects.
var API = app.Function{
	Name: "prospect-api",
	Doc:  "Prospects: enter, list, complete follow-up work.",
	HTTP: func(h huma.API, d app.Deps) { api{d}.routes(h) },
	Uses: app.Uses{Table: app.ReadWrite, Links: true},
}

// api holds the handlers of the routes.
type api struct{ app.Deps }

const tag = "Prospects"

func (a api) routes(h huma.API) {
	web.Get(h, "/v1/prospects", web.Can(access.ProspectRead), web.Route{
		ID: "listProspects", Tag: tag, Summary: "Prospects, latest due first.",
		Description: "Filters combine. Managers of the role see everybody's in the yards that they manage, others only their own.",
	}, a.list)
	web.Post(h, "/v1/prospects", web.Can(access.ProspectWrite), web.Route{
		ID: "createProspect", Tag: tag, Status: 201, Idempotent: true, Summary: "Enter a prospect, with its customer where that is new.",
	}, a.create)
	web.Get(h, "/v1/prospects/{id}", web.Can(access.ProspectRead), web.Route{
		ID: "getProspect", Tag: tag, Summary: "A prospect.",
	}, a.get)
	web.Post(h, "/v1/prospects/{id}/complete", web.Can(access.ProspectWrite), web.Route{
		ID: "completeProspect", Tag: tag, Idempotent: true, Summary: "Mark a prospect as done.",
	}, a.complete)
}

// detail is a prospect as its own routes answer it.
type detail struct {
	Prospect
	Warnings []string `json:"warnings,omitempty" doc:"What looks odd in the request but is accepted."`
}

type idInput struct {
	ID ID `path:"id" maxLength:"64"`
}

type listInput struct {
	web.Paging
	Filters
}

func (a api) list(ctx context.Context, in *listInput) (*web.ListReply[Prospect], error) {
	records, next, err := list(ctx, a.Deps, access.From(ctx), in.Filters, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(table.Values(records), next), nil
}

func (a api) create(ctx context.Context, in *struct{ Body draft }) (*web.Reply[detail], error) {
	p, warnings, err := create(ctx, a.Deps, access.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(detail{p, warnings}), nil
}

func (a api) get(ctx context.Context, in *idInput) (*web.Reply[detail], error) {
	record, err := visible(ctx, a.Deps, access.From(ctx), in.ID, access.ProspectRead)
	if err != nil {
		return nil, err
	}
	return web.OK(detail{Prospect: record.Value}), nil
}

type completeInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body completion
}

func (a api) complete(ctx context.Context, in *completeInput) (*web.Reply[detail], error) {
	p, err := complete(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(detail{Prospect: p}), nil
}
