package autograbsim

import (
	"net/http"
	"strings"
)

// lookUpRego tells what the listing feed knows of a plate.
func (s *Simulator) lookUpRego(who caller, r *http.Request) (int, any, error) {
	plate, state := plain(r.PathValue("plate")), plain(r.URL.Query().Get("state"))
	if plate == testPlate {
		return http.StatusOK, vehicleObject{VIN: testVIN, Vehicle: vehicleInfo{ID: digest("vehicle", testVIN, "", ""), Title: "Test Vehicle"}}, nil
	}
	if state == "" && who.region == "au" {
		return http.StatusBadRequest, refusal("state is required"), nil
	}
	return s.vehicle(key(keyListingRego, plate, state))
}

// lookUpVIN tells what the listing feed knows of a VIN. One that the feed does not know is read all the same, as far as it
// is one: the partner decodes VINs.
func (s *Simulator) lookUpVIN(_ caller, r *http.Request) (int, any, error) {
	vin := plain(r.PathValue("vin"))
	status, answer, err := s.vehicle(key(keyListingVIN, vin))
	if status == http.StatusNotFound && err == nil && wellFormed(vin) {
		return http.StatusOK, vehicleObject{VIN: maybe(vin), Vehicle: vehicleInfo{ID: digest("vehicle", vin, "", "")}}, nil
	}
	return status, answer, err
}

// wellFormed says whether a text is a VIN by its characters: those of ISO 3779, which has no I, O and Q.
func wellFormed(vin string) bool {
	return len(vin) == len(testVIN) && strings.Trim(vin, "0123456789ABCDEFGHJKLMNPRSTUVWXYZ") == ""
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
