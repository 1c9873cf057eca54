package customer

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// UndoWithin is how long after a merge it can be taken back.
const UndoWithin = 30 * 24 * time.Hour

// tries is how often a merge begins again because somebody changed one of the records.
const tries = 5

// merge makes a customer an alias of another, who gets the stricter consent of both. Said again it changes nothing; of two
// people who merge the two into each other at once one wins, and the other is answered as if that had been said.
func merge(ctx context.Context, d app.Deps, co ident.Company, id, into ID) (table.Record[Customer], error) {
	var lost error
	for range tries {
		alias, err := stored(ctx, d, co, id)
		if err != nil {
			return alias, err
		}
		target, err := Load(ctx, d, co, into)
		switch {
		case errs.Is(err, errs.NotFound):
			return target, violation("is no customer of yours")
		case err != nil:
			return target, err
		case id == into:
			return target, violation("is the customer itself")
		}
		standing, err := resolve(ctx, d, co, alias)
		switch {
		case err != nil:
			return target, err
		case standing.Value.ID == target.Value.ID:
			return target, nil
		case alias.Value.MergedInto != "":
			return target, errs.E(errs.Conflict, "this customer has been merged into another one; take that back first")
		case len(target.Value.Merged)+1+len(alias.Value.Merged) > maxMerged:
			return target, errs.E(errs.Conflict, "no customer can stand for more than %d others", maxMerged)
		}
		before := []Customer{alias.Value, target.Value}
		now := d.Now().UTC().Truncate(time.Millisecond)
		alias.Value.MergedInto, alias.Value.MergedAt = target.Value.ID, now
		target.Value.Contact = target.Value.Contact.Stricter(alias.Value.Contact)
		target.Value.Merged = slices.Concat(target.Value.Merged, []ID{id}, alias.Value.Merged)
		lost = list.WriteAll(ctx, d.Table, co, before, []Customer{alias.Value, target.Value}, func(ctx context.Context) error {
			named := renamed(co, target.Value.ID, alias.Value.Name(), target.Value.Name(), customers.Update(target))
			return d.Commit(ctx, customers.Update(alias), named, Activity(co, id, now, "customer", string(id), "Merged into another customer"))
		})
		if !errs.Is(lost, errs.Conflict) {
			if lost == nil {
				return Load(ctx, d, co, target.Value.ID)
			}
			return target, lost
		}
	}
	return table.Record[Customer]{}, lost
}

func violation(message string) error {
	return errs.Violate(errs.Violation{Location: "body.into", Message: message})
}

// part takes a merge back, within UndoWithin: the customer stands alone again, as it was but for what was said about contact
// meanwhile, of which the stricter holds. A customer who is merged into nobody stays as they are.
func part(ctx context.Context, d app.Deps, co ident.Company, id ID) (table.Record[Customer], error) {
	var lost error
	for range tries {
		alias, err := stored(ctx, d, co, id)
		if err != nil || alias.Value.MergedInto == "" {
			return alias, err
		}
		now := d.Now().UTC().Truncate(time.Millisecond)
		if now.Sub(alias.Value.MergedAt) > UndoWithin {
			return alias, errs.E(errs.Conflict, "this customer was merged more than %d days ago, which stays so", int(UndoWithin.Hours()/24))
		}
		gone := append([]ID{id}, alias.Value.Merged...)
		before, after := []Customer{alias.Value}, []Customer{}
		var ops []table.Op
		for next := alias.Value.MergedInto; next != ""; {
			above, err := stored(ctx, d, co, next)
			if err != nil {
				return alias, err
			}
			before = append(before, above.Value)
			above.Value.Merged = slices.DeleteFunc(slices.Clone(above.Value.Merged), func(id ID) bool { return slices.Contains(gone, id) })
			after, ops = append(after, above.Value), append(ops, customers.Update(above))
			next = above.Value.MergedInto
		}
		alias.Value.MergedInto, alias.Value.MergedAt = "", time.Time{}
		alias.Value.Contact = alias.Value.Contact.Stricter(after[len(after)-1].Contact)
		after = append([]Customer{alias.Value}, after...)
		named := renamed(co, id, after[len(after)-1].Name(), alias.Value.Name(), customers.Update(alias))
		ops = append([]table.Op{named}, ops...)
		lost = list.WriteAll(ctx, d.Table, co, before, after, func(ctx context.Context) error {
			return d.Commit(ctx, append(ops, Activity(co, id, now, "customer", string(id), "No longer merged into another customer"))...)
		})
		if !errs.Is(lost, errs.Conflict) {
			if lost == nil {
				return Load(ctx, d, co, id)
			}
			return alias, lost
		}
	}
	return table.Record[Customer]{}, lost
}
