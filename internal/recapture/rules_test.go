package recapture

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/vehicle"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// C12: the same car of the same company is the same recapture, however it is written.
func TestARecaptureIsKnownByCompanyAndVINElseRegoAndState(t *testing.T) {
	harbour, nordlicht := ident.Trusted("harbour"), ident.Trusted("nordlicht")
	of := func(co ident.Company, v vehicle.Vehicle) ID {
		id, _ := IDOf(co, v)
		return id
	}
	vin := vehicle.Vehicle{VIN: "WVWZZZAWZKU065305"}
	for name, test := range map[string]struct {
		one, other ID
		same       bool
	}{
		"VIN in lower case with blanks":   {of(harbour, vin), of(harbour, vehicle.Vehicle{VIN: "wvwzzzawzku 065305"}), true},
		"VIN with and without rego":       {of(harbour, vin), of(harbour, vehicle.Vehicle{VIN: vin.VIN, Rego: "ABC12D", State: "NSW"}), true},
		"another company":                 {of(harbour, vin), of(nordlicht, vin), false},
		"rego in another state":           {of(harbour, vehicle.Vehicle{Rego: "ABC12D", State: "NSW"}), of(harbour, vehicle.Vehicle{Rego: "ABC12D", State: "VIC"}), false},
		"rego with a hyphen":              {of(harbour, vehicle.Vehicle{Rego: "ABC-12D", State: "nsw"}), of(harbour, vehicle.Vehicle{Rego: "ABC12D", State: "NSW"}), true},
		"make and model are no identity":  {of(harbour, vin), of(harbour, vehicle.Vehicle{VIN: vin.VIN, Make: "VW"}), true},
		"neither VIN nor rego is nothing": {of(harbour, vehicle.Vehicle{Make: "VW"}), "", true},
	} {
		if (test.one == test.other) != test.same {
			t.Errorf("%s: %q and %q", name, test.one, test.other)
		}
	}
}

// C6, R45.
func TestTheStatusFollowsWhatHappens(t *testing.T) {
	seen := &Sighting{Listing: "L1", At: noon}
	ref := chunkRef{Batch: "b"}
	listed := func(r *Recapture) { r.sighted([]Sighting{{Listing: "L1", At: noon.Add(time.Hour)}}) }
	ended := func(r *Recapture) { r.sighted([]Sighting{{Listing: "L1", At: noon.Add(time.Hour), Delisted: true}}) }
	accepted := func(r *Recapture) { r.settled(ref, partner.Outcome{Ref: "r1"}) }
	refused := func(r *Recapture) { r.settled(ref, partner.Outcome{Error: "bad"}) }
	foreign := func(r *Recapture) { r.settled(chunkRef{Batch: "other"}, partner.Outcome{Error: "bad"}) }
	for _, test := range []struct {
		name     string
		from     Recapture
		do       func(*Recapture)
		status   Status
		progress Progress
	}{
		{"accepted", Recapture{Status: Active, Progress: Queued}, accepted, Active, Watched},
		{"refused", Recapture{Status: Active, Progress: Queued}, refused, Errored, ""},
		{"refused after it was watched", Recapture{Status: Active, Progress: Watched}, refused, Active, Watched},
		{"accepted after an error", Recapture{Status: Errored}, accepted, Active, Watched},
		{"outcome of another chunk", Recapture{Status: Active, Progress: Queued}, foreign, Active, Queued},
		{"outcome of a deleted one", Recapture{Status: Deleted}, accepted, Deleted, ""},
		{"first listing", Recapture{Status: Active, Progress: Watched}, listed, NewSighting, Watched},
		{"later listing", Recapture{Status: Active, Progress: Watched, LastSighting: seen}, listed, NewSighting, Watched},
		{"first seen when it had ended", Recapture{Status: Active, Progress: Watched}, ended, NewSighting, Watched},
		{"its listing ends", Recapture{Status: Active, Progress: Watched, LastSighting: seen}, ended, Active, Watched},
		{"its listing ends unseen", Recapture{Status: NewSighting, Progress: Watched, LastSighting: seen}, ended, NewSighting, Watched},
		{"listing of a deleted one", Recapture{Status: Deleted}, listed, Deleted, ""},
		{"opened", Recapture{Status: NewSighting, Progress: Watched}, (*Recapture).opened, Active, Watched},
		{"opened when nothing was new", Recapture{Status: Errored}, (*Recapture).opened, Errored, ""},
	} {
		r := test.from
		r.Batch = "b"
		test.do(&r)
		if r.Status != test.status || r.Progress != test.progress {
			t.Errorf("%s: %s %q, want %s %q", test.name, r.Status, r.Progress, test.status, test.progress)
		}
	}
}

