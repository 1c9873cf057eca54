package functions_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/recapture"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

// Hobart's connection and vehicles.
const (
	hobart = company.ConnectionID("01KANN1A2B3C4D5E6F7G8H9HOB")
	kadett = "W0L000036V1234567" // deleted, and nobody has told the partner
	vito   = "WDF63960313123456" // its period is over, and nobody has noticed

	zafira = "W0L0TGF7512345678" // from the same list, watched on

	endedBatch = 108 // Hobart: kadett
	overBatch  = 109 // Hobart: vito, zafira
)

// ended are watches whose end is under way: Hobart's over a connection that works, and Melbourne's over one that does not.
func (w *world) ended(t *testing.T) {
	t.Helper()
	noon := w.Time
	w.Time = noon.Add(-24 * time.Hour)
	must[company.Saved[company.Yard]](t)(company.AddYard(t.Context(), w.Deps, dealership.Harbour, company.Yard{ID: "hobart", Name: "Hobart", State: "TAS"}))
	w.connect(t, hobart, goodKey, "hobart")
	role := access.RoleRecord{
		ID: "01KANN8H5N9Q3T7X1A5D9G3HOB", Role: access.CustomerRecapture, Yards: []string{"hobart"}, Members: []access.Member{{User: dealership.Melbourne}},
	}
	w.write(t, access.RoleRecords.Overwrite(access.RoleKey(dealership.Harbour, role.ID), role))
	w.Access.Forget(dealership.Harbour)
	w.uploadTo(t, "hobart", dealership.Melbourne, endedBatch, kadett+",,,Opel,Kadett,1990,Ute,Lang,")
	w.watch(t)
	w.minted.Store(overBatch - 1)
	w.Want(t, 202, dealership.Melbourne, "POST", "/v1/recaptures", `{"yard":"hobart","vehicles":[{"vin":"`+vito+`","monitorUntil":"2026-11-21"},{"vin":"`+zafira+`"}]}`)
	w.watch(t)
	w.Time = noon
	w.delete(t, dealership.Melbourne, kadett)
	w.delete(t, dealership.Melbourne, corsa)
	w.queue.take("recapture-remove")
}

// watch takes lists to the partner and learns what it made of them.
func (w *world) watch(t *testing.T) {
	t.Helper()
	w.work(t, "recapture-submit")
	w.Time = w.Time.Add(time.Second)
	must[int](t)(w.Outbox().Sweep(t.Context()))
	w.work(t, "recapture-poll")
}

// delete ends the watch of a vehicle.
func (w *world) delete(t *testing.T, user, vin string) {
	t.Helper()
	id, _ := recapture.IDOf(dealership.Harbour, vehicle.Vehicle{VIN: vin})
	w.Want(t, 204, user, "DELETE", "/v1/recaptures/"+string(id), "")
}
