package recapture

import (
	"context"
	"slices"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// tellTopics are the topics that notices need.
func tellTopics() []string { return app.Topics(notify.Send) }

// tell makes the notices about a sighting. They tell users of the company, never the customer (C3).
func tell(ctx context.Context, d app.Deps, co ident.Company, r Recapture, s Sighting) ([]table.Op, error) {
	settings, _, err := d.Access.RecaptureSettings(ctx, co, r.User, r.Yard)
	if err != nil {
		return nil, err
	}
	var ops []table.Op
	for _, user := range recipients(settings.Told(), r) {
		ops = append(ops, notify.Tell(co, notice(r, s, user, d.Now()))...)
	}
	return ops, nil
}

// recipients are the users who are told of a sighting (R12–R14, C1). A vehicle without a lead or appraisal has no owner;
// then its submitter is told, whatever the setting.
func recipients(told access.Recipient, r Recapture) []access.UserID {
	var users []access.UserID
	if r.Owner != "" && (told == access.LeadOwner || told == access.Both) {
		users = append(users, r.Owner)
	}
	if len(users) == 0 || told == access.RecaptureUser || told == access.Both {
		users = append(users, r.User)
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// notice says to a user where a vehicle was seen. Its id is that of the sighting, so nobody is told twice.
func notice(r Recapture, s Sighting, user access.UserID, now time.Time) notify.Notice {
	facts := []notify.Fact{{Label: notify.Vehicle, Value: r.Vehicle.Describe()}}
	add := func(label notify.Label, value string) {
		if value != "" {
			facts = append(facts, notify.Fact{Label: label, Value: value})
		}
	}
	add(notify.VIN, r.Vehicle.VIN)
	add(notify.Rego, r.Vehicle.Rego)
	add(notify.Price, s.Price.String())
	add(notify.Site, s.Site)
	add(notify.Seller, s.Seller)
	add(notify.Listing, s.URL)
	add(notify.Seen, s.At.Format("2006-01-02 15:04 UTC"))
	add(notify.Customer, r.Customer.Name())
	return notify.Notice{
		ID:    ident.Of("sighting", string(r.ID), s.state(), string(user)),
		User:  user,
		Kind:  notify.Sighting,
		Title: "Seen online: " + r.Vehicle.Describe(),
		Facts: facts,
		About: notify.About{Type: "recapture", ID: string(r.ID)},
		Link:  notify.Link{Path: "/recaptures/" + string(r.ID)},
		At:    now,
	}
}
