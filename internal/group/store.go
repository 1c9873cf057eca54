package group

import (
	"context"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// What is stored, and how it is reached:
//
//	a group, all of them           company#group              id
//	how many members one has       company#group-tally        group
//	the members of a group         company#group-member#id    customer
var (
	groups  = table.Kind[Group]{Name: "group", Schema: 1}
	tallies = table.Kind[tally]{Name: "group tally", Schema: 1}
	members = table.Kind[Member]{Name: "group member", Schema: 1}
)

// tally is counted in the transactions that change it. That of a deleted group is never read again.
type tally struct {
	Members int `json:"members"`
}

// slack lets creations that race exceed MaxGroups without making the list unreadable.
const slack = 100

func partition(c ident.Company) table.Partition { return table.In(c, "group") }
func key(c ident.Company, id ID) table.Key      { return partition(c).At(string(id)) }
func tallyKey(c ident.Company, id ID) table.Key { return table.In(c, "group-tally").At(string(id)) }
func membersOf(c ident.Company, id ID) table.Partition {
	return table.In(c, "group-member", string(id))
}

func memberKey(c ident.Company, id ID, who customer.ID) table.Key {
	return membersOf(c, id).At(string(who))
}

// Load is a group of the company, or a NotFound error.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Group], error) {
	record, err := groups.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return record, errs.E(errs.NotFound, "there is no such group")
	}
	return record, err
}

// All lists the company's groups by id.
func All(ctx context.Context, d app.Deps, company ident.Company) ([]Group, error) {
	records, err := groups.All(ctx, d.Table, partition(company), MaxGroups+slack)
	return table.Values(records), err
}

// count is how many members a group has.
func count(ctx context.Context, d app.Deps, company ident.Company, ids ...ID) (map[ID]int, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = tallyKey(company, id)
	}
	found, err := tallies.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, err
	}
	counts := map[ID]int{}
	for _, record := range found {
		for i, key := range keys {
			if key == record.Key() {
				counts[ids[i]] = record.Value.Members
			}
		}
	}
	return counts, nil
}
