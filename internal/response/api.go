package response

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of templates.
var API = app.Function{
	Name: "response-api",
	Doc:  "Standard responses: write, preview, choose as a default.",
	HTTP: func(h huma.API, d app.Deps) { api{d}.routes(h) },
	Uses: app.Uses{Table: app.Get | app.Query | app.Put | app.Delete},
}

// api holds the handlers of the routes.
type api struct{ app.Deps }

func (a api) routes(h huma.API) {
	route := func(id, summary string) web.Route {
		return web.Route{ID: id, Summary: summary, Tag: "Standard responses"}
	}

	web.Get(h, "/v1/templates", web.Can(access.TemplateRead), route("listTemplates", "All templates, or those of a channel"), a.list)
	create := route("createTemplate", "Write a template")
	create.Status, create.Idempotent = http.StatusCreated, true
	web.Post(h, "/v1/templates", web.Can(access.TemplateWrite), create, a.create)
	web.Get(h, "/v1/templates/variables", web.Can(access.TemplateRead), route("listTemplateVariables", "What texts may name in double braces"), a.variables)
	preview := route("previewTemplate", "What a text says once its variables are filled in")
	preview.Description = "With a customer it speaks of that one and their first vehicle, without one of an invented one. Nothing is sent or stored."
	web.Post(h, "/v1/templates/preview", web.Can(access.TemplateRead), preview, a.preview)
	web.Get(h, "/v1/templates/{id}", web.Can(access.TemplateRead), route("getTemplate", "A template"), a.get)
	web.Put(h, "/v1/templates/{id}", web.Can(access.TemplateWrite), route("putTemplate", "Change what a template says"), a.change)
	web.Delete(h, "/v1/templates/{id}", web.Can(access.TemplateWrite), route("deleteTemplate", "Delete a template"), a.remove)
	choose := route("chooseTemplate", "Make a template one's own default for its channel")
	choose.Description = "There is one default for each user and channel: the one before is none any more."
	web.Post(h, "/v1/templates/{id}/default", web.Can(access.TemplateRead), choose, a.choose)
	web.Delete(h, "/v1/templates/{id}/default", web.Can(access.TemplateRead), route("unchooseTemplate", "Have no default for a template's channel"), a.unchoose)
}

// View is a template as its readers see it.
type View struct {
	Template
	Default bool `json:"default" readOnly:"true" doc:"The caller takes it unless another one is named."`
}

// tagged is a template with its entity tag, which a later If-Match may name.
type tagged struct {
	ETag string `header:"ETag"`
	Body View
}

type createIn struct{ Body Template }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *createIn) Resolve(huma.Context) []error { return resolved(in.Body) }

type changeIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
	Body Template
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *changeIn) Resolve(huma.Context) []error { return resolved(in.Body) }

func resolved(t Template) (found []error) {
	for _, v := range t.normalised().problems() {
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

type listIn struct {
	Channel Channel `query:"channel" enum:"email,sms,call_script"`
}

func (a api) list(ctx context.Context, in *listIn) (*web.ListReply[View], error) {
	caller := access.From(ctx)
	all, err := All(ctx, a.Deps, caller.Company)
	if err != nil {
		return nil, err
	}
	chosen, err := defaults(ctx, a.Deps, caller.Company, caller.User)
	if err != nil {
		return nil, err
	}
	var views []View
	for _, t := range all {
		if in.Channel == "" || t.Channel == in.Channel {
			views = append(views, View{t, chosen.Value.Templates[t.Channel] == t.ID})
		}
	}
	return web.Page(views, ""), nil
}

// show completes the answer about one template.
func (a api) show(ctx context.Context, t Template, version int64, err error) (*tagged, error) {
	if err != nil {
		return nil, err
	}
	caller := access.From(ctx)
	chosen, err := defaults(ctx, a.Deps, caller.Company, caller.User)
	if err != nil {
		return nil, err
	}
	return &tagged{web.ETag(version), View{t, chosen.Value.Templates[t.Channel] == t.ID}}, nil
}

func (a api) create(ctx context.Context, in *createIn) (*tagged, error) {
	in.Body.ID = ID(web.IdempotencyKey(ctx))
	t, version, err := Add(ctx, a.Deps, access.From(ctx).Company, in.Body)
	return a.show(ctx, t, version, err)
}

func (a api) get(ctx context.Context, in *oneIn) (*tagged, error) {
	record, err := Load(ctx, a.Deps, access.From(ctx).Company, in.ID)
	return a.show(ctx, record.Value, record.Version(), err)
}

func (a api) change(ctx context.Context, in *changeIn) (*tagged, error) {
	in.Body.ID = in.ID
	t, version, err := change(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.Body)
	return a.show(ctx, t, version, err)
}

func (a api) remove(ctx context.Context, in *removeIn) (*web.Empty, error) {
	return nil, remove(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.ID)
}

func (a api) choose(ctx context.Context, in *oneIn) (*web.Reply[View], error) {
	t, err := prefer(ctx, a.Deps, access.From(ctx), in.ID, true)
	if err != nil {
		return nil, err
	}
	return web.OK(View{t, true}), nil
}

func (a api) unchoose(ctx context.Context, in *oneIn) (*web.Empty, error) {
	_, err := prefer(ctx, a.Deps, access.From(ctx), in.ID, false)
	return nil, err
}

func (a api) variables(context.Context, *struct{}) (*web.ListReply[Variable], error) {
	return web.Page(Variables(), ""), nil
}

type previewIn struct {
	Body struct {
		Text
		Customer string `json:"customer,omitempty" maxLength:"64" doc:"The id of whom it speaks of."`
	}
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *previewIn) Resolve(huma.Context) (found []error) {
	for _, v := range in.Body.Text.Problems("body.") {
		found = append(found, &huma.ErrorDetail{Location: v.Location, Message: v.Message})
	}
	return found
}

func (a api) preview(ctx context.Context, in *previewIn) (*web.Reply[Filled], error) {
	caller := access.From(ctx)
	if in.Body.Customer != "" && !caller.Can(access.CustomerRead) {
		return nil, errs.E(errs.Forbidden, "a preview about a customer needs a role that sees customers, such as %s", access.ManageProspects)
	}
	about, err := aboutCustomer(ctx, a.Deps, caller, in.Body.Customer)
	if err != nil {
		return nil, err
	}
	return web.OK(in.Body.Text.Fill(about)), nil
}
