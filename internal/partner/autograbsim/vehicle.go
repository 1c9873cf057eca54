package autograbsim

import (
	"net/http"
)

// lookUpRego tells what the listing feed knows of a plate.
func (s *Simulator) lookUpRego(who caller, r *http.Request) (int, any, error) {
	plate, state := plain(r.PathValue("plate")), plain(r.URL.Query().Get("state"))
	if plate == testPlate {
		return http.StatusOK, vehicleObject{VIN: testVIN, Vehicle: vehicleInfo{ID: testVIN, Title: "Test Vehicle"}}, nil
	}
	if state == "" && who.region == "au" {
		return http.StatusBadRequest, refusal("state is required"), nil
	}
	return s.vehicle(key(keyListingRego, plate, state))
}

// lookUpVIN tells what the listing feed knows of a VIN.
func (s *Simulator) lookUpVIN(_ caller, r *http.Request) (int, any, error) {
	return s.vehicle(key(keyListingVIN, plain(r.PathValue("vin"))))
}

func (s *Simulator) vehicle(index []byte) (int, any, error) {
	listings, err := listingsBy(s.db, index)
	if err != nil || len(listings) == 0 {
		return http.StatusNotFound, refusal("Vehicle not found"), err
	}
	known := listings[0]
	return http.StatusOK, vehicleObject{
		VIN: maybe(known.VIN),
		Vehicle: vehicleInfo{
			ID: digest("vehicle", known.VIN, known.Rego, known.State), Title: maybe(known.Title),
			Make: maybe(known.Make), Model: maybe(known.Model), Year: maybe(known.Year),
		},
	}, nil
}
