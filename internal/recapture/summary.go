package recapture

import (
	"context"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/web"
)

// summary is what the tiles above the dashboard show (R48, R49, C9).
type summary struct {
	TotalCustomers    int64            `json:"totalCustomers" doc:"Recaptures submitted."`
	CapturedCustomers int64            `json:"capturedCustomers" doc:"Of them sighted at least once."`
	DistinctCustomers int64            `json:"distinctCustomers" doc:"Different customers among them, each counted once in each yard; those of whom nothing is known are not counted."`
	ByStatus          map[Status]int64 `json:"byStatus"`
}

func (a api) summary(ctx context.Context, _ *struct{}) (*web.Reply[summary], error) {
	caller := access.From(ctx)
	sum, err := sumUp(ctx, a.Table, caller.Company, caller.Yards(access.RecaptureRead))
	if err != nil {
		return nil, err
	}
	return web.OK(summary{
		TotalCustomers: sum.Total, CapturedCustomers: sum.Captured, DistinctCustomers: sum.Customers,
		ByStatus: map[Status]int64{Active: sum.Active, NewSighting: sum.NewSighting, Deleted: sum.Deleted, Errored: sum.Errored},
	}), nil
}

// userView is a user of the filter.
type userView struct {
	ID   access.UserID `json:"id"`
	Name string        `json:"name"`
}

// users are those of the user filter (R44).
func (a api) users(ctx context.Context, _ *struct{}) (*web.ListReply[userView], error) {
	users, err := a.Access.UsersIn(ctx, access.From(ctx).Company, access.ManageLeads, access.CustomerRecapture)
	if err != nil {
		return nil, err
	}
	views := make([]userView, len(users))
	for i, u := range users {
		views[i] = userView{u.ID, u.Name()}
	}
	return web.Page(views, ""), nil
}
