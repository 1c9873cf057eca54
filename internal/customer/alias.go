package customer

import (
	"context"
	"strings"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// A customer who was merged into another is an alias of that one: nothing is moved, and everything that names the alias
// goes on naming it. Reading folds: Load and LoadAll answer with the record that stands for the alias, its history is among
// that one's, and whoever is met by the alias's address or number is met there.

// maxMerged is the most records that one may stand for. So the way from an alias to it is no longer than that.
const maxMerged = 20

// stored is a customer as the record says, an alias included, or a NotFound error.
func stored(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Customer], error) {
	record, err := customers.Get(ctx, d.Table, key(company, id))
	if errs.Is(err, errs.NotFound) {
		return table.Record[Customer]{}, errs.E(errs.NotFound, "there is no such customer")
	}
	return record, err
}

// resolve is the record that stands for another; that itself, unless it is an alias.
func resolve(ctx context.Context, d app.Deps, company ident.Company, record table.Record[Customer]) (table.Record[Customer], error) {
	for range maxMerged {
		if record.Value.MergedInto == "" {
			return record, nil
		}
		var err error
		if record, err = stored(ctx, d, company, record.Value.MergedInto); err != nil {
			return record, err
		}
	}
	return record, errs.E(errs.Internal, "customer: the aliases of %s lead nowhere", record.Value.ID)
}

// Load is a customer of the company, or a NotFound error. For an alias it is the customer whom it stands for, who has
// another ID.
func Load(ctx context.Context, d app.Deps, company ident.Company, id ID) (table.Record[Customer], error) {
	record, err := stored(ctx, d, company, id)
	if err != nil {
		return record, err
	}
	return resolve(ctx, d, company, record)
}

// LoadAll are those that exist among the customers asked for, in their order and under the ids that were asked for: aliases
// have the particulars of whom they stand for.
func LoadAll(ctx context.Context, d app.Deps, company ident.Company, ids []ID) ([]Customer, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key(company, id)
	}
	records, err := customers.GetAll(ctx, d.Table, keys)
	if err != nil {
		return nil, err
	}
	all := table.Values(records)
	for i := range all {
		if all[i].MergedInto == "" {
			continue
		}
		standing, err := resolve(ctx, d, company, records[i])
		if err != nil {
			return nil, err
		}
		id := all[i].ID
		all[i] = standing.Value
		all[i].ID = id
	}
	return all, nil
}

// HasAddress reports whether an e-mail address is that of a customer, or of an alias: whatever its case.
func HasAddress(ctx context.Context, d app.Deps, company ident.Company, id ID, address string) (bool, error) {
	everyone, err := Everyone(ctx, d, company, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return false, err
	}
	for _, id := range everyone {
		record, err := stored(ctx, d, company, id)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, err
		}
		if address != "" && strings.EqualFold(record.Value.Email, address) {
			return true, nil
		}
	}
	return false, nil
}

// Everyone are the ids under which things of a customer are filed: the one who stands for all, and the aliases.
func Everyone(ctx context.Context, d app.Deps, company ident.Company, id ID) ([]ID, error) {
	record, err := Load(ctx, d, company, id)
	if err != nil {
		return nil, err
	}
	return append([]ID{record.Value.ID}, record.Value.Merged...), nil
}
