package group

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/web"
)

// Join makes the writes that add a customer to a group, to go into a transaction of whoever adds them; none where they are
// in it. The write conflicts where the group ends or somebody adds them at the same moment: join again. An unknown group is
// a NotFound error. That the customer exists is the business of whoever calls.
func Join(ctx context.Context, d app.Deps, company ident.Company, id ID, who customer.ID, by access.UserID) ([]table.Op, error) {
	record, err := Load(ctx, d, company, id)
	if err != nil {
		return nil, err
	}
	at := memberKey(company, id, who)
	_, err = members.Get(ctx, d.Table, at)
	if !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	now := d.Now().UTC().Truncate(time.Millisecond)
	return []table.Op{
		members.Create(at, Member{who, now, by}),
		table.Count(tallyKey(company, id), map[string]int64{"members": 1}),
		groups.Unchanged(record),
	}, nil
}

// attempts is how often a change is made again because somebody else was quicker.
const attempts = 8

// add puts a customer into a group.
func add(ctx context.Context, d app.Deps, caller access.Caller, id ID, who customer.ID) error {
	var lost error
	for range attempts {
		ops, err := Join(ctx, d, caller.Company, id, who, caller.User)
		if err != nil || len(ops) == 0 {
			return err
		}
		if lost = d.Commit(ctx, ops...); !errs.Is(lost, errs.Conflict) {
			return lost
		}
	}
	return lost
}

// leave takes a customer out of a group; who is not in it stays out. An unknown customer is a NotFound error.
func leave(ctx context.Context, d app.Deps, company ident.Company, id ID, who customer.ID) error {
	if _, err := Load(ctx, d, company, id); err != nil {
		return err
	}
	if _, err := customer.Load(ctx, d, company, who); err != nil {
		return err
	}
	var lost error
	for range attempts {
		member, err := members.Get(ctx, d.Table, memberKey(company, id, who))
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		lost = d.Commit(ctx, members.Remove(member), table.Count(tallyKey(company, id), map[string]int64{"members": -1}))
		if !errs.Is(lost, errs.Conflict) {
			return lost
		}
	}
	return lost
}

// Shown is a member with the customer's name.
type Shown struct {
	Member
	Name string `json:"name" doc:"Of the customer; empty where they are gone."`
}

// list is a page of a group's members, by customer.
func list(ctx context.Context, d app.Deps, company ident.Company, id ID, page web.Paging) ([]Shown, string, error) {
	if _, err := Load(ctx, d, company, id); err != nil {
		return nil, "", err
	}
	partition := string(membersOf(company, id))
	q := table.Query{Partition: partition, Limit: page.Limit}
	if page.Cursor != "" {
		position, err := d.Links.OpenCursor(ctx, company, partition, page.Cursor)
		if err != nil {
			return nil, "", err
		}
		q.After = string(position)
	}
	records, after, err := members.Query(ctx, d.Table, q)
	if err != nil {
		return nil, "", err
	}
	ids := make([]customer.ID, len(records))
	for i, record := range records {
		ids[i] = record.Value.Customer
	}
	people, err := customer.LoadAll(ctx, d, company, ids)
	if err != nil {
		return nil, "", err
	}
	names := map[customer.ID]string{}
	for _, c := range people {
		names[c.ID] = c.Name()
	}
	shown := make([]Shown, len(records))
	for i, record := range records {
		shown[i] = Shown{record.Value, names[record.Value.Customer]}
	}
	if after == "" {
		return shown, "", nil
	}
	next, err := d.Links.SealCursor(ctx, company, partition, []byte(after))
	return shown, next, err
}

// clear removes what is left of a deleted group's members. A crash leaves items that nothing leads to any more.
func clear(ctx context.Context, d app.Deps, company ident.Company, id ID) error {
	q := table.Query{Partition: string(membersOf(company, id)), Limit: table.MaxPage}
	for {
		page, err := d.Table.Query(ctx, q)
		if err != nil {
			return err
		}
		ops := []table.Op{table.Removal(tallyKey(company, id))}
		for _, item := range page.Items {
			ops = append(ops, table.Removal(item.Key))
		}
		if err := d.Table.Load(ctx, ops...); err != nil || page.Next == "" {
			return err
		}
		q.After = page.Next
	}
}
