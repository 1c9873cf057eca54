package recapture

import (
	"context"
	"slices"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
)

// completion is what the user adds to what the recapture knows.
type completion struct {
	Yard  string        `json:"yard,omitempty" maxLength:"64" doc:"Default: the recapture's."`
	User  access.UserID `json:"user,omitempty" maxLength:"64" doc:"Who works on it; default: the caller."`
	Type  string        `json:"type,omitempty" maxLength:"100"`
	Notes string        `json:"notes,omitempty" maxLength:"2000"`
}

// source is where leads and prospects that a sighting brought come from.
const source = "Customer Recapture"

// commit is how a use case of another feature hands its writes over to the one transaction.
type commit = func(ctx context.Context, ops ...table.Op) error

// makeLead turns a sighting into a lead with the customer filled in (R50, R52), in one write with the recapture that
// remembers it (R61). Called again with the same id it returns the lead made before.
func makeLead(ctx context.Context, d app.Deps, caller access.Caller, id ID, as lead.ID, c completion) (lead.Lead, error) {
	var made lead.Lead
	err := convert(ctx, d, caller, id, conversion{
		made: func(r Recapture) bool { return slices.Contains(r.NewLeads, as) },
		note: func(r *Recapture) { r.NewLeads = append(r.NewLeads, as) },
		add: func(ctx context.Context, r Recapture, write commit) (err error) {
			c := c.completed(r, caller)
			made, err = lead.Add(ctx, d, caller.Company, lead.Lead{
				ID: as, Customer: r.Customer.ID, CustomerName: r.Customer.Name(), Vehicle: r.Vehicle, Yard: c.Yard, User: c.User,
				Source: source, Type: c.Type, Notes: c.Notes, Recapture: string(r.ID), CreatedBy: caller.User,
			}, write)
			return err
		},
		yard: c.Yard,
	})
	if err == nil && made.ID == "" {
		record, err := lead.Load(ctx, d, caller.Company, as)
		return record.Value, err
	}
	return made, err
}

// makeProspect turns a sighting into prospect activity (R51, R52, R62), where the company works with prospects.
func makeProspect(ctx context.Context, d app.Deps, caller access.Caller, id ID, as prospect.ID, c completion) (prospect.Prospect, error) {
	if err := prospect.Enabled(ctx, d, caller.Company); err != nil {
		return prospect.Prospect{}, err
	}
	var made prospect.Prospect
	err := convert(ctx, d, caller, id, conversion{
		made: func(r Recapture) bool { return slices.Contains(r.NewProspects, as) },
		note: func(r *Recapture) { r.NewProspects = append(r.NewProspects, as) },
		add: func(ctx context.Context, r Recapture, write commit) (err error) {
			c := c.completed(r, caller)
			made, err = prospect.Add(ctx, d, caller.Company, prospect.Prospect{
				ID: as, Customer: r.Customer.ID, CustomerName: r.Customer.Name(), Vehicle: r.Vehicle, Yard: c.Yard, User: c.User,
				Activity: prospect.ProspectActivity, Action: source, Type: c.Type, Notes: c.Notes, Recapture: string(r.ID), Due: d.Now(),
			}, write)
			return err
		},
		yard: c.Yard,
	})
	if err == nil && made.ID == "" {
		record, err := prospect.Load(ctx, d, caller.Company, as)
		return record.Value, err
	}
	return made, err
}

// completed fills in what the user left open.
func (c completion) completed(r Recapture, caller access.Caller) completion {
	if c.Yard == "" {
		c.Yard = r.Yard
	}
	if c.User == "" {
		c.User = caller.User
	}
	return c
}

// conversion is what a lead and a prospect differ in when they are made of a recapture.
type conversion struct {
	made func(Recapture) bool
	note func(*Recapture)
	add  func(ctx context.Context, r Recapture, write commit) error
	yard string
}

// convert makes something of a recapture in one transaction with everything that it changes: the recapture remembers it
// and is no longer new, and a customer that was only a name in a list becomes a record.
func convert(ctx context.Context, d app.Deps, caller access.Caller, id ID, c conversion) error {
	if c.yard != "" && !caller.In(c.yard, access.RecaptureMake) {
		return errs.Violate(errs.Violation{Location: "body.yard", Message: "is not a yard of yours in the role " + string(access.CustomerRecapture)})
	}
	co := caller.Company
	const attempts = 5
	for range attempts {
		record, err := load(ctx, d.Table, co, id, func(yard string) bool { return caller.In(yard, access.RecaptureMake) })
		if err != nil {
			return err
		}
		if c.made(record.Value) {
			return nil
		}
		before := record.Value
		known := before.Customer.ID != ""
		if !known {
			record.Value.Customer.ID = customer.ID(ident.Of("recapture customer", co.ID(), string(id)))
		}
		record.Value.opened()
		c.note(&record.Value)
		write := func(ctx context.Context, ops ...table.Op) error { return change(ctx, d, co, before, record, ops...) }
		if !known {
			add := write
			write = func(ctx context.Context, ops ...table.Op) error {
				_, err := customer.Add(ctx, d, co, record.Value.Customer.record(), func(ctx context.Context, more ...table.Op) error {
					return add(ctx, append(ops, more...)...)
				})
				return err
			}
		}
		if err := c.add(ctx, record.Value, write); !errs.Is(err, errs.Conflict) {
			return err
		}
	}
	return errs.E(errs.Conflict, "somebody else changed this recapture at the same time; open it again")
}
