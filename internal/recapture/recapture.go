// Package recapture watches the cars that a dealer once sold or appraised, and turns their return to the market into
// business: the car can be bought again, and its owner may want another one.
//
// A user submits vehicles, as a list or from leads and appraisals. They become a Batch, cut into chunks, which the worker
// recapture-submit takes to the partner: one Recapture per vehicle and company, whoever submits it how often. The worker
// recapture-poll learns what the partner made of each: watched, or errored with a reason. When a watched car is listed for
// sale, the partner's push arrives at sighting-webhook, which stores it and answers; sighting-verify asks the partner for
// the truth, records the sighting, tells the right users and puts the recapture to "new sighting" until somebody opens it.
// From there a user makes a lead or a prospect.
//
// Nothing is lost and nothing happens twice: every step has an id that follows from what it is about, and every message is
// promised in the item whose change causes it. A push is only a hint; what the partner says when asked is believed.
package recapture

import (
	"slices"
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
	return ID(ident.Of("recapture", co.ID(), key)), true
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
	Submitted Progress = "submitted" // the partner has it in its queue
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
	LastSighting *Sighting            `json:"lastSighting,omitempty"`
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
func (c Customer) Name() string {
	switch {
	case c.First == "":
		return c.Last
	case c.Last == "":
		return c.First
	}
	return c.First + " " + c.Last
}

// Sighting is one state of one listing: a new price is a sighting of its own.
type Sighting struct {
	Listing  string      `json:"listing"`
	At       time.Time   `json:"at"`
	Price    money.Money `json:"price,omitzero"`
	Site     string      `json:"site,omitempty"`
	URL      string      `json:"url,omitempty"`
	Seller   string      `json:"seller,omitempty"`
	Delisted bool        `json:"delisted,omitempty"`
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

// accepted records that the partner watches the vehicle, with the VIN it looked up.
func (r *Recapture) accepted(ref, vin string) {
	r.Ref, r.Progress, r.Error = ref, Watched, ""
	if r.Vehicle.VIN == "" && vehicle.ValidVIN(vin) {
		r.Vehicle.VIN = vin
	}
}

// refused records that the partner does not watch the vehicle.
func (r *Recapture) refused(reason string) {
	r.Status, r.Progress, r.Error = Errored, "", reason
}

// sighted takes in sightings that were not known before, and reports whether one of them is now the last.
func (r *Recapture) sighted(sightings []Sighting) bool {
	if len(sightings) == 0 {
		return false
	}
	newest := slices.MaxFunc(sightings, func(a, b Sighting) int { return a.At.Compare(b.At) })
	if r.LastSighting != nil && newest.At.Before(r.LastSighting.At) {
		return false
	}
	r.LastSighting = &newest
	if r.Live() && !newest.Delisted {
		r.Status = NewSighting
	}
	return true
}

// opened ends "new sighting" (C6): somebody has looked, or made something of it.
func (r *Recapture) opened() {
	if r.Status == NewSighting {
		r.Status = Active
	}
}

// joins adds what a further submission of the same vehicle says, and reports whether that is anything new (C12).
func (r *Recapture) joins(other Recapture) bool {
	before := len(r.Leads) + len(r.Appraisals)
	r.Leads = union(r.Leads, other.Leads)
	r.Appraisals = union(r.Appraisals, other.Appraisals)
	changed := len(r.Leads)+len(r.Appraisals) != before
	if r.Owner == "" && other.Owner != "" {
		r.Owner, changed = other.Owner, true
	}
	if r.Customer == (Customer{}) && other.Customer != (Customer{}) {
		r.Customer, changed = other.Customer, true
	}
	return changed
}

func union[T comparable](a, b []T) []T {
	for _, v := range b {
		if !slices.Contains(a, v) {
			a = append(a, v)
		}
	}
	return a
}
