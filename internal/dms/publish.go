package dms

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
)

// Publisher is the function that takes changes over into the feed.
var Publisher = app.Function{
	Name:     "dms-publish",
	Doc:      "Takes what users did to prospects over into the feed of the dealer's management system.",
	Consumes: app.Consume(prospect.Publish, publish, app.Batch(10)),
	Uses:     app.Uses{Table: app.Get | app.Query | app.Put | app.Delete, Sends: app.Topics(Deliver), Pace: 15},
}

// together is the most changes of one write, where there are so many endpoints: an entry and the end of its change, and a
// delivery to each; the head goes along.
func together(endpoints int) int { return (table.MaxOps - 1) / (2 + endpoints) }

// publish takes all changes of a prospect over into the feed, in their order. Change, entry and the feed's head are one
// write: a change that somebody else has taken over, or a head that somebody else has moved, makes it conflict, and what is
// left is read again.
func publish(ctx context.Context, d app.Deps, co ident.Company, t prospect.Telling) error {
	const attempts = 20
	for range attempts {
		// The head goes first: a change that is still there afterwards has no number up to it.
		end, err := last(ctx, d, co)
		if err != nil {
			return err
		}
		to, err := allEndpoints(ctx, d, co)
		if err != nil {
			return err
		}
		changes, err := prospect.Untold(ctx, d, co, t.Prospect, together(len(to)))
		if err != nil || len(changes) == 0 {
			return err
		}
		if err := add(ctx, d, co, end, changes, table.Values(to)); err != nil && !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return errs.E(errs.Unavailable, "the feed changes too often")
}

// add writes changes behind the end of the feed, with a delivery to each endpoint.
func add(ctx context.Context, d app.Deps, co ident.Company, end table.Record[head], changes []table.Record[prospect.Change], to []Endpoint) error {
	var ops []table.Op
	for _, change := range changes {
		end.Value.Number++
		entry, err := entryOf(ctx, d, co, end.Value.Number, change.Value)
		if err != nil {
			return err
		}
		ops = append(ops, entries.Create(entryKey(co, entry.Number), entry).Until(d.Now().Add(KeepFeed)), prospect.Told(change))
		for _, endpoint := range to {
			ops = append(ops, begun(co, endpoint, entry, d.Now()))
		}
	}
	return d.Commit(ctx, append(ops, heads.Save(headKey(co), end))...)
}

// entryOf is a change at its place, with what the DMS needs to know whom and what it speaks of.
func entryOf(ctx context.Context, d app.Deps, co ident.Company, number int64, c prospect.Change) (Entry, error) {
	e := Entry{Number: number, Change: c}
	named := []access.UserID{c.By}
	if c.Plan != nil {
		yard, err := company.LoadYard(ctx, d, co, c.Plan.Yard)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return e, err
		}
		e.Yard, named = yard.Value.Name, append(named, c.Plan.User)
	}
	for _, id := range slices.Compact(named) {
		user, err := d.Access.User(ctx, co, id)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return e, err
		}
		e.Users = append(e.Users, Worker{user.ID, user.Name(), user.Email})
	}
	if c.Type != prospect.WasCreated {
		return e, nil
	}
	record, err := customer.Load(ctx, d, co, c.Customer)
	if errs.Is(err, errs.NotFound) {
		return e, nil
	}
	person := customer.Show(record.Value)
	e.Person = &person
	return e, err
}
