package appraisal

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Watchlist finds the recapture that watches a vehicle; see lead.Watchlist.
type Watchlist = lead.Watchlist

// API is the function with the routes of appraisals; watch knows which vehicles are watched.
func API(watch Watchlist) app.Function {
	return app.Function{
		Name: "appraisal-api",
		Doc:  "Appraisals: enter, list, change, make leads of.",
		HTTP: func(h huma.API, d app.Deps) { api{d, watch}.routes(h) },
		Uses: app.Uses{Table: app.Read | app.Put | app.Delete | app.Load, Sends: app.Topics(lead.CareTopic), Links: true},
	}
}

// api holds the handlers of the routes.
type api struct {
	app.Deps
	watch Watchlist
}

const tag = "Appraisals"

func (a api) routes(h huma.API) {
	web.Get(h, "/v1/appraisals", web.Can(access.AppraisalRead), web.Route{
		ID: "listAppraisals", Tag: tag, Summary: "Appraisals, newest first.",
		Description: "Filters combine. What the caller's yards do not cover is left out.",
	}, a.list)
	web.Post(h, "/v1/appraisals", web.Can(access.AppraisalWrite), web.Route{
		ID: "createAppraisal", Tag: tag, Status: 201, Idempotent: true, Summary: "Enter an appraisal, with its customer where that is new.",
	}, a.create)
	web.Get(h, "/v1/appraisals/{id}", web.Can(access.AppraisalRead), web.Route{
		ID: "getAppraisal", Tag: tag, Summary: "An appraisal, with whether its vehicle is watched.",
	}, a.get)
	web.Patch(h, "/v1/appraisals/{id}", web.Can(access.AppraisalWrite), web.Route{
		ID: "changeAppraisal", Tag: tag, Summary: "Change an appraisal.",
	}, a.edit)
	web.Post(h, "/v1/appraisals/{id}/lead", web.Can(access.LeadWrite), web.Route{
		ID: "makeLeadOfAppraisal", Tag: tag, Status: 201, Idempotent: true, Summary: "Make a lead with the appraisal.",
		Description: "The customer is the appraisal's, its vehicle the trade-in. An appraisal has one lead at most.",
	}, a.makeLead)
}

// detail is an appraisal with what belongs to it.
type detail struct {
	Appraisal
	Watchlist *lead.Watch `json:"watchlist" doc:"null: its vehicle is not watched."`
	Warnings  []string    `json:"warnings,omitempty" doc:"What looks odd in the request but is accepted."`
}

// show completes the answer about one appraisal.
func (a api) show(ctx context.Context, shown Appraisal, warnings []string) (*web.Reply[detail], error) {
	watch, err := a.watch.Find(ctx, a.Deps, access.From(ctx).Company, shown.Vehicle)
	if err != nil {
		return nil, err
	}
	return web.OK(detail{shown, watch, warnings}), nil
}

type idInput struct {
	ID ID `path:"id" maxLength:"64"`
}

type listInput struct {
	web.Paging
	Filters
}

func (a api) list(ctx context.Context, in *listInput) (*web.ListReply[Appraisal], error) {
	records, next, err := list(ctx, a.Deps, access.From(ctx), in.Filters, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(table.Values(records), next), nil
}

func (a api) create(ctx context.Context, in *struct{ Body draft }) (*web.Reply[detail], error) {
	made, warnings, err := create(ctx, a.Deps, access.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, made, warnings)
}

func (a api) get(ctx context.Context, in *idInput) (*web.Reply[detail], error) {
	record, err := visible(ctx, a.Deps, access.From(ctx), in.ID, access.AppraisalRead)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, record.Value, nil)
}

type editInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body edition
}

func (a api) edit(ctx context.Context, in *editInput) (*web.Reply[detail], error) {
	changed, warnings, err := edit(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, changed, warnings)
}

type leadInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body completion
}

func (a api) makeLead(ctx context.Context, in *leadInput) (*web.Reply[lead.Lead], error) {
	made, err := makeLead(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(made), nil
}
