package recapture

import (
	"cmp"
	"context"
	"slices"
	"strings"

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
	ID       access.UserID `json:"id"`
	Name     string        `json:"name" doc:"The e-mail address of somebody who has no name."`
	Disabled bool          `json:"disabled,omitempty" doc:"May no longer sign in; what they submitted stays."`
}

// users are those of the user filter (R44): all that either role names, those who may still sign in first.
func (a api) users(ctx context.Context, _ *struct{}) (*web.ListReply[userView], error) {
	co := access.From(ctx).Company
	roles, err := a.Access.Roles(ctx, co)
	if err != nil {
		return nil, err
	}
	users, err := a.Access.Users(ctx, co)
	if err != nil {
		return nil, err
	}
	named := map[access.UserID]bool{}
	for _, role := range roles {
		if role.Role == access.ManageLeads || role.Role == access.CustomerRecapture {
			for _, member := range role.Members {
				named[member.User] = true
			}
		}
	}
	var views []userView
	for _, u := range users {
		if named[u.ID] {
			views = append(views, userView{u.ID, cmp.Or(u.Name(), u.Email), u.Disabled})
		}
	}
	slices.SortStableFunc(views, func(a, b userView) int {
		if a.Disabled != b.Disabled {
			return map[bool]int{true: 1, false: -1}[a.Disabled]
		}
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(string(a.ID), string(b.ID)))
	})
	return web.Page(views, ""), nil
}

// userNames are what to call the users of the company in a file.
func (a api) userNames(ctx context.Context) (map[access.UserID]string, error) {
	users, err := a.Access.Users(ctx, access.From(ctx).Company)
	if err != nil {
		return nil, err
	}
	names := make(map[access.UserID]string, len(users))
	for _, u := range users {
		names[u.ID] = cmp.Or(u.Name(), u.Email)
	}
	return names, nil
}
