// Package recapture watches the cars that a dealer once sold or appraised, and turns their return to the market into
// business: the car can be bought again, and its owner may want another one.
//
// A user submits vehicles, as a list or from leads and appraisals. They become a Batch, cut into chunks, which the worker
// recapture-submit takes to the partner: one Recapture per vehicle and company, whoever submits it how often. The worker
// recapture-poll learns what the partner made of each: watched, or errored with a reason. When a watched car is listed for
// sale, the partner's push arrives at sighting-webhook, which stores it and answers; sighting-verify asks the partner for
// the truth, records the sighting, tells the right users and puts the recapture to "new sighting" until somebody opens it.
// From there a user makes a lead or a prospect. The company's own listings (C15) and those that a user says are of another
// car never count. What is never pushed is found all the same: sighting-reconcile has sighting-compare walk through all that
// the partner knows, once a day.
//
// A watch ends when a user deletes it, when the car is sold, or when its period is over (C14), which recapture-end looks
// after; recapture-remove then ends it at the partner, too. What has ended can be submitted again, and what is errored retried.
//
// Nothing is lost and nothing happens twice: every step has an id that follows from what it is about, and every message is
// promised in the item whose change causes it. A push is only a hint; what the partner says when asked is believed.
package recapture

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/winback-auto/winback/internal/appraisal"
	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ID names a recapture. It follows from the company and the vehicle, so that a vehicle submitted again meets its watch.
type ID string

// IDOf is the id of the recapture of a vehicle; false for a vehicle without a VIN or rego.
func IDOf(co ident.Company, v vehicle.Vehicle) (ID, bool) {
	key, ok := vehicle.Key(v)
	if !ok {
		return "", false
	}
	return idOf(co, key), true
}

// Status is what users see of a recapture (R45).
type Status string

// The statuses.
const (
	Active      Status = "active"       // on its way to the partner, or watched
	NewSighting Status = "new_sighting" // listed for sale and nobody has looked yet
	Deleted     Status = "deleted"      // no longer watched
	Errored     Status = "errored"      // the partner does not watch it; Error says why
)

// Statuses lists them all.
func Statuses() []Status { return []Status{Active, NewSighting, Deleted, Errored} }

// Progress is how far an active recapture is; a badge beside its status (C6).
type Progress string

// The steps.
const (
	Queued    Progress = "queued"    // waiting to be submitted
	Submitted Progress = "submitted" // the partner has it in its queue; never stored, see showAll
	Watched   Progress = "watched"   // the partner watches it
)

// Origin is where a vehicle came from (R43, C5).
type Origin string

// The origins.
const (
	FromLead      Origin = "lead"
	FromAppraisal Origin = "appraisal"
	FromCSV       Origin = "csv"
	FromAPI       Origin = "api"
)

// Match is how sure it is that a sighting is our car.
type Match string

// The matches.
const (
	Certain Match = "vin"  // found by VIN
	Likely  Match = "rego" // found by rego and state, which may have moved to another car
)

// MonitorFor is how long a vehicle is watched (C14). Assumed: long enough for a typical holding period to end.
const MonitorFor = 24 * 30 * 24 * time.Hour

// Recapture is the watch over one vehicle for one company.
type Recapture struct {
	ID           ID                   `json:"id"`
	Vehicle      vehicle.Vehicle      `json:"vehicle"`
	Customer     Customer             `json:"customer,omitzero"`
	Yard         string               `json:"yard"`
	User         access.UserID        `json:"user"`  // who submitted it
	Owner        access.UserID        `json:"owner"` // of the lead or appraisal it came from; empty for lists
	Origin       Origin               `json:"origin"`
	Connection   company.ConnectionID `json:"connection"`
	Batch        BatchID              `json:"batch"`
	Chunk        int                  `json:"chunk"`
	Reference    string               `json:"reference,omitempty"`
	SoldOn       string               `json:"soldOn,omitempty"`
	Status       Status               `json:"status"`
	Progress     Progress             `json:"progress,omitempty"`
	Error        string               `json:"error,omitempty"`
	Ref          string               `json:"ref,omitempty"` // the partner's id
	SubmittedAt  time.Time            `json:"submittedAt"`
	MonitorUntil time.Time            `json:"monitorUntil"`
	Ended        *Ended               `json:"ended,omitempty"`        // set while Deleted
	LastSighting *Sighting            `json:"lastSighting,omitempty"` // of those that count
	NotOurs      []string             `json:"notOurs,omitempty"`      // listings of another car, at most MaxNotOurs
	Leads        []lead.ID            `json:"sourceLeads,omitempty"`
	Appraisals   []appraisal.ID       `json:"sourceAppraisals,omitempty"`
	NewLeads     []lead.ID            `json:"createdLeads,omitempty"`
	NewProspects []prospect.ID        `json:"createdProspects,omitempty"`
}

// Customer is whom the dealer knew with the car: a customer record, or what a list said.
type Customer struct {
	ID     customer.ID `json:"id,omitempty"`
	First  string      `json:"first,omitempty"`
	Last   string      `json:"last,omitempty"`
	Email  string      `json:"email,omitempty"`
	Mobile string      `json:"mobile,omitempty"`
}

// Name is first and last name.
func (c Customer) Name() string { return strings.TrimSpace(c.First + " " + c.Last) }

// weaker reports whether the other one says more of who it is: a customer record more than a line of a list, that more
// than nothing.
func (c Customer) weaker(other Customer) bool {
	return c.ID == "" && other.ID != "" || c == Customer{} && other != Customer{}
}

