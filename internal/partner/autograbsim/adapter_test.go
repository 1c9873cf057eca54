package autograbsim_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/partner/autograb"
	"github.com/winback-auto/winback/internal/platform/errs"
)

func (w *world) dial(key, country string) partner.Watcher {
	return autograb.Dial(autograb.Options{BaseURL: w.server.URL, Now: w.clock})(partner.Account{Key: key, Country: country})
}

func vehicles(n int) []partner.Vehicle {
	list := make([]partner.Vehicle, n)
	for i := range list {
		list[i] = partner.Vehicle{ID: fmt.Sprintf("watch-%d", i), VIN: fmt.Sprintf("WVWZZZAWZKU%06d", i), SoldOn: "2023-05-17"}
	}
	return list
}

func TestTheAdapterWalksAVehicleThroughItsWholeLife(t *testing.T) {
	for country, state := range map[string]string{"AU": "NSW", "NZ": "", "GB": "", "MY": "", "DE": ""} {
		t.Run(country, func(t *testing.T) {
			w := newWorld(t, "")
			ctx := t.Context()
			dealer := w.dial(apiKey, country)

			hook, err := dealer.Register(ctx, "Harbour Motors", w.hook.URL+"/webhooks/autograb/token")
			if err != nil {
				t.Fatal(err)
			}
			if err := dealer.Ping(ctx, hook); err != nil {
				t.Fatal(err)
			}
			w.work(0)
			w.received(partner.EventPing)

			receipt, err := dealer.Upload(ctx, partner.Upload{Name: "chunk", LookUpVIN: true, Vehicles: []partner.Vehicle{
				{ID: "by-vin", VIN: "WVWZZZAWZKU065305", MonitorUntil: start.AddDate(2, 0, 0)},
				{ID: "by-rego", Rego: "ABC-12D", State: state},
				{ID: "bad", VIN: "TOOSHORT"},
			}})
			if err != nil {
				t.Fatal(err)
			}
			if found, err := dealer.Find(ctx, "chunk"); err != nil || found != receipt {
				t.Fatalf("Find = %q, %v, want %q", found, err, receipt)
			}
			if progress, err := dealer.Progress(ctx, receipt); err != nil || progress.Done || progress.Total != 3 {
				t.Fatalf("at once: %+v, %v", progress, err)
			}
			w.work(time.Second)
			progress, err := dealer.Progress(ctx, receipt)
			if err != nil || !progress.Done || progress.Processed != 3 || len(progress.Outcomes) != 3 {
				t.Fatalf("later: %+v, %v", progress, err)
			}
			refs := map[string]string{}
			for _, outcome := range progress.Outcomes {
				refs[outcome.ID] = outcome.Ref
				if watched := outcome.Error == ""; watched != (outcome.ID != "bad") || watched != (outcome.Ref != "") {
					t.Errorf("%+v", outcome)
				}
			}

			w.load(fmt.Sprintf("vin,rego,state,price,url\nWVWZZZAWZKU065305,,,23990,https://cars.example/1\n,ABC12D,%s,9000,https://cars.example/2", state))
			w.work(0)
			news := w.received(partner.EventNew, partner.EventNew)
			for _, push := range news { // in whatever order they came
				if push.Ref == "" || push.Ref != refs[push.ID] {
					t.Errorf("push %+v is not about %v", push, refs)
				}
				truth, err := dealer.Vehicle(ctx, push.Ref)
				if err != nil || truth.ID != push.ID || !slices.Equal(truth.Sightings, push.Sightings) {
					t.Errorf("truth %+v, %v\npush %+v", truth, err, push)
				}
			}
			if news[0].ID == news[1].ID {
				t.Errorf("%s was pushed twice", news[0].ID)
			}
			w.load("vin,price,url\nWVWZZZAWZKU065305,21990,https://cars.example/1")
			w.work(0)
			if cheaper := w.received(partner.EventPriceChange)[0]; cheaper.Sightings[0].Price != 21990 {
				t.Errorf("%+v", cheaper)
			}
			w.load(`[{"vin":"WVWZZZAWZKU065305","url":"https://cars.example/1","removed":true}]`)
			w.work(0)
			if gone := w.received(partner.EventDelist)[0]; !gone.Sightings[0].Delisted {
				t.Errorf("%+v", gone)
			}

			for range 2 {
				if err := dealer.Remove(ctx, refs["by-vin"]); err != nil {
					t.Fatal(err)
				}
				if err := dealer.Unregister(ctx, hook); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := dealer.Vehicle(ctx, refs["by-vin"]); !errs.Is(err, errs.NotFound) {
				t.Errorf("a removed vehicle: %v", err)
			}
		})
	}
}

// received parses the pushes that came since the last look and checks their events.
func (w *world) received(events ...partner.Event) []partner.Push {
	w.t.Helper()
	var parsed []partner.Push
	var got []partner.Event
	for _, p := range w.pushes() {
		push, err := autograb.ParsePush([]byte(p.body))
		if err != nil {
			w.t.Fatalf("%v in %s", err, p.body)
		}
		parsed, got = append(parsed, push), append(got, push.Event)
	}
	if !slices.Equal(got, events) {
		w.t.Fatalf("events %v, want %v", got, events)
	}
	return parsed
}

// TestALostAnswerToAnUploadIsSettledByFind is what our side has to do at the partner's worst: the list was taken and the
// answer was not.
func TestALostAnswerToAnUploadIsSettledByFind(t *testing.T) {
	w := newWorld(t, "")
	dealer := w.dial(apiKey, "AU")
	for seed := range 4 { // answers of 500 and dropped connections, both
		w.must("POST", "/_sim/faults", fmt.Sprintf(`{"ambiguous500":1,"seed":%d}`, seed))
		name := fmt.Sprintf("chunk-%d", seed)
		_, err := dealer.Upload(t.Context(), partner.Upload{Name: name, Vehicles: vehicles(3)})
		if !errors.Is(err, partner.ErrAmbiguous) || !errs.Is(err, errs.Unavailable) {
			t.Fatalf("upload: %v", err)
		}
		receipt, err := dealer.Find(t.Context(), name)
		if err != nil {
			t.Fatalf("the list was taken, but Find says %v", err)
		}
		w.work(time.Second)
		if progress, err := dealer.Progress(t.Context(), receipt); err != nil || progress.Processed != 3 {
			t.Errorf("%+v, %v", progress, err)
		}
	}
}

func TestARefusedUploadIsNotThereAndMayBeRepeated(t *testing.T) {
	w := newWorld(t, "")
	dealer := w.dial(apiKey, "AU")
	for _, c := range []struct {
		fault     string
		kind      errs.Kind
		ambiguous bool
	}{{"rate429", errs.TooMany, false}, {"rate500", errs.Unavailable, true}, {"rate403", errs.Forbidden, false}} {
		w.must("POST", "/_sim/faults", `{"`+c.fault+`":1}`)
		_, err := dealer.Upload(t.Context(), partner.Upload{Name: "chunk", Vehicles: vehicles(3)})
		if !errs.Is(err, c.kind) || errors.Is(err, partner.ErrAmbiguous) != c.ambiguous {
			t.Errorf("%s: %v", c.fault, err)
		}
		w.must("POST", "/_sim/faults", `{}`)
		if _, err := dealer.Find(t.Context(), "chunk"); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s: Find says %v", c.fault, err)
		}
	}
}

