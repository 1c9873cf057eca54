package appraisal

import (
	"time"

	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Valuation is what the partner took the car to be worth when it was asked (R63). It settles nothing: the appraisal's value is
// what people decide. An appraisal keeps the last one, as long as it is about the same car.
type Valuation struct {
	ID         string        `json:"id"`
	Retail     money.Money   `json:"retail,omitzero" doc:"What it sells for. Absent: not stated."`
	Trade      money.Money   `json:"trade,omitzero" doc:"What a dealer pays for it. Absent: not stated."`
	Score      float64       `json:"score,omitempty" doc:"How sure the partner is, from 0 to 1. Absent: not stated."`
	OdometerKm int           `json:"odometer" doc:"In kilometres, when it was valued."`
	Condition  int           `json:"condition" minimum:"1" maximum:"5" doc:"From 1, the worst, to 5."`
	At         time.Time     `json:"at"`
	By         access.UserID `json:"by"`
	Car        string        `json:"car" doc:"The partner's id of the vehicle, which is looked up once."`
}

// valuable is a Conflict error where the appraisal says too little to be valued in a country, naming what is missing.
func (a Appraisal) valuable(country string) error {
	v := a.Vehicle
	if _, known := vehicle.Key(v); !known || v.VIN == "" && v.State == "" && vehicle.RegistersByState(country) {
		return errs.E(errs.Conflict, "the appraisal's vehicle is not identified; enter its VIN, or its rego with its state, first")
	}
	if a.OdometerKm == 0 {
		return errs.E(errs.Conflict, "the appraisal has no odometer; enter the kilometres first")
	}
	return nil
}
