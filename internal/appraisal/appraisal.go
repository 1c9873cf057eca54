// Package appraisal is what the dealer thought a customer's car was worth.
//
// An appraisal names the customer, the car with its odometer, and the value, once somebody has settled on one. It is open
// until the dealer has bought the car or knows that it will not; either way the car stays worth watching, which feature
// recapture does. When the customer turns out to want another car, a lead is made with the appraisal: the appraised car
// is its trade-in.
//
// An appraisal belongs to one yard and is seen by those whose roles cover it.
package appraisal

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// ID names an appraisal within its company.
type ID string

// Status is what became of the appraised car.
type Status string

// The statuses.
const (
	Open   Status = "open"   // not decided
	Bought Status = "bought" // the dealer has bought the car
	Lost   Status = "lost"   // it went elsewhere, or stays with its owner
)

// MaxOdometer bounds odometers, in kilometres: beyond it a digit was typed twice.
const MaxOdometer = 3_000_000

// Appraisal is what one customer's car was thought to be worth.
type Appraisal struct {
	ID           ID              `json:"id"`
	Customer     customer.ID     `json:"customer"`
	CustomerName string          `json:"customerName"`
	Vehicle      vehicle.Vehicle `json:"vehicle"`
	Yard         string          `json:"yard"`
	User         access.UserID   `json:"user" doc:"Who appraises."`
	OdometerKm   int             `json:"odometer,omitempty" doc:"In kilometres."`
	Value        money.Money     `json:"value,omitzero" doc:"Absent: not settled."`
	Valuation    Valuation       `json:"valuation,omitzero" doc:"What the partner takes it to be worth. Absent: it was not asked about this car."`
	Status       Status          `json:"status" enum:"open,bought,lost"`
	Notes        string          `json:"notes,omitempty"`
	CreatedAt    time.Time       `json:"createdAt"`
	CreatedBy    access.UserID   `json:"createdBy"`
	UpdatedAt    time.Time       `json:"updatedAt"`
	Lead         lead.ID         `json:"lead,omitempty" doc:"The lead that was made with it."`
}

// normalised is the stored form; the vehicle has one of its own, see vehicle.Check.
func (a Appraisal) normalised() Appraisal {
	a.Notes = strings.TrimSpace(a.Notes)
	return a
}

// problems lists the rules that a normalised appraisal breaks by itself.
func (a Appraisal) problems() (broken []errs.Violation) {
	if a.OdometerKm < 0 || a.OdometerKm > MaxOdometer {
		broken = append(broken, errs.Violation{Location: "body.odometer", Message: fmt.Sprintf("is not between 0 and %d kilometres", MaxOdometer)})
	}
	if a.Value.IsZero() {
		return broken
	}
	if a.Value.Amount < 0 {
		broken = append(broken, errs.Violation{Location: "body.value.amount", Message: "is negative"})
	}
	if _, err := currency.ParseISO(a.Value.Currency); err != nil {
		broken = append(broken, errs.Violation{Location: "body.value.currency", Message: "is not the code of a currency, such as AUD"})
	}
	return broken
}
