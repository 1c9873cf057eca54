package recapture

import (
	"cmp"
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
	done, err := convert(ctx, d, caller, id, c.Yard, func(ctx context.Context, r *Recapture, write commit) (done bool, err error) {
		if slices.Contains(r.NewLeads, as) {
			return true, nil
		}
		if len(r.NewLeads) == MaxMade {
			return false, tooMany("leads")
		}
		r.NewLeads = append(slices.Clip(r.NewLeads), as)
		c := c.completed(*r, caller)
		made, err = lead.Add(ctx, d, caller.Company, lead.Lead{
			ID: as, Customer: r.Customer.ID, CustomerName: r.Customer.Name(), Vehicle: r.Vehicle, Yard: c.Yard, User: c.User,
			Source: source, Type: c.Type, Notes: c.Notes, Recapture: string(r.ID), CreatedBy: caller.User,
		}, write)
		return false, err
	})
	if done {
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
	done, err := convert(ctx, d, caller, id, c.Yard, func(ctx context.Context, r *Recapture, write commit) (done bool, err error) {
		if slices.Contains(r.NewProspects, as) {
			return true, nil
		}
		if len(r.NewProspects) == MaxMade {
			return false, tooMany("prospects")
		}
		r.NewProspects = append(slices.Clip(r.NewProspects), as)
		c := c.completed(*r, caller)
		made, err = prospect.Add(ctx, d, caller.Company, prospect.Prospect{
			ID: as, Customer: r.Customer.ID, CustomerName: r.Customer.Name(), Vehicle: r.Vehicle, Yard: c.Yard, User: c.User,
			Activity: prospect.ProspectActivity, Action: source, Type: c.Type, Notes: c.Notes, Recapture: string(r.ID), Due: d.Now(), CreatedBy: caller.User,
		}, write)
		return false, err
	})
	if done {
		record, err := prospect.Load(ctx, d, caller.Company, as)
		return record.Value, err
	}
	return made, err
}

// completed fills in what the user left open.
func (c completion) completed(r Recapture, caller access.Caller) completion {
	c.Yard = cmp.Or(c.Yard, r.Yard)
	c.User = cmp.Or(c.User, caller.User)
	return c
}

func tooMany(what string) error {
	return errs.E(errs.Conflict, "%d %s were made of this recapture already", MaxMade, what)
}

// convert makes something of a sighted recapture in one transaction with everything that it changes: the recapture
// remembers it and is no longer new, and a customer that was only a name in a list becomes a record. make notes on the
// recapture what it makes and hands its writes over; or it finds that this was done before, and then nothing changes.
func convert(ctx context.Context, d app.Deps, caller access.Caller, id ID, yard string, make func(context.Context, *Recapture, commit) (done bool, err error)) (done bool, err error) {
	if yard != "" && !caller.In(yard, access.RecaptureMake) {
		return false, errs.Violate(errs.Violation{Location: "body.yard", Message: "is not a yard of yours in the role " + string(access.CustomerRecapture)})
	}
	co := caller.Company
	const attempts = 5
	for range attempts {
		record, err := load(ctx, d.Table, co, id, func(yard string) bool { return caller.In(yard, access.RecaptureMake) })
		if err != nil {
			return false, err
		}
		if record.Value.LastSighting == nil {
			return false, errs.E(errs.Conflict, "this vehicle has not been sighted yet; there is nothing to follow up")
		}
		before, quicker := record.Value, false
		write := func(ctx context.Context, ops ...table.Op) error {
			err := change(ctx, d, co, before, record, ops...)
			quicker = errs.Is(err, errs.Conflict)
			return err
		}
		if record.Value.Customer.ID == "" {
			write = record.Value.introduce(d, co, write)
		}
		record.Value.opened()
		done, err := make(ctx, &record.Value, write)
		if !quicker {
			return done, err
		}
	}
	return false, errs.E(errs.Conflict, "somebody else changed this recapture at the same time; open it again")
}

// introduce makes a customer record of what a list said, to be written together with what is made of the recapture.
func (r *Recapture) introduce(d app.Deps, co ident.Company, write commit) commit {
	r.Customer.ID = customer.ID(ident.Of("recapture customer", co.ID(), string(r.ID)))
	known := r.Customer.record()
	r.Customer = remembered(known)
	return func(ctx context.Context, ops ...table.Op) error {
		_, err := customer.Add(ctx, d, co, known, func(ctx context.Context, more ...table.Op) error {
			return write(ctx, append(ops, more...)...)
		})
		return err
	}
}
