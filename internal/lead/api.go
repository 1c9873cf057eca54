package lead

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/prospect"
)

// API is the function with the routes of leads; watch knows which vehicles are watched.
func API(watch Watchlist) app.Function {
	return app.Function{
		Name: "lead-api",
		Doc:  "Leads: enter, list, change, allocate, close.",
		HTTP: func(h huma.API, d app.Deps) { api{d, watch}.routes(h) },
		Uses: app.Uses{Table: app.Read | app.Put | app.Delete | app.Load, Sends: app.Topics(notify.Send, mail.Deliver, text.Deliver, CareTopic, prospect.Publish), Links: true, Inbox: true},
	}
}

// api holds the handlers of the routes.
type api struct {
	app.Deps
	watch Watchlist
}

const tag = "Leads"

func (a api) routes(h huma.API) {
	a.settingsRoutes(h)
	a.importRoutes(h)
	a.eventRoutes(h)
	web.Get(h, "/v1/leads/figures", web.Can(access.LeadRead), web.Route{
		ID: "getLeadFigures", Tag: tag, Summary: "How leads are worked on: open, won and lost, and how long customers waited; by user, source and yard.",
		Description: "Of the leads that were created in the time, at most 50,000, as they are now. Waits run from a lead's creation to the first response, " +
			"on the clock, not in opening hours; percentiles are by nearest rank, over answered leads, with the unanswered ones counted beside.",
	}, a.figures)
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
	a.joinRoutes(h)
	a.conversationRoutes(h)
	web.Patch(h, "/v1/leads/{id}", web.Can(access.LeadWrite), web.Route{
		ID: "changeLead", Tag: tag, Summary: "Change a lead that is not closed.",
	}, a.edit)
	web.Post(h, "/v1/leads/{id}/allocate", web.Can(access.LeadAllocate), web.Route{
		ID: "allocateLead", Tag: tag, Idempotent: true, Summary: "Make a lead somebody's work, and tell them.",
		Description: "A new lead or one that is somebody's. Of two who allocate it at once one wins; the other gets 409, or 412 with If-Match, " +
			"which says who allocated it to whom.",
	}, a.allocate)
	web.Post(h, "/v1/leads/allocate", web.Can(access.LeadAllocate), web.Route{
		ID: "allocateLeads", Tag: tag, Idempotent: true, Summary: "Make several leads somebody's work.",
		Description: "Each lead is allocated or refused by itself, and the answer says of each what became of it. The new owner gets one mail or text message about all of them.",
	}, a.allocateMany)
	web.Get(h, "/v1/leads/{id}/assignees", web.Can(access.LeadAllocate), web.Route{
		ID: "listAssignees", Tag: tag, Summary: "To whom a lead can be allocated, by name.",
		Description: "The users who have the role manage_leads in the lead's yard, which the caller shares with them.",
	}, a.assignees)
	web.Post(h, "/v1/leads/{id}/reply", web.Can(access.LeadWrite), web.Route{
		ID: "replyToLead", Tag: tag, Status: 201, Idempotent: true, Summary: "Write to a lead's customer: a mail or a text message.",
		Description: "A standard response, or words of one's own. It counts as work on the lead, and begins the work on a new one. Answers to a mail land on the lead; where no mails come in to the installation, they go to the caller's address.",
	}, a.reply)
	web.Post(h, "/v1/leads/{id}/reply/preview", web.Can(access.LeadRead), web.Route{
		ID: "previewLeadReply", Tag: tag, Summary: "What a reply would say, and whether it may go; nothing is sent.",
	}, a.preview)
	web.Post(h, "/v1/leads/{id}/calls", web.Can(access.LeadWrite), web.Route{
		ID: "logLeadCall", Tag: tag, Status: 201, Idempotent: true, Summary: "Note a call to a lead's customer.",
		Description: "It counts as work on the lead, whether the customer was reached or not, and begins the work on a new one.",
	}, a.call)
	web.Get(h, "/v1/leads/{id}/work", web.Can(access.LeadRead), web.Route{
		ID: "listLeadWork", Tag: tag, Summary: "What was done for a lead: messages, calls and appointments that took place, and mails that came in; the latest first.",
	}, a.works)
	web.Post(h, "/v1/leads/{id}/close", web.Can(access.LeadClose), web.Route{
		ID: "closeLead", Tag: tag, Idempotent: true, Summary: "Close a lead as won or lost.",
		Description: "A closed lead stays as it was closed. With closeToProspect the customer is kept in sight as a prospect.",
	}, a.close)
}

// detail is a lead with what belongs to it.
type detail struct {
	Lead
	Watchlist *Watch       `json:"watchlist" doc:"null: its vehicle is not watched."`
	Contact   Contact      `json:"contact" doc:"How its customer is reached with one tap."`
	Allocated []Allocation `json:"allocations" doc:"How it got its owners, the last first, at most 20."`
	OpenLeads []Lead       `json:"openLeads" doc:"Other leads of the same customer that are not closed, newest first, at most 20."`
	Asked     []Asked      `json:"asked" doc:"The enquiries that came in for it, the last first, at most 20."`
	Aliases   []Lead       `json:"mergedLeads,omitempty" doc:"The leads that this one stands for, as they were, with their notes."`
	Warnings  []string     `json:"warnings,omitempty" doc:"What looks odd in the request but is accepted."`
}

