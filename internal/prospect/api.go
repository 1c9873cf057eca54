package prospect

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/response"
)

// API is the function with the routes of prospects; makeLead files the leads that prospects become, and sends messages of the
// topics for it.
func API(makeLead MakeLead, topics ...app.Named) app.Function {
	return app.Function{
		Name: "prospect-api",
		Doc:  "Prospects: enter, list, work on, complete follow-up work, and turn it into leads.",
		HTTP: func(h huma.API, d app.Deps) { api{d, makeLead}.routes(h) },
		Uses: app.Uses{
			Table: app.Read | app.Put | app.Delete | app.Add | app.Check | app.Load, Links: true,
			Sends: append(app.Topics(mail.Deliver, text.Deliver, Publish), app.Topics(topics...)...),
		},
	}
}

// api holds the handlers of the routes.
type api struct {
	app.Deps
	makeLead MakeLead
}

const tag = "Prospects"

func (a api) routes(h huma.API) {
	web.Get(h, "/v1/prospects", web.Can(access.ProspectRead), web.Route{
		ID: "listProspects", Tag: tag, Summary: "Prospects, latest due first.",
		Description: "Filters combine. Managers of the role see everybody's in the yards that they manage, others only their own.",
	}, a.list)
	web.Post(h, "/v1/prospects", web.Can(access.ProspectWrite), web.Route{
		ID: "createProspect", Tag: tag, Status: 201, Idempotent: true, Summary: "Enter a prospect, with its customer where that is new.",
	}, a.create)
	web.Get(h, "/v1/prospects/choices", web.Can(access.ProspectRead), web.Route{
		ID: "getProspectChoices", Tag: tag, Summary: "What filters and forms offer: the company's words, and the users that the caller manages.",
	}, a.choices)
	web.Get(h, "/v1/prospects/{id}", web.Can(access.ProspectRead), web.Route{
		ID: "getProspect", Tag: tag, Summary: "A prospect with its customer and the latest attempts.",
	}, a.get)
	web.Patch(h, "/v1/prospects/{id}", web.Can(access.ProspectWrite), web.Route{
		ID: "changeProspect", Tag: tag, Summary: "Change a prospect that is not completed.",
	}, a.edit)
	web.Get(h, "/v1/prospects/{id}/attempts", web.Can(access.ProspectRead), web.Route{
		ID: "listProspectAttempts", Tag: tag, Summary: "Attempts to reach the customer, latest first.",
	}, a.attempts)
	web.Post(h, "/v1/prospects/{id}/attempts", web.Can(access.ProspectWrite), web.Route{
		ID: "addProspectAttempt", Tag: tag, Status: 201, Idempotent: true, Summary: "Note an attempt that did not reach the customer.",
	}, a.attempt)
	web.Post(h, "/v1/prospects/{id}/conflicts", web.Can(access.ProspectWrite), web.Route{
		ID: "decideProspectConflict", Tag: tag, Summary: "Decide where the DMS and users here plan otherwise.",
		Description: "409 where the two agree about the field, or somebody has decided already.",
	}, a.decide)
	web.Get(h, "/v1/prospects/{id}/responses", web.Can(access.ProspectRead), web.Route{
		ID: "listProspectResponses", Tag: tag, Summary: "Standard responses and call scripts, filled in with the record.",
	}, a.responses)
	web.Get(h, "/v1/prospects/{id}/messages", web.Can(access.ProspectRead), web.Route{
		ID: "listProspectMessages", Tag: tag, Summary: "Mails and text messages sent from the record, latest first, and what became of them.",
	}, a.sent)
	web.Post(h, "/v1/prospects/{id}/messages", web.Can(access.ProspectWrite), web.Route{
		ID: "sendProspectMessage", Tag: tag, Status: 201, Idempotent: true, Summary: "Send the customer a mail or a text message.",
		Description: "Refused with 409 where the customer has no address for the channel, has refused it, or the law demands a consent that is not there.",
	}, a.send)
	web.Post(h, "/v1/prospects/{id}/messages/preview", web.Can(access.ProspectRead), web.Route{
		ID: "previewProspectMessage", Tag: tag, Summary: "What a message would say and to whom it would go. Nothing is sent.",
	}, a.preview)
	web.Post(h, "/v1/prospects/{id}/complete", web.Can(access.ProspectWrite), web.Route{
		ID: "completeProspect", Tag: tag, Idempotent: true, Summary: "Mark a prospect as done.",
	}, a.complete)
	web.Post(h, "/v1/prospects/{id}/convert", web.Can(access.ProspectWrite), web.Route{
		ID: "convertProspect", Tag: tag, Idempotent: true, Summary: "Turn a prospect into a lead, which completes it.",
		Description: "The answer names the lead as convertedLead. The lead is the prospect's user's where that user manages leads in the yard, else the caller's, else a manager's.",
	}, a.convert)
}

