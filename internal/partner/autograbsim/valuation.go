package autograbsim

import (
	"encoding/hex"
	"net/http"
)

// Bounds of an estimate's question.
const (
	maxKms         = 3_000_000
	worstCondition = 1
	bestCondition  = 5
)

// predict estimates what a car is worth: by its id, so that every car has a price of its own that stays, less with every
// kilometre, and more the better it is kept.
func (s *Simulator) predict(who caller, r *http.Request) (int, any, error) {
	var body valuationBody
	if refused, err := read(r, &body); refused != "" || err != nil {
		return http.StatusBadRequest, refusal(refused), err
	}
	id, err := hex.DecodeString(body.VehicleID)
	switch {
	case body.Region != who.region:
		return http.StatusBadRequest, refusal(textRegion), nil
	case body.Kms == nil || *body.Kms < 0 || *body.Kms > maxKms:
		return http.StatusBadRequest, refusal("kms is required"), nil
	case body.Condition < worstCondition || body.Condition > bestCondition:
		return http.StatusBadRequest, refusal("condition_score is a number from 1 to 5"), nil
	case err != nil || len(id) != digestBytes:
		return http.StatusNotFound, refusal("Vehicle not found"), nil
	}
	const (
		least, spread = 12_000, 48_000 // what cars cost when they are new
		half          = 120_000        // kilometres after which half of it is left
	)
	price := least + (int64(id[0])<<8|int64(id[1]))*spread>>16
	price = price * half / (half + *body.Kms) * int64(75+5*body.Condition) / 100
	price -= price % 10
	return http.StatusOK, valuationObject{predictionObject{
		Price: price, Trade: price * 85 / 100, Score: float64(70+id[2]%30) / 100, Kms: *body.Kms,
	}}, nil
}
