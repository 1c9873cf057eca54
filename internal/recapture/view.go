package recapture

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/vehicle"
)

// View is a recapture as lists show it.
type View struct {
	ID           ID              `json:"id"`
	Status       Status          `json:"status" enum:"active,new_sighting,deleted,errored"`
	Progress     Progress        `json:"progress,omitempty" enum:"queued,submitted,watched" doc:"How far an active recapture is."`
	Vehicle      vehicle.Vehicle `json:"vehicle"`
	Customer     customerView    `json:"customer"`
	Yard         string          `json:"yard"`
	Origin       Origin          `json:"origin" enum:"lead,appraisal,csv,api"`
	User         access.UserID   `json:"user" doc:"Who submitted it."`
	Reference    string          `json:"reference,omitempty"`
	SubmittedAt  time.Time       `json:"submittedAt"`
	ActivityAt   time.Time       `json:"activityAt" doc:"The last sighting, else the submission."`
	MonitorUntil time.Time       `json:"monitorUntil"`
	Error        string          `json:"error,omitempty" doc:"Why it is errored."`
	Ended        *Ended          `json:"ended,omitempty" doc:"Of a deleted one: when and why it is no longer watched."`
	LastSighting *sightingView   `json:"lastSighting" doc:"null: not seen yet."`
}

// customerView is whom the dealer knew with the car.
type customerView struct {
	ID     customer.ID `json:"id,omitempty"`
	First  string      `json:"first,omitempty"`
	Last   string      `json:"last,omitempty"`
	Email  string      `json:"email,omitempty"`
	Mobile string      `json:"mobile,omitempty"`
}

// sightingView is one sighting (R40).
type sightingView struct {
	Listing  string       `json:"listing" doc:"The listing that it is a state of."`
	At       time.Time    `json:"at"`
	Price    *money.Money `json:"price" doc:"null: not stated."`
	Site     string       `json:"site,omitempty"`
	URL      string       `json:"url,omitempty" doc:"View Listing, if the partner supplied it."`
	Seller   string       `json:"seller,omitempty" doc:"Its name where the listing has one, else the kind of seller."`
	Delisted bool         `json:"delisted,omitempty" doc:"The listing is gone."`
	Sold     bool         `json:"sold,omitempty" doc:"It is gone because the car was sold."`
	NotOurs  bool         `json:"notOurCar,omitempty" doc:"A user has said that this listing is of another car: it does not count."`
}

// detail is a recapture with all that belongs to it (R57–R62).
type detail struct {
	View
	Match      Match          `json:"match" enum:"vin,rego" doc:"vin: certain; rego: likely."`
	Sightings  []sightingView `json:"sightings" doc:"Newest first, at most 200."`
	Leads      []lead.ID      `json:"sourceLeads"`
	Appraisals []appraisal.ID `json:"sourceAppraisals"`
	NewLeads   []lead.ID      `json:"createdLeads"`
	NewProsp   []prospect.ID  `json:"createdProspects"`
	Related    related        `json:"related" doc:"What the four lists of ids name, as far as the caller may see it."`
}

func show(r Recapture) View {
	v := View{
		ID: r.ID, Status: r.Status, Progress: r.Progress, Vehicle: r.Vehicle, Customer: customerView(r.Customer), Yard: r.Yard, Origin: r.Origin,
		User: r.User, Reference: r.Reference, SubmittedAt: r.SubmittedAt, ActivityAt: r.ActivityAt(), MonitorUntil: r.MonitorUntil, Error: r.Error, Ended: r.Ended,
	}
	if r.LastSighting != nil {
		last := showSighting(*r.LastSighting)
		v.LastSighting = &last
	}
	return v
}

// showAll makes views of recaptures. Whether a queued vehicle has reached the partner is known of its chunk, not of itself.
func showAll(ctx context.Context, t *table.Table, co ident.Company, all ...Recapture) ([]View, error) {
	views := make([]View, len(all))
	var keys []table.Key
	for i, r := range all {
		views[i] = show(r)
		if r.Status == Active && r.Progress == Queued {
			keys = append(keys, chunkKey(co, r.chunk()))
		}
	}
	if len(keys) == 0 {
		return views, nil
	}
	slices.SortFunc(keys, func(a, b table.Key) int { return strings.Compare(a.Partition+a.Sort, b.Partition+b.Sort) })
	records, err := chunks.GetAll(ctx, t, slices.Compact(keys))
	if err != nil {
		return nil, err
	}
	uploaded := map[chunkRef]bool{}
	for _, record := range records {
		uploaded[chunkRef{Batch: record.Value.Batch, Chunk: record.Value.Number}] = record.Value.Stage == Uploaded
	}
	for i, r := range all {
		if views[i].Progress == Queued && uploaded[r.chunk()] {
			views[i].Progress = Submitted
		}
	}
	return views, nil
}

func showSighting(s Sighting) sightingView {
	v := sightingView{Listing: s.Listing, At: s.At, Site: s.Site, URL: s.URL, Seller: s.Seller, Delisted: s.Delisted, Sold: s.Sold}
	if !s.Price.IsZero() {
		v.Price = &s.Price
	}
	return v
}

func showDetail(ctx context.Context, d app.Deps, caller access.Caller, r Recapture) (detail, error) {
	sightings, err := history(ctx, d.Table, caller.Company, r.ID)
	if err != nil {
		return detail{}, err
	}
	views, err := showAll(ctx, d.Table, caller.Company, r)
	if err != nil {
		return detail{}, err
	}
	around, err := relate(ctx, d, caller, r)
	if err != nil {
		return detail{}, err
	}
	shown := detail{
		View: views[0], Match: r.Match(), Related: around, Sightings: make([]sightingView, len(sightings)),
		Leads: notNil(r.Leads), Appraisals: notNil(r.Appraisals), NewLeads: notNil(r.NewLeads), NewProsp: notNil(r.NewProspects),
	}
	for i, s := range sightings {
		shown.Sightings[i] = showSighting(s)
		shown.Sightings[i].NotOurs = r.notOurs(s.Listing)
	}
	return shown, nil
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
