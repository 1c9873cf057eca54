package recapture_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/recapture"
)

func TestPollingGoesOnUntilThePartnerIsDone(t *testing.T) {
	w := open(t)
	w.partner.busy = 9
	batch := w.cars(ann, 2).Batch
	started := w.Now()
	w.run()
	if b := w.batch(batch); b.Active != 2 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if n := w.partner.called("progress"); n != 10 {
		t.Errorf("%d polls", n)
	}
	// 250 ms, doubled eight times up to a minute.
	if took := w.Now().Sub(started); took < 2*time.Minute || took > 5*time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestARepeatedPollDoesNotStartAnotherRound(t *testing.T) {
	w := open(t)
	w.partner.busy = 6
	w.cars(ann, 2)
	for range 40 {
		m, ok := w.queue.take(0, w.workers)
		if !ok {
			w.step(0)
			continue
		}
		w.consume(m)
		w.consume(m)
		w.consume(m)
	}
	w.run()
	if n := w.partner.called("progress"); n != 7 {
		t.Errorf("%d polls, want 7 whatever came twice", n)
	}
}

func TestAPollThatFailsIsRepeatedAtThePartnersPace(t *testing.T) {
	w := open(t)
	limited := errs.Later(errs.TooMany, 2*time.Minute, "slow down")
	w.partner.failing("progress", limited, errs.E(errs.Unavailable, "out"), errs.E(errs.Forbidden, "the key is refused"), limited, limited, limited, limited, limited)
	batch := w.cars(ann, 2).Batch
	started := w.Now()
	w.run()
	if b := w.batch(batch); b.Active != 2 {
		t.Errorf("batch %+v", b)
	}
	if took := w.Now().Sub(started); took < 12*time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestAListThatThePartnerHasForgottenEndsAsErrored(t *testing.T) {
	w := open(t)
	var unknown []error
	for range 10 {
		unknown = append(unknown, errs.E(errs.NotFound, "no such list"))
	}
	w.partner.failing("progress", unknown...)
	batch := w.cars(ann, 2).Batch
	w.run()
	if b := w.batch(batch); b.Errored != 2 || !b.Done {
		t.Errorf("batch %+v", b)
	}
	if n := w.partner.called("progress"); n != 6 {
		t.Errorf("asked %d times before it was believed", n)
	}
}

func TestEachVehicleGetsItsOwnOutcome(t *testing.T) {
	w := open(t)
	w.partner.refused[vin(1)] = "VIN not valid in this region"
	w.partner.silent[vin(2)] = true
	batch := w.cars(ann, 4).Batch
	w.run()
	if b := w.batch(batch); b.Active != 2 || b.Errored != 2 || b.Total != 4 {
		t.Errorf("batch %+v", b)
	}
	reasons := map[string]string{}
	for _, r := range w.list(ann, "status=errored") {
		reasons[r.Vehicle.VIN] = r.Error
	}
	want := map[string]string{vin(1): "VIN not valid in this region", vin(2): "the partner does not mention this vehicle; submit it again"}
	if fmt.Sprint(reasons) != fmt.Sprint(want) {
		t.Errorf("reasons %q", reasons)
	}
	if s := w.summary(ann); s.ByStatus["errored"] != 2 || s.ByStatus["active"] != 2 {
		t.Errorf("summary %+v", s)
	}
}

// R11: the VIN is part of the vehicle from then on, and the match is certain.
func TestAVINThatThePartnerLookedUpIsKept(t *testing.T) {
	w := open(t)
	w.partner.lookedUp["ABC12D"] = polo
	id := w.watched(ann, `{"rego":"ABC12D"}`)
	if r := w.get(ann, id); r.Vehicle.VIN != polo || r.Vehicle.State != "NSW" || r.Match != "vin" {
		t.Errorf("%+v", r)
	}
	if found := w.list(ann, "q="+polo); len(found) != 1 {
		t.Errorf("found by the VIN: %d", len(found))
	}
	if !w.partner.lists["receipt-1"].LookUpVIN {
		t.Error("the partner was not asked to look it up")
	}
	without := open(t)
	without.partner.lookedUp["ABC12D"] = polo
	if r := without.get(ben, without.watched(ben, `{"rego":"ABC12D"}`)); r.Vehicle.VIN != "" || r.Match != "rego" {
		t.Errorf("without the attribute: %+v", r)
	}
}

// A push may be quicker than the poll, and may tell that a vehicle is watched which was given up.
func TestAPushBeforeThePollOrAfterAnErrorProvesThatTheVehicleIsWatched(t *testing.T) {
	t.Run("before the poll", func(t *testing.T) {
		w := open(t)
		w.partner.busy = 5
		batch := w.cars(ann, 1).Batch
		w.step(0)
		w.sight(w.list(ann, "")[0].ID, w.onSale(0, 9000))
		if b := w.batch(batch); b.Active != 1 {
			t.Errorf("batch %+v", b)
		}
		if r := w.list(ann, "")[0]; r.Status != "new_sighting" || r.Progress != "watched" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("after an error", func(t *testing.T) {
		w := open(t)
		w.partner.silent[vin(0)] = true
		w.cars(ann, 1)
		w.run()
		w.sight(w.list(ann, "status=errored")[0].ID, w.onSale(0, 9000))
		if r := w.list(ann, "")[0]; r.Status != "new_sighting" || r.Error != "" {
			t.Errorf("%+v", r)
		}
		if s := w.summary(ann); s.ByStatus["errored"] != 0 || s.ByStatus["new_sighting"] != 1 {
			t.Errorf("summary %+v", s)
		}
	})
}

// stubborn refuses to change a vehicle once it is there.
type stubborn struct {
	table.Driver
	vin string
}

func (s stubborn) Write(ctx context.Context, ops []table.Op) error {
	if slices.ContainsFunc(ops, func(op table.Op) bool {
		return op.Item.Kind == "recapture" && op.Item.Version > 1 && bytes.Contains(op.Item.Body, []byte(s.vin))
	}) {
		return errs.E(errs.Unavailable, "no answer")
	}
	return s.Driver.Write(ctx, ops)
}

func TestAVehicleThatCannotBeWrittenHoldsUpNoOther(t *testing.T) {
	w := open(t, func(d table.Driver) table.Driver { return stubborn{d, vin(0)} })
	w.cars(ann, 150)
	for w.partner.called("progress") == 0 {
		w.step(0)
	}
	watched := 0
	for _, r := range w.list(ann, "") {
		if r.Progress == string(recapture.Watched) {
			watched++
		}
	}
	if watched != 149 {
		t.Errorf("after one poll %d of 150 vehicles are watched, want all but the one", watched)
	}
}