func TestKeysAreJudgedAsTheAdapterExpects(t *testing.T) {
	w := newWorld(t, "")
	for _, key := range []string{"", "pub_website", "sec_", "sec_revoked_1", "sec_nolicence_1", "something else"} {
		_, err := w.dial(key, "AU").Upload(t.Context(), partner.Upload{Name: "chunk", Vehicles: vehicles(1)})
		if !errs.Is(err, errs.Forbidden) || errors.Is(err, partner.ErrAmbiguous) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	if uploads := w.figure("queued"); uploads != 0 {
		t.Errorf("%d lists were taken", uploads)
	}
}

func TestThousandsOfVehiclesArePushedOnceEach(t *testing.T) {
	w := newWorld(t, "")
	dealer := w.dial(apiKey, "AU")
	if _, err := dealer.Register(t.Context(), "hook", w.hook.URL+"/hook"); err != nil {
		t.Fatal(err)
	}
	const total, chunk = 3000, 250
	all := vehicles(total)
	feed := "vin,price\n"
	for i, vehicle := range all {
		feed += vehicle.VIN + ",13500\n"
		if i%chunk == 0 {
			if _, err := dealer.Upload(t.Context(), partner.Upload{Name: fmt.Sprint(i), Vehicles: all[i : i+chunk]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.work(time.Second)
	w.load(feed)
	w.work(0)
	seen := map[string]int{}
	for _, p := range w.pushes() {
		push, err := autograb.ParsePush([]byte(p.body))
		if err != nil {
			t.Fatal(err)
		}
		seen[push.ID]++
	}
	for _, vehicle := range all {
		if seen[vehicle.ID] != 1 {
			t.Errorf("%s was pushed %d times", vehicle.ID, seen[vehicle.ID])
		}
	}
	if customers, duplicates := w.figure("customers"), w.figure("duplicates"); customers != total || duplicates != 0 {
		t.Errorf("%d customers, %d duplicates", customers, duplicates)
	}
}
