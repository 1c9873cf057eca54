package recapture

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/recapture/intake"
)

// summary is what the tiles above the dashboard show (R48, R49, C9).
type summary struct {
	TotalCustomers    int64            `json:"totalCustomers" doc:"Recaptures submitted."`
	CapturedCustomers int64            `json:"capturedCustomers" doc:"Of them sighted at least once."`
	DistinctCustomers int64            `json:"distinctCustomers" doc:"Different customers among them; those of whom nothing is known are not counted."`
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

type rejectedInput struct {
	ID string `path:"id" maxLength:"64"`
	web.Paging
}

// rejected pages through the rejected rows of a batch; a page is one stored part, so the limit only cuts it shorter.
func (a api) rejected(ctx context.Context, in *rejectedInput) (*web.ListReply[intake.Remark], error) {
	co := access.From(ctx).Company
	if _, err := batches.Get(ctx, a.Table, batchKey(co, BatchID(in.ID))); err != nil {
		return nil, noBatch(err)
	}
	binding := "rejected " + in.ID
	start := 0
	if in.Cursor != "" {
		position, err := a.Links.OpenCursor(ctx, co, binding, in.Cursor)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(position, &start); err != nil {
			return nil, err
		}
	}
	part := rejectedPartition(co, BatchID(in.ID))
	records, _, err := rejections.Query(ctx, a.Table, table.Query{Partition: string(part), From: number(start / rejectedPage), Limit: 2})
	if err != nil || len(records) == 0 {
		return web.Page([]intake.Remark{}, ""), err
	}
	page := records[0].Value[min(start%rejectedPage, len(records[0].Value)):]
	page = page[:min(len(page), in.Limit)]
	end := start + len(page)
	if end%rejectedPage != 0 && len(page) == in.Limit && end%rejectedPage < len(records[0].Value) || end%rejectedPage == 0 && len(records) > 1 {
		next, err := a.Links.SealCursor(ctx, co, binding, []byte(strconv.Itoa(end)))
		return web.Page(page, next), err
	}
	return web.Page(page, ""), nil
}
