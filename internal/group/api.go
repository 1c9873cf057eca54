package group

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// API is the function with the routes of groups.
var API = app.Function{
	Name: "group-api",
	Doc:  "Groups of customers, for later communication.",
	HTTP: func(h huma.API, d app.Deps) { api{d}.routes(h) },
	Uses: app.Uses{Table: app.ReadWrite, Links: true},
}

// api holds the handlers of the routes.
type api struct{ app.Deps }

func (a api) routes(h huma.API) {
	route := func(id, summary string) web.Route { return web.Route{ID: id, Summary: summary, Tag: "Groups"} }

	web.Get(h, "/v1/groups", web.Can(access.GroupRead), route("listGroups", "All groups"), a.list)
	create := route("createGroup", "Make a group")
	create.Status, create.Idempotent = http.StatusCreated, true
	web.Post(h, "/v1/groups", web.Can(access.GroupWrite), create, a.create)
	web.Get(h, "/v1/groups/{id}", web.Can(access.GroupRead), route("getGroup", "A group"), a.get)
	web.Put(h, "/v1/groups/{id}", web.Can(access.GroupWrite), route("putGroup", "Change a group's name"), a.change)
	remove := route("deleteGroup", "Delete a group")
	remove.Description = "Its customers stay; they only are in it no more."
	web.Delete(h, "/v1/groups/{id}", web.Can(access.GroupWrite), remove, a.remove)
	web.Get(h, "/v1/groups/{id}/members", web.Can(access.GroupFill), route("listGroupMembers", "The customers of a group"), a.members)
	join := route("addGroupMembers", "Add customers to a group")
	join.Description = "Who is in it already stays. All customers must exist; else none is added."
	web.Post(h, "/v1/groups/{id}/members", web.Can(access.GroupFill), join, a.add)
	web.Delete(h, "/v1/groups/{id}/members/{customer}", web.Can(access.GroupFill), route("removeGroupMember", "Take a customer out of a group"), a.leave)
}

// View is a group with how many customers are in it.
type View struct {
	Group
	Members int `json:"members" readOnly:"true"`
}

// tagged is a group with its entity tag, which a later If-Match may name.
type tagged struct {
	ETag string `header:"ETag"`
	Body View
}

type createIn struct{ Body Group }

// Resolve adds what the schema cannot say to the violations of the request.
func (in *createIn) Resolve(huma.Context) []error { return resolved(in.Body) }

type changeIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Precondition
	Body Group
}

// Resolve adds what the schema cannot say to the violations of the request.
func (in *changeIn) Resolve(huma.Context) []error { return resolved(in.Body) }

func resolved(g Group) (found []error) {
	for _, v := range g.normalised().problems() {
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

type membersIn struct {
	ID ID `path:"id" maxLength:"64"`
	web.Paging
}

type addIn struct {
	ID   ID `path:"id" maxLength:"64"`
	Body struct {
		Customers []customer.ID `json:"customers" minItems:"1" maxItems:"100"`
	}
}

type leaveIn struct {
	ID       ID          `path:"id" maxLength:"64"`
	Customer customer.ID `path:"customer" maxLength:"64"`
}

func (a api) list(ctx context.Context, _ *struct{}) (*web.ListReply[View], error) {
	company := access.From(ctx).Company
	all, err := All(ctx, a.Deps, company)
	if err != nil {
		return nil, err
	}
	ids := make([]ID, len(all))
	for i, g := range all {
		ids[i] = g.ID
	}
	counts, err := count(ctx, a.Deps, company, ids...)
	if err != nil {
		return nil, err
	}
	views := make([]View, len(all))
	for i, g := range all {
		views[i] = View{g, counts[g.ID]}
	}
	return web.Page(views, ""), nil
}

// show completes the answer about one group.
func (a api) show(ctx context.Context, record table.Record[Group], err error) (*tagged, error) {
	if err != nil {
		return nil, err
	}
	counts, err := count(ctx, a.Deps, access.From(ctx).Company, record.Value.ID)
	if err != nil {
		return nil, err
	}
	return &tagged{web.ETag(record.Version()), View{record.Value, counts[record.Value.ID]}}, nil
}

func (a api) create(ctx context.Context, in *createIn) (*tagged, error) {
	in.Body.ID = ID(web.IdempotencyKey(ctx))
	record, err := Add(ctx, a.Deps, access.From(ctx).Company, in.Body)
	return a.show(ctx, record, err)
}

func (a api) get(ctx context.Context, in *oneIn) (*tagged, error) {
	record, err := Load(ctx, a.Deps, access.From(ctx).Company, in.ID)
	return a.show(ctx, record, err)
}

func (a api) change(ctx context.Context, in *changeIn) (*tagged, error) {
	in.Body.ID = in.ID
	record, err := change(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.Body)
	return a.show(ctx, record, err)
}

func (a api) remove(ctx context.Context, in *removeIn) (*web.Empty, error) {
	return nil, remove(ctx, a.Deps, access.From(ctx).Company, in.Precondition, in.ID)
}

func (a api) members(ctx context.Context, in *membersIn) (*web.ListReply[Shown], error) {
	page, next, err := list(ctx, a.Deps, access.From(ctx).Company, in.ID, in.Paging)
	if err != nil {
		return nil, err
	}
	return web.Page(page, next), nil
}

func (a api) add(ctx context.Context, in *addIn) (*tagged, error) {
	caller := access.From(ctx)
	if _, err := Load(ctx, a.Deps, caller.Company, in.ID); err != nil {
		return nil, err
	}
	known, err := customer.LoadAll(ctx, a.Deps, caller.Company, in.Body.Customers)
	if err != nil {
		return nil, err
	}
	exists := map[customer.ID]bool{}
	for _, c := range known {
		exists[c.ID] = true
	}
	var broken []errs.Violation
	for i, id := range in.Body.Customers {
		if !exists[id] {
			broken = append(broken, errs.Violation{Location: fmt.Sprintf("body.customers[%d]", i), Message: "is no customer of yours"})
		}
	}
	if err := errs.Violate(broken...); err != nil {
		return nil, err
	}
	for _, id := range in.Body.Customers {
		if err := add(ctx, a.Deps, caller, in.ID, id); err != nil {
			return nil, err
		}
	}
	record, err := Load(ctx, a.Deps, caller.Company, in.ID)
	return a.show(ctx, record, err)
}

func (a api) leave(ctx context.Context, in *leaveIn) (*web.Empty, error) {
	return nil, leave(ctx, a.Deps, access.From(ctx).Company, in.ID, in.Customer)
}
