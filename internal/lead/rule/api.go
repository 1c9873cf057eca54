package rule

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of lead rules.
var API = app.Function{
	Name: "lead-rule-api",
	Doc:  "Lead rules: who is told of new electronic leads, and who gets them.",
	HTTP: func(h huma.API, d app.Deps) { api{d}.routes(h) },
	Uses: app.Uses{Table: app.Get | app.Query | app.Put | app.Delete},
}

// api holds the handlers of the routes.
type api struct{ app.Deps }

func (a api) routes(h huma.API) {
	route := func(id, summary string) web.Route { return web.Route{ID: id, Summary: summary, Tag: "Lead rules"} }

	list := route("listLeadRules", "All rules")
	list.Description = "Of the active rules whose conditions hold for a lead, the one with the most conditions decides. Of as many, one with a yard comes " +
		"before one without, then one with a make, a source, a type; of two that are alike the older one decides."
	web.Get(h, "/v1/lead-rules", web.Can(access.SettingsRead), list, a.list)
	create := route("createLeadRule", "Make a rule")
	create.Status, create.Idempotent = http.StatusCreated, true
	web.Post(h, "/v1/lead-rules", web.Can(access.SettingsWrite), create, a.create)
	web.Get(h, "/v1/lead-rules/{id}", web.Can(access.SettingsRead), route("getLeadRule", "A rule"), a.get)
	web.Put(h, "/v1/lead-rules/{id}", web.Can(access.SettingsWrite), route("putLeadRule", "Change a rule"), a.put)
	web.Delete(h, "/v1/lead-rules/{id}", web.Can(access.SettingsWrite), route("deleteLeadRule", "Delete a rule"), a.remove)
}

// tagged is a rule with its entity tag, which a later If-Match may name.
type tagged struct {
	ETag string `header:"ETag"`
	Body Saved
}

func reply(r Saved, version int64, err error) (*tagged, error) {
	if err != nil {
		return nil, err
	}
	return &tagged{web.ETag(version), r}, nil
}

type createIn struct{ Body Rule }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *createIn) Resolve(huma.Context) []error { return resolved(in.Body) }

type changeIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
	Body Rule
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *changeIn) Resolve(huma.Context) []error { return resolved(in.Body) }

func resolved(r Rule) (found []error) {
	for _, v := range r.normalised().problems() {
		found = append(found, &huma.ErrorDetail{Location: v.Location, Message: v.Message})
	}
	return found
}

type oneIn struct {
	ID ID `path:"id" maxLength:"64"`
}

type removeIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
}

func (a api) list(ctx context.Context, _ *struct{}) (*web.ListReply[Saved], error) {
	all, err := All(ctx, a.Deps, access.From(ctx).Company)
	if err != nil {
		return nil, err
	}
	return web.Page(all, ""), nil
}

func (a api) create(ctx context.Context, in *createIn) (*tagged, error) {
	in.Body.ID = ID(web.IdempotencyKey(ctx))
	return reply(Add(ctx, a.Deps, access.From(ctx).Company, in.Body))
}

func (a api) get(ctx context.Context, in *oneIn) (*tagged, error) {
	record, err := Load(ctx, a.Deps, access.From(ctx).Company, in.ID)
	return reply(record.Value, record.Version(), err)
}

func (a api) put(ctx context.Context, in *changeIn) (*tagged, error) {
	in.Body.ID = in.ID
	return reply(change(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.Body))
}

func (a api) remove(ctx context.Context, in *removeIn) (*web.Empty, error) {
	return nil, remove(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.ID)
}
