package customer

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/web"
)

type mergeIn struct {
	ID   ID `path:"id" maxLength:"64"`
	Body struct {
		Into ID `json:"into" minLength:"1" maxLength:"64" doc:"The customer who stands for both from then on."`
	}
}

// joinRoutes are those about two records of one person.
func joinRoutes(api huma.API, d app.Deps) {
	route := func(id, summary, description string) web.Route {
		return web.Route{ID: id, Summary: summary, Description: description, Tag: "Customers"}
	}
	web.Get(api, "/v1/customers/duplicates", web.Can(access.CustomerRead),
		route("listDuplicateCustomers", "Customers who may be in here twice", "Each with those entered earlier who may be the same person. A page may be short, even empty, while another follows."),
		func(ctx context.Context, in *web.Paging) (*web.ListReply[Twins], error) {
			all, next, err := allDuplicates(ctx, d, access.From(ctx).Company, *in)
			if err != nil {
				return nil, err
			}
			return web.Page(all, next), nil
		})
	web.Get(api, "/v1/customers/{id}/duplicates", web.Can(access.CustomerRead),
		route("listDuplicatesOfCustomer", "Who may be the same person as a customer", ""),
		func(ctx context.Context, in *oneIn) (*web.ListReply[Duplicate], error) {
			co := access.From(ctx).Company
			record, err := Load(ctx, d, co, in.ID)
			if err != nil {
				return nil, err
			}
			found, err := duplicates(ctx, d, co, record.Value)
			if err != nil {
				return nil, err
			}
			return web.Page(found, ""), nil
		})
	web.Post(api, "/v1/customers/{id}/merge", web.Can(access.CustomerWrite),
		route("mergeCustomer", "Say that a customer is the same person as another",
			"The other one stands for both: whatever names this one leads there, and of what the two have said about contact the stricter holds. It can be taken back for 30 days."),
		func(ctx context.Context, in *mergeIn) (*tagged, error) {
			return replyRecord(merge(ctx, d, access.From(ctx).Company, in.ID, in.Body.Into))
		})
	web.Delete(api, "/v1/customers/{id}/merge", web.Can(access.CustomerWrite),
		route("unmergeCustomer", "Take back that a customer is the same person as another", "409 later than 30 days after it was said."),
		func(ctx context.Context, in *oneIn) (*tagged, error) {
			return replyRecord(part(ctx, d, access.From(ctx).Company, in.ID))
		})
}
