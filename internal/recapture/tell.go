package recapture

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
)

// sightTopics are the topics that a sighting needs: somebody is told, and it may end the watch.
func sightTopics() []string { return app.Topics(notify.Send, RemoveTopic) }

// tell makes the notices about a sighting, with their places in the users' lists, which go first. They tell users of the
// company, never the customer (C3).
func tell(ctx context.Context, d app.Deps, co ident.Company, r Recapture, s Sighting) (places, notices []table.Op, err error) {
	users, err := recipients(ctx, d, co, r)
	if err != nil {
		return nil, nil, err
	}
	for _, user := range users {
		listed, told := notify.Tell(co, notice(r, s, user, d.Now()))
		places, notices = append(places, listed...), append(notices, told)
	}
	return places, notices, nil
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
