package partner

import "context"

// Valuer is one dealer's account with a partner that says what cars are worth. Its errors are classified as those of Watcher
// are. Its calls change nothing at the partner, who may charge for each that is answered.
type Valuer interface {
	// Identify finds the partner's id of the car with a VIN, else with a rego and its state, or is a NotFound error where the
	// partner does not know it.
	Identify(ctx context.Context, car Vehicle) (ref string, err error)
	// Value estimates what a car is worth today. An id that the partner does not know is a NotFound error.
	Value(ctx context.Context, car Valuation) (Estimate, error)
}

// DialValuer opens an account; it makes no call.
type DialValuer func(Account) Valuer

// Bounds of Valuation.Condition.
const (
	WorstCondition = 1
	BestCondition  = 5
)

// Valuation is what an estimate is asked for by.
type Valuation struct {
	Ref        string // the partner's id of the car
	OdometerKm int
	Condition  int // from WorstCondition to BestCondition
}

// Estimate is what a partner takes a car to be worth. Amounts are in whole units of the country's currency; 0: not stated.
// At least one of them is stated.
type Estimate struct {
	Retail int64   // what it sells for
	Trade  int64   // what a dealer pays for it
	Score  float64 // from 0 to 1, how sure the partner is; 0: not stated
}
