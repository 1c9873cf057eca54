package autograbsim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestAPushCanBeOrdered(t *testing.T) {
	w := newWorld(t, "")
	hook := w.register(apiKey, "/one")
	w.register("sec_another", "/two")
	id := w.upload(`{"external_id":"a","vin":"` + polo + `"}`)
	w.work(w.clock().Sub(start) + 1e9)
	ref := w.results(id)["a"]["id"].(string)
	for name, c := range map[string]struct {
		order string
		want  []pushed
	}{
		"by the partner's id": {`{"customer":"` + ref + `"}`, []pushed{{"/one", `"event":"recapture_new"`}}},
		"by the external id":  {`{"externalId":"a","event":"recapture_delist"}`, []pushed{{"/one", `"event":"recapture_delist"`}}},
		"hostile, to all":     {`{"body":{"event":"recapture_new","customer":{"id":"invented"}}}`, []pushed{{"/one", "invented"}, {"/two", "invented"}}},
		"hostile, to one":     {`{"body":[[[]]],"hook":"` + hook + `"}`, []pushed{{"/one", "[[[]]]"}}},
		"hostile, to its own": {`{"body":{"x":1},"customer":"` + ref + `"}`, []pushed{{"/one", `{"x":1}`}}},
		"no JSON at all":      {`{"body":"<html>\u0000","hook":"` + hook + `"}`, []pushed{{"/one", "<html>\x00"}}},
	} {
		w.must("POST", "/_sim/push", c.order)
		w.work(0)
		got := w.pushes()
		slices.SortFunc(got, func(a, b pushed) int { return strings.Compare(a.path, b.path) })
		if !slices.EqualFunc(got, c.want, func(got, want pushed) bool { return got.path == want.path && strings.Contains(got.body, want.body) }) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for order, want := range map[string]int{
		`{"customer":"unknown"}`: 404, `{"externalId":"unknown"}`: 404, `{}`: 404, `{"body":1,"hook":"unknown"}`: 404,
		`{"customr":"a"}`: 400, `{"customer":`: 400,
	} {
		if status, text := w.ask(apiKey, "POST", "/_sim/push", order); status != want {
			t.Errorf("%s = %d %s, want %d", order, status, text, want)
		}
	}
}

func TestListingsCanBePosted(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	if loaded := w.must("POST", "/_sim/listings", "vin,price\n"+polo+",20000\n,1"); loaded["new"] != 1.0 || loaded["skipped"] != 1.0 {
		t.Errorf("CSV: %v", loaded)
	}
	w.expect("CSV", "new a 20000")
	if loaded := w.must("POST", "/_sim/listings", `[{"VIN":"`+polo+`","Price":19000,"url":null}]`); loaded["prices"] != 1.0 {
		t.Errorf("JSON: %v", loaded)
	}
	w.expect("JSON", "price_change a 19000")
	if status, text := w.ask(apiKey, "POST", "/_sim/listings", `[{"vin":`); status != http.StatusBadRequest {
		t.Errorf("half = %d %s", status, text)
	}
}

func TestTheLogOfCallsShowsTheLast200AndNoKeys(t *testing.T) {
	w := newWorld(t, "")
	for range 150 {
		w.ask(apiKey, "GET", "/v2/vehicles/vins/x?region=au", "")
		w.ask("sec_another", "GET", "/v2/vehicles/vins/y?region=nz", "")
	}
	_, text := w.ask("", "GET", "/_sim/calls", "")
	if strings.Contains(text, "sec_") {
		t.Error("the log shows a key")
	}
	report := w.must("GET", "/_sim/calls", "")
	recent := report["recent"].([]any)
	first, second := recent[0].(map[string]any), recent[1].(map[string]any)
	if len(recent) != 200 || first["path"] != "/v2/vehicles/vins/y" || first["region"] != "nz" || first["account"] == second["account"] {
		t.Errorf("%d calls, newest %v, then %v", len(recent), first, second)
	}
	if counts := report["calls"].(map[string]any)["GET /v2/vehicles/vins/{vin}"].(map[string]any); counts["404"] != 300.0 {
		t.Errorf("counts %v", counts)
	}
}

func TestTheSimulatorIsHealthy(t *testing.T) {
	w := newWorld(t, "")
	if status, text := w.ask("", "GET", "/_sim/health", ""); status != 200 || text != `{"status":"ok"}` {
		t.Errorf("%d %s", status, text)
	}
}
