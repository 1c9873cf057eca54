package dms

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
)

// API is the function with the routes for the dealer's management system.
func API(hooks Hooks) app.Function {
	return app.Function{
		Name: "dms-api",
		Doc:  "Exchange with the dealer's management system: prospects in, what became of them out.",
		HTTP: func(h huma.API, d app.Deps) {
			a := api{d, hooks}
			a.routes(h)
			a.endpointRoutes(h)
		},
		Uses: app.Uses{Table: app.Read | app.Put | app.Delete | app.Load, Links: true, Sends: app.Topics(Deliver), Secrets: app.Seal},
	}
}

// api holds the handlers of the routes.
type api struct {
	app.Deps
	hooks Hooks
}

const tag = "DMS"

func (a api) routes(h huma.API) {
	web.Post(h, "/v1/dms/prospects", web.Can(access.DMSExchange), web.Route{
		ID: "importProspects", Tag: tag, Summary: "Hand in prospects of the dealer's management system.",
		Description: "Each row is new or replaces what the DMS said of the same id before; the highest version holds, so rows may come in any order and any number of times. " +
			"What users here have set otherwise stays, and shows as a conflict on the prospect. A row that is wrong is rejected with its reasons and disturbs no other. " +
			"After an error of the whole request repeat all of it.",
	}, a.take)
	web.Get(h, "/v1/dms/changes", web.Can(access.DMSExchange), web.Route{
		ID: "listDMSChanges", Tag: tag, Summary: "What users here did to prospects, oldest first.",
		Description: "A feed: next is always there, also on an empty page, and leads to what happens later. Keep it once the page is dealt with; the same cursor answers the same entries again. " +
			"Entries of one prospect come in the order in which they happened. They are kept for 90 days; a cursor that has been left behind is 410. Only prospects that came from the DMS, or were made " +
			"while the company's settings had features.dms on, are told of.",
	}, a.changes)
}

type importInput struct {
	Body struct {
		Prospects []Row `json:"prospects" minItems:"1" maxItems:"100"`
	}
}

// Counts are the rows of an import by what became of them.
type Counts struct {
	Rows      int `json:"rows"`
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Unchanged int `json:"unchanged"`
	Stale     int `json:"stale"`
	Rejected  int `json:"rejected"`
}

// Import is what became of all rows, in their order.
type Import struct {
	Counts Counts     `json:"counts"`
	Items  []Imported `json:"items"`
}

func (a api) take(ctx context.Context, in *importInput) (*web.Reply[Import], error) {
	items, err := take(ctx, a.Deps, access.From(ctx), in.Body.Prospects)
	if err != nil {
		return nil, err
	}
	done := Import{Counts{Rows: len(items)}, items}
	for _, item := range items {
		*map[prospect.Result]*int{
			prospect.Created: &done.Counts.Created, prospect.Updated: &done.Counts.Updated, prospect.Unchanged: &done.Counts.Unchanged,
			prospect.Stale: &done.Counts.Stale, rejected: &done.Counts.Rejected,
		}[item.Result]++
	}
	return web.OK(done), nil
}

func (a api) changes(ctx context.Context, in *web.Paging) (*web.ListReply[Entry], error) {
	items, next, err := changes(ctx, a.Deps, access.From(ctx), *in)
	if err != nil {
		return nil, err
	}
	return web.Page(items, next), nil
}