// tagged is a detail with the entity tag of its lead, which a later If-Match may name.
type tagged struct {
	ETag string `header:"ETag"`
	Body detail
}

// show completes the answer about one lead.
func (a api) show(ctx context.Context, l Lead, version int64, warnings []string) (*tagged, error) {
	caller := access.From(ctx)
	watch, err := a.watch.Find(ctx, a.Deps, caller.Company, l.Vehicle)
	if err != nil {
		return nil, err
	}
	others, err := OtherOpen(ctx, a.Deps, caller, l)
	if err != nil {
		return nil, err
	}
	_, all, err := folded(ctx, a.Deps, caller, table.Record[Lead]{Value: l})
	if err != nil {
		return nil, err
	}
	enquiries, err := askedFor(ctx, a.Deps, caller, l, all)
	if err != nil {
		return nil, err
	}
	history, err := ownersOf(ctx, a.Deps, caller, l, all)
	if err != nil {
		return nil, err
	}
	reach, err := contact(ctx, a.Deps, caller.Company, l)
	if err != nil {
		return nil, err
	}
	return &tagged{web.ETag(version), detail{l, watch, reach, history, others, enquiries, all[1:], warnings}}, nil
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

func (a api) create(ctx context.Context, in *struct{ Body draft }) (*tagged, error) {
	l, version, warnings, err := create(ctx, a.Deps, access.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, version, warnings)
}

func (a api) get(ctx context.Context, in *idInput) (*tagged, error) {
	caller := access.From(ctx)
	record, err := visible(ctx, a.Deps, caller, in.ID, access.LeadRead)
	if err != nil {
		return nil, err
	}
	if stands, err := standing(ctx, a.Deps, caller.Company, record); err != nil {
		return nil, err
	} else if caller.In(stands.Value.Yard, access.LeadRead) {
		record = stands
	}
	return a.show(ctx, record.Value, record.Version(), nil)
}

type editInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body edition
}

func (a api) edit(ctx context.Context, in *editInput) (*tagged, error) {
	l, version, warnings, err := edit(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, version, warnings)
}

type allocateInput struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
	Body Handover
}

func (a api) allocate(ctx context.Context, in *allocateInput) (*tagged, error) {
	l, version, err := Allocate(ctx, a.Deps, access.From(ctx), in.ID, in.Body, Seen{Precondition: in.Precondition})
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, version, nil)
}

func (a api) allocateMany(ctx context.Context, in *struct{ Body selection }) (*web.Reply[allotments], error) {
	done, err := allocateMany(ctx, a.Deps, access.From(ctx), in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(done), nil
}

type assigneesInput struct {
	ID ID `path:"id" maxLength:"64"`
	web.Paging
	Text string `query:"q" maxLength:"200" doc:"Words, each the beginning of a first or last name."`
}

func (a api) assignees(ctx context.Context, in *assigneesInput) (*web.ListReply[Assignee], error) {
	found, next, err := assignees(ctx, a.Deps, access.From(ctx), in.ID, in.Text, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(found, next), nil
}

type replyInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body Answer
}

func (a api) reply(ctx context.Context, in *replyInput) (*web.Reply[Work], error) {
	w, err := Reply(ctx, a.Deps, access.From(ctx), in.ID, in.Body, web.IdempotencyKey(ctx), Seen{})
	if err != nil {
		return nil, err
	}
	return web.OK(w), nil
}

func (a api) preview(ctx context.Context, in *replyInput) (*web.Reply[Letter], error) {
	record, err := visible(ctx, a.Deps, access.From(ctx), in.ID, access.LeadRead)
	if err != nil {
		return nil, err
	}
	letter, err := Compose(ctx, a.Deps, access.From(ctx), record.Value, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(letter), nil
}

type callInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body call
}

func (a api) call(ctx context.Context, in *callInput) (*web.Reply[Work], error) {
	w, err := logCall(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return web.OK(w), nil
}

type worksInput struct {
	ID ID `path:"id" maxLength:"64"`
	web.Paging
}

func (a api) works(ctx context.Context, in *worksInput) (*web.ListReply[Work], error) {
	found, next, err := worksOn(ctx, a.Deps, access.From(ctx), in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(found, next), nil
}

func (a api) figures(ctx context.Context, in *figuresOf) (*web.Reply[Figures], error) {
	f, err := figures(ctx, a.Deps, access.From(ctx), *in)
	if err != nil {
		return nil, err
	}
	return web.OK(f), nil
}

type closeInput struct {
	ID   ID `path:"id" maxLength:"64"`
	Body closing
}

func (a api) close(ctx context.Context, in *closeInput) (*tagged, error) {
	l, version, err := closeLead(ctx, a.Deps, access.From(ctx), in.ID, in.Body)
	if err != nil {
		return nil, err
	}
	return a.show(ctx, l, version, nil)
}
