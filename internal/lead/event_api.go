package lead

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/web"
)

func (a api) eventRoutes(h huma.API) {
	web.Post(h, "/v1/leads/{id}/events", web.Can(access.LeadWrite), web.Route{
		ID: "planLeadEvent", Tag: tag, Status: 201, Idempotent: true, Summary: "Plan an appointment about a lead.",
		Description: "Who is invited gets a mail with the event as iCalendar. A plan is no work on the lead; that it took place is.",
	}, a.planEvent)
	web.Get(h, "/v1/leads/{id}/events", web.Can(access.LeadRead), web.Route{
		ID: "listLeadEvents", Tag: tag, Summary: "All appointments about a lead, by their time; at most 200.",
	}, a.events)
	web.Get(h, "/v1/leads/{id}/events/{event}", web.Can(access.LeadRead), web.Route{
		ID: "getLeadEvent", Tag: tag, Summary: "An appointment about a lead, with what it was before it was changed.",
	}, a.event)
	web.Patch(h, "/v1/leads/{id}/events/{event}", web.Can(access.LeadWrite), web.Route{
		ID: "moveLeadEvent", Tag: tag, Summary: "Move an appointment, or change what it is about.",
		Description: "Who is invited gets a mail with the change as iCalendar, which updates what their calendar has. Of two who change it at once one does; " +
			"the other gets 409, or 412 with If-Match, which says who changed it.",
	}, a.moveEvent)
	web.Post(h, "/v1/leads/{id}/events/{event}/end", web.Can(access.LeadWrite), web.Route{
		ID: "endLeadEvent", Tag: tag, Idempotent: true, Summary: "Say what became of an appointment: it took place, the customer did not come, or it is cancelled.",
	}, a.endEvent)
}

type planInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body plan
}

func (a api) planEvent(ctx context.Context, in *planInput) (*web.Reply[Event], error) {
	e, err := planEvent(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(e), nil
}

func (a api) events(ctx context.Context, in *idInput) (*web.ListReply[Event], error) {
	all, err := appointmentsOf(ctx, a.Deps, access.From(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	return web.Page(all, ""), nil
}

type endingInput struct {
	ID    ID     `path:"id" maxLength:"64"`
	Event string `path:"event" maxLength:"64"`
	web.Precondition
	Body ending
}

func (a api) endEvent(ctx context.Context, in *endingInput) (*web.Reply[Event], error) {
	e, err := endEvent(ctx, a.Deps, access.From(ctx), in.ID, in.Event, in.Precondition, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(e), nil
}

// taggedEvent is an appointment with its entity tag, which a later If-Match may name.
type taggedEvent struct {
	ETag string `header:"ETag"`
	Body Event
}

type eventInput struct {
	ID    ID     `path:"id" maxLength:"64"`
	Event string `path:"event" maxLength:"64"`
}

func (a api) event(ctx context.Context, in *eventInput) (*taggedEvent, error) {
	caller := access.From(ctx)
	if _, err := visible(ctx, a.Deps, caller, in.ID, access.LeadRead); err != nil {
		return nil, err
	}
	record, err := loadEvent(ctx, a.Deps, caller.Company, in.ID, in.Event)
	if err != nil {
		return nil, err
	}
	return &taggedEvent{web.ETag(record.Version()), record.Value}, nil
}

type moveInput struct {
	ID    ID     `path:"id" maxLength:"64"`
	Event string `path:"event" maxLength:"64"`
	web.Precondition
	Body relocation
}

func (a api) moveEvent(ctx context.Context, in *moveInput) (*taggedEvent, error) {
	record, err := moveEvent(ctx, a.Deps, access.From(ctx), in.ID, in.Event, in.Precondition, in.Body)
	if err != nil {
		return nil, err
	}
	return &taggedEvent{web.ETag(record.Version()), record.Value}, nil
}