// Sighting is one state of one listing: a new price is a sighting of its own.
type Sighting struct {
	Listing  string      `json:"listing"`
	At       time.Time   `json:"at"`
	Price    money.Money `json:"price,omitzero"`
	Site     string      `json:"site,omitempty"`
	URL      string      `json:"url,omitempty"`
	Seller   string      `json:"seller,omitempty"` // the name, else the kind of seller
	Delisted bool        `json:"delisted,omitempty"`
	Sold     bool        `json:"sold,omitempty"`  // delisted, because the car was sold
	GoneAt   time.Time   `json:"goneAt,omitzero"` // when it was delisted, where the partner says so
	Own      bool        `json:"own,omitempty"`   // the company's own listing when we learned of it (C15): it never counts
}

// compare orders sightings by time. Partners give the end of a listing the time of the listing, so at one instant the end
// is the later one; what is left to tell states apart only makes the order the same for everybody.
func (s Sighting) compare(other Sighting) int {
	ended := func(s Sighting) int {
		switch {
		case s.Sold:
			return 2
		case s.Delisted:
			return 1
		}
		return 0
	}
	return cmp.Or(
		s.At.Compare(other.At), ended(s)-ended(other), cmp.Compare(other.Price.Amount, s.Price.Amount), strings.Compare(s.Listing, other.Listing),
	)
}

// ActivityAt orders the dashboard: the last sighting, else the submission.
func (r Recapture) ActivityAt() time.Time {
	if r.LastSighting != nil {
		return r.LastSighting.At
	}
	return r.SubmittedAt
}

// Match is how sure a sighting of this vehicle is.
func (r Recapture) Match() Match {
	if r.Vehicle.VIN != "" {
		return Certain
	}
	return Likely
}

// Live reports whether the vehicle is watched or on its way to it; a vehicle that is not can be submitted again.
func (r Recapture) Live() bool { return r.Status == Active || r.Status == NewSighting }

// chunk is the chunk whose the vehicle is to submit.
func (r Recapture) chunk() chunkRef { return chunkRef{Batch: r.Batch, Chunk: r.Chunk} }

// in reports whether the vehicle is a chunk's to submit. A chunk that names it besides holds a duplicate.
func (r Recapture) in(chunk chunkRef) bool { return r.chunk() == chunk.attempt(0) }

// accepted records that the partner watches the vehicle, with the VIN it looked up. What was said of it before, for
// instance that it is unknown, no longer holds.
func (r *Recapture) accepted(ref, vin string) {
	r.Ref, r.Progress, r.Error = ref, Watched, ""
	if r.Status == Errored {
		r.Status = Active
	}
	if r.Vehicle.VIN == "" && vehicle.ValidVIN(vin) {
		r.Vehicle.VIN = vin
	}
}

// refused records that the partner does not watch the vehicle.
func (r *Recapture) refused(reason string) {
	r.Status, r.Progress, r.Error = Errored, "", reason
}

// sighted takes in sightings that were not known before and returns the one to tell users of, or nil. Whatever the order
// in which sightings arrive, the last one is the same in the end, and so is the status: the first sighting of a vehicle
// makes it new, and so does each further listing that is later than all before. The end of a listing alone does not.
func (r *Recapture) sighted(fresh []Sighting) *Sighting {
	var news *Sighting
	before := r.LastSighting
	for _, s := range fresh {
		if r.LastSighting == nil || s.compare(*r.LastSighting) > 0 {
			r.LastSighting = &s
		}
		if !s.Delisted && (before == nil || s.compare(*before) > 0) && (news == nil || s.compare(*news) > 0) {
			news = &s
		}
	}
	if news == nil && before == nil {
		news = r.LastSighting
	}
	if news == nil || !r.Live() {
		return nil
	}
	r.Status = NewSighting
	return news
}

// opened ends "new sighting" (C6): somebody has looked, or made something of it.
func (r *Recapture) opened() {
	if r.Status == NewSighting {
		r.Status = Active
	}
}

// MaxSources is the most leads, and the most appraisals, that a recapture remembers as its sources; MaxMade the most leads,
// and the most prospects, that are made of it.
const (
	MaxSources = 20
	MaxMade    = 20
)

// joins adds what a further submission of the same vehicle says, and reports whether that is anything new (C12).
func (r *Recapture) joins(other Recapture) bool {
	sources := len(r.Leads) + len(r.Appraisals)
	r.Leads = union(r.Leads, other.Leads)
	r.Appraisals = union(r.Appraisals, other.Appraisals)
	changed := len(r.Leads)+len(r.Appraisals) != sources
	if r.Owner == "" && other.Owner != "" {
		r.Owner, changed = other.Owner, true
	}
	if r.Customer.weaker(other.Customer) {
		r.Customer, changed = other.Customer, true
	}
	if known := r.Vehicle.Completed(other.Vehicle); known != r.Vehicle {
		r.Vehicle, changed = known, true
	}
	return changed
}

// again is a recapture that had ended and is submitted anew: the draft, with what was learned and made of it before.
func (r Recapture) again(draft Recapture) Recapture {
	draft.joins(r)
	draft.NotOurs = r.NotOurs
	draft.LastSighting, draft.NewLeads, draft.NewProspects = r.LastSighting, r.NewLeads, r.NewProspects
	return draft
}

// union is a with what only b has, at most MaxSources.
func union[T comparable](a, b []T) []T {
	for _, v := range b {
		if len(a) < MaxSources && !slices.Contains(a, v) {
			a = append(slices.Clip(a), v)
		}
	}
	return a
}
