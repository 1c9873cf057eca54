package lead

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of leads; watch knows which vehicles are watched.
func API(watch Watchlist) app.Function {
	return app.Function{
		Name: "lead-api",
		Doc:  "Leads: enter, list, change, close.",
		HTTP: func(h huma.API, d app.Deps) { api{d, watch}.routes(h) },
		Uses: app.Uses{Table: app.Read | app.Put | app.Delete | app.Load, Links: true},
	}
}

// api holds the handlers of the routes.
type api struct {
	app.Deps
	watch Watchlist
}

const tag = "Leads"

func (a api) routes(h huma.API) {
	web.Get(h, "/v1/leads", web.Can(access.LeadRead), web.Route{
		ID: "listLeads", Tag: tag, Summary: "Leads, newest first.",
		Description: "Filters combine. What the caller's yards do not cover is left out.",
	}, a.list)
	web.Post(h, "/v1/leads", web.Can(access.LeadWrite), web.Route{
		ID: "createLead", Tag: tag, Status: 201, Idempotent: true, Summary: "Enter a lead, with its customer where that is new.",
	}, a.create)
	web.Get(h, "/v1/leads/{id}", web.Can(access.LeadRead), web.Route{
		ID: "getLead", Tag: tag, Summary: "A lead, with the customer's other open leads and whether its vehicle is watched.",
	}, a.get)
	web.Patch(h, "/v1/leads/{id}", web.Can(access.LeadWrite), web.Route{
		ID: "changeLead", Tag: tag, Summary: "Change a lead that is not closed.",
	}, a.edit)
	web.Post(h, "/v1/leads/{id}/close", web.Can(access.LeadClose), web.Route{
		ID: "closeLead", Tag: tag, Idempotent: true, Summary: "Close a lead as won or lost.",
		Description: "A closed lead stays as it was closed. With closeToProspect the customer is kept in sight as a prospect.",
	}, a.close)
}

// detail is a lead with what belongs to it.
type detail struct {
	Lead
	Watchlist *Watch   `json:"watchlist" doc:"null: its vehicle is not watched."`
	OpenLeads []Lead   `json:"openLeads" doc:"Other leads of the same customer that are not closed, newest first, at most 20."`
	Asked     []Asked  `json:"asked" doc:"The enquiries that came in for it, the last first, at most 20."`
	Warnings  []string `json:"warnings,omitempty" doc:"What looks odd in the request but is accepted."`
}

// show completes the answer about one lead.
func (a api) show(ctx context.Context, l Lead, warnings []string) (*web.Reply[detail], error) {
	caller := access.From(ctx)
	watch, err := a.watch.Find(ctx, a.Deps, caller.Company, l.Vehicle)
	if err != nil {
		return nil, err
	}
	others, err := otherOpen(ctx, a.Deps, caller, l)
	if err != nil {
		return nil, err
	}
	enquiries, err := asked(ctx, a.Deps, caller.Company, l)
	if err != nil {
		return nil, err
	}
	return web.OK(detail{l, watch, others, enquiries, warnings}), nil
}

type idInput struct {
	ID ID `path:"id" maxLength:"64"`
}

type listInput struct {
	web.Paging
	Filters
}

func (a api) list(ctx context.Context, in *listInput) (*web.ListReply[Lead], error) {
	records, next, err := list(ctx, a.Deps, access.From(ctx), in.Filters, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(table.Values(records), next), nil
}

func (a api) create(ctx context.Context, in *struct{ Body draft }) (*web.Reply[detail], error) {
	l, warnings, err := create(ctx, a.Deps, access.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, warnings)
}

func (a api) get(ctx context.Context, in *idInput) (*web.Reply[detail], error) {
	record, err := visible(ctx, a.Deps, access.From(ctx), in.ID, access.LeadRead)
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
	l, warnings, err := edit(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, warnings)
}

type closeInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body closing
}

func (a api) close(ctx context.Context, in *closeInput) (*web.Reply[detail], error) {
	l, err := closeLead(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, nil)
}