// T031: the order in which sightings arrive, and in what portions, does not matter.
func TestInWhateverOrderSightingsArriveTheLastOneAndTheStatusAreTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var story []Sighting
		for i := range rapid.IntRange(1, 5).Draw(t, "states") {
			at := noon.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hour")) * time.Hour)
			story = append(story, Sighting{Listing: fmt.Sprint("L", i%2), At: at, Price: money.Money{Amount: int64(rapid.IntRange(1, 3).Draw(t, "price")), Currency: "AUD"}, Delisted: rapid.Bool().Draw(t, "ended")})
		}
		inOrder := Recapture{Status: Active, Progress: Watched}
		inOrder.sighted(story)
		shuffled := Recapture{Status: Active, Progress: Watched}
		told := map[string]int{}
		for rest := rapid.Permutation(story).Draw(t, "order"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "portion")
			if news := shuffled.sighted(rest[:n]); news != nil {
				told[news.state()]++
			}
			rest = rest[n:]
		}
		if inOrder.LastSighting.state() != shuffled.LastSighting.state() || inOrder.Status != shuffled.Status || inOrder.Status != NewSighting {
			t.Fatalf("at once %s %+v, in portions %s %+v", inOrder.Status, inOrder.LastSighting, shuffled.Status, shuffled.LastSighting)
		}
		if len(told) == 0 {
			t.Fatal("nobody was told")
		}
	})
}

// C12, R59, R60.
func TestAFurtherSubmissionAddsItsSources(t *testing.T) {
	r := Recapture{Leads: []lead.ID{"l1"}}
	if r.joins(Recapture{Leads: []lead.ID{"l1"}}) {
		t.Error("the same lead again is news")
	}
	if !r.joins(Recapture{Leads: []lead.ID{"l2"}, Owner: "owner", Customer: Customer{Last: "Lee"}}) || len(r.Leads) != 2 || r.Owner != "owner" || r.Customer.Last != "Lee" {
		t.Errorf("%+v", r)
	}
	if !r.joins(Recapture{Customer: Customer{ID: "c1", Last: "Lee"}}) || r.Customer.ID != "c1" {
		t.Errorf("a customer record is more than a name: %+v", r.Customer)
	}
	if r.joins(Recapture{Owner: "another", Customer: Customer{ID: "c2"}}) || r.Owner != "owner" || r.Customer.ID != "c1" {
		t.Errorf("what is known stays: %+v", r)
	}
	for n := range 3 * MaxSources {
		r.joins(Recapture{Leads: []lead.ID{lead.ID(fmt.Sprint("more", n))}})
	}
	if len(r.Leads) != MaxSources {
		t.Errorf("%d sources", len(r.Leads))
	}
}

func TestARecaptureThatBeginsAnewKeepsWhatWasLearned(t *testing.T) {
	old := Recapture{
		Status: Errored, Error: "bad", Vehicle: vehicle.Vehicle{VIN: "WVWZZZAWZKU065305", Make: "VW"}, Customer: Customer{ID: "c1"},
		LastSighting: &Sighting{At: noon}, NewLeads: []lead.ID{"l1"}, Leads: []lead.ID{"l0"},
	}
	r := old.again(Recapture{Status: Active, Progress: Queued, Batch: "new", Vehicle: vehicle.Vehicle{Rego: "ABC12D"}, Customer: Customer{Last: "Lee"}})
	if r.Status != Active || r.Batch != "new" || r.Error != "" || r.Vehicle.VIN != old.Vehicle.VIN || r.Vehicle.Make != "VW" || r.Customer.ID != "c1" || len(r.NewLeads) != 1 || len(r.Leads) != 1 || r.LastSighting == nil {
		t.Errorf("%+v", r)
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	for n, want := range map[int]time.Duration{0: 5 * time.Second, 1: 10 * time.Second, 7: 640 * time.Second, 8: 15 * time.Minute, 500: 15 * time.Minute, -1: 5 * time.Second} {
		if got := retryIn(errs.E(errs.TooMany, "slow down"), n); got != want {
			t.Errorf("attempt %d: %v, want %v", n, got, want)
		}
	}
	if got := retryIn(errs.Later(errs.TooMany, 1e9*time.Second, "slow down"), 0); got != 15*time.Minute {
		t.Errorf("asked for 30 years: %v", got)
	}
}

// R48, R49, C9: whatever happens, in whatever yard, the numbers add up.
func TestTheTallyMovesWithItsRecapture(t *testing.T) {
	co := ident.Trusted("harbour")
	statuses := append(Statuses(), Active)
	rapid.Check(t, func(t *rapid.T) {
		sum := map[string]int64{}
		var r *Recapture
		for range rapid.IntRange(1, 8).Draw(t, "changes") {
			after := Recapture{ID: "r", Yard: rapid.SampledFrom([]string{"sydney", "melbourne"}).Draw(t, "yard"), Status: rapid.SampledFrom(statuses).Draw(t, "status")}
			if r != nil && r.LastSighting != nil || rapid.Bool().Draw(t, "sighted") {
				after.LastSighting = &Sighting{At: noon}
			}
			count := changes{}
			count.move(co, r, after)
			count.ops()
			for key, deltas := range count {
				for name, n := range deltas {
					sum[key.Partition+" "+name] += n
				}
			}
			r = &after
		}
		want := map[string]int64{}
		count := changes{}
		count.state(co, *r, 1)
		for key, deltas := range count {
			for name, n := range deltas {
				want[key.Partition+" "+name] += n
			}
		}
		for name, n := range sum {
			if n != want[name] {
				t.Fatalf("%s is %d, want %d", name, n, want[name])
			}
		}
	})
}