// reply answers with one prospect.
func (a api) reply(ctx context.Context, p Prospect, warnings []string, err error) (*web.Reply[Detail], error) {
	if err != nil {
		return nil, err
	}
	detail, err := show(ctx, a.Deps, access.From(ctx), p, warnings)
	if err != nil {
		return nil, err
	}
	return web.OK(detail), nil
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

func (a api) create(ctx context.Context, in *struct{ Body draft }) (*web.Reply[Detail], error) {
	p, warnings, err := create(ctx, a.Deps, access.From(ctx), in.Body)
	return a.reply(ctx, p, warnings, err)
}

func (a api) choices(ctx context.Context, _ *struct{}) (*web.Reply[Choices], error) {
	all, err := choices(ctx, a.Deps, access.From(ctx))
	if err != nil {
		return nil, err
	}
	return web.OK(all), nil
}

func (a api) get(ctx context.Context, in *idInput) (*web.Reply[Detail], error) {
	record, err := visible(ctx, a.Deps, access.From(ctx), in.ID, access.ProspectRead)
	return a.reply(ctx, record.Value, nil, err)
}

type editInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body edition
}

func (a api) edit(ctx context.Context, in *editInput) (*web.Reply[Detail], error) {
	p, warnings, err := edit(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	return a.reply(ctx, p, warnings, err)
}

type attemptsInput struct {
	ID ID `path:"id" maxLength:"64"`
	web.Paging
}

func (a api) attempts(ctx context.Context, in *attemptsInput) (*web.ListReply[Attempt], error) {
	page, next, err := attemptsOf(ctx, a.Deps, access.From(ctx), in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(page, next), nil
}

type attemptInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body tried
}

func (a api) attempt(ctx context.Context, in *attemptInput) (*web.Reply[Attempt], error) {
	made, err := attempted(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(made), nil
}

type decideInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body decision
}

func (a api) decide(ctx context.Context, in *decideInput) (*web.Reply[Detail], error) {
	p, err := decide(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	return a.reply(ctx, p, nil, err)
}

type responsesInput struct {
	ID      ID               `path:"id" maxLength:"64"`
	Channel response.Channel `query:"channel" enum:"email,sms,call_script"`
}

func (a api) responses(ctx context.Context, in *responsesInput) (*web.ListReply[Ready], error) {
	all, err := responses(ctx, a.Deps, access.From(ctx), in.ID, in.Channel)
	if err != nil {
		return nil, err
	}
	return web.Page(all, ""), nil
}

type messageInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body outgoing
}

func (a api) send(ctx context.Context, in *messageInput) (*web.Reply[Sent], error) {
	caller := access.From(ctx)
	m, err := send(ctx, a.Deps, caller, in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	sent, err := fates(ctx, a.Deps, caller.Company, in.ID, []Message{m})
	if err != nil {
		return nil, err
	}
	return web.OK(sent[0]), nil
}

func (a api) preview(ctx context.Context, in *messageInput) (*web.Reply[Preview], error) {
	shown, err := preview(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(shown), nil
}

func (a api) sent(ctx context.Context, in *attemptsInput) (*web.ListReply[Sent], error) {
	page, next, err := sentFrom(ctx, a.Deps, access.From(ctx), in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(page, next), nil
}

type completeInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body *completion
}

func (a api) complete(ctx context.Context, in *completeInput) (*web.Reply[Detail], error) {
	p, err := complete(ctx, a.Deps, access.From(ctx), in.ID, given(in.Body))
	return a.reply(ctx, p, nil, err)
}

type convertInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body *turn
}

func (a api) convert(ctx context.Context, in *convertInput) (*web.Reply[Detail], error) {
	p, err := convert(ctx, a.Deps, access.From(ctx), in.ID, a.makeLead, given(in.Body))
	return a.reply(ctx, p, nil, err)
}

// given is a body that may be left out.
func given[T any](body *T) (value T) {
	if body != nil {
		value = *body
	}
	return value
}
