package autograbsim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const polo = "WVWZZZAWZKU065305"

// told reads the pushes since the last look as "event external-id price", sorted because they may overtake each other.
func (w *world) told() []string {
	w.t.Helper()
	var told []string
	for _, p := range w.pushes() {
		var push struct {
			Event    string
			Customer struct {
				ExternalID string `json:"external_id"`
				Sightings  []struct {
					Price int64 `json:"listing_price"`
				}
			}
		}
		if err := json.Unmarshal([]byte(p.body), &push); err != nil {
			w.t.Fatalf("%v in %s", err, p.body)
		}
		line := strings.TrimPrefix(push.Event, "recapture_") + " " + push.Customer.ExternalID
		for _, seen := range push.Customer.Sightings {
			line += fmt.Sprint(" ", seen.Price)
		}
		told = append(told, line)
	}
	slices.Sort(told)
	return told
}

func (w *world) expect(what string, want ...string) {
	w.t.Helper()
	w.work(0)
	if got := w.told(); !slices.Equal(got, want) {
		w.t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

func (w *world) watch(customers ...string) {
	w.t.Helper()
	w.upload(customers...)
	w.work(time.Second)
}

func TestAVehicleMeetsItsListingWhicheverComesFirst(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.load("vin,price\n" + polo + ",20000")
	w.watch(`{"external_id":"later","vin":"` + polo + `"}`)
	w.expect("listing first", "new later 20000")
	w.watch(`{"external_id":"earlier","rego":"ABC12D","state":"NSW"}`)
	w.expect("no listing yet")
	w.load("rego,state,price\nABC12D,VIC,1\nABC12D,NSW,9000")
	w.expect("vehicle first", "new earlier 9000")
}

func TestTheStoryOfAListingIsToldEventByEvent(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"`+polo+`"}`, `{"external_id":"b","vin":"`+polo+`"}`, `{"external_id":"c","vin":"1M8GDM9AXKP042788"}`)
	for _, step := range []struct {
		what, row string
		want      []string
	}{
		{"appears", "20000,", []string{"new a 20000", "new b 20000"}},
		{"unchanged", "20000,", nil},
		{"cheaper", "19000,", []string{"price_change a 19000", "price_change b 19000"}},
		{"dearer again", "20000,", []string{"price_change a 20000", "price_change b 20000"}},
		{"ends", ",true", []string{"delist a 20000", "delist b 20000"}},
		{"ends again", ",true", nil},
		{"is back", "18000,", []string{"new a 18000", "new b 18000"}},
	} {
		w.load("vin,url,price,removed\n" + polo + ",https://cars.example/1," + step.row)
		w.expect(step.what, step.want...)
	}
	w.load("vin,url,price\n" + polo + ",https://other.example/1,17500")
	w.expect("another listing", "new a 18000 17500", "new b 18000 17500")
	if sightings := w.figure("sightings"); sightings != 4 {
		t.Errorf("%d sightings, want 4", sightings)
	}
}

func TestSeveralRowsOfOneVehicleHappenInTheirOrder(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	w.load("vin,price\n" + polo + ",3\n" + polo + ",2\n" + polo + ",1")
	w.expect("three prices", "new a 3", "price_change a 1", "price_change a 2")
}

func TestAWatchEndsWithItsLastDayOrItsRemoval(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	id := w.upload(`{"external_id":"today","vin":"`+polo+`","monitor_end_date":"2026-11-22"}`,
		`{"external_id":"over","vin":"`+polo+`","monitor_end_date":"2026-11-21"}`,
		`{"external_id":"removed","vin":"`+polo+`"}`)
	w.work(time.Second)
	w.must("DELETE", "/v2/recapture/customers/"+w.results(id)["removed"]["id"].(string)+"?region=au", "")
	w.load("vin,price\n" + polo + ",20000")
	w.expect("on the last day", "new today 20000")
	w.work(24 * time.Hour)
	w.load("vin,price\n" + polo + ",19000")
	w.expect("a day later")
}

func TestAListMayNameTheLastDayForAll(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.must("POST", "/v2/recapture/upload?region=au", `{"name":"list","monitor_end_date":"2026-11-21","customers":[
		{"external_id":"over","vin":"`+polo+`"},{"external_id":"own","vin":"`+polo+`","monitor_end_date":"2026-12-31"}]}`)
	w.work(time.Second)
	w.load("vin,price\n" + polo + ",20000")
	w.expect("one is over", "new own 20000")
}

func TestPushesGoToTheWebhooksOfTheAccountAndRegionThatWantThem(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/one")
	two := w.register(apiKey, "/two")
	w.register("sec_another", "/foreign")
	body := `{"name":"hook","region":%q,"format":"json","endpoint":%q,"events":[%q]}`
	w.must("POST", "/v2/webhooks?region=au", fmt.Sprintf(body, "au", w.hook.URL+"/prices", "recapture_price_change"))
	w.must("POST", "/v2/webhooks?region=nz", fmt.Sprintf(body, "nz", w.hook.URL+"/nz", "recapture_new"))
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	paths := func() []string {
		w.work(0)
		var paths []string
		for _, p := range w.pushes() {
			paths = append(paths, p.path)
		}
		slices.Sort(paths)
		return paths
	}
	w.load("vin,price\n" + polo + ",20000")
	if got := paths(); !slices.Equal(got, []string{"/one", "/two"}) {
		t.Errorf("a new listing went to %v", got)
	}
	w.load("vin,price\n" + polo + ",19000")
	w.must("DELETE", "/v2/webhooks/"+two+"?region=au", "")
	if got := paths(); !slices.Equal(got, []string{"/one", "/prices"}) {
		t.Errorf("a change of price went to %v, and /two was deleted before it left", got)
	}
}

func TestAWebhookIsReadByItsOwnerOnly(t *testing.T) {
	w := newWorld(t, "")
	id := w.register(apiKey, "/hook")
	for _, c := range []struct {
		key, region, id string
		status          int
		says            string
	}{
		{apiKey, "au", id, 200, w.hook.URL},
		{apiKey, "nz", id, 400, "Invalid Region"},
		{"sec_another", "au", id, 403, "You don't have permission to access that webhook"},
		{apiKey, "au", "unknown", 404, "not found"},
	} {
		for _, call := range []string{"GET /v2/webhooks/" + c.id, "POST /v2/webhooks/" + c.id + "/ping", "DELETE /v2/webhooks/" + c.id} {
			if c.status == 200 && !strings.HasPrefix(call, "GET") {
				continue
			}
			method, path, _ := strings.Cut(call, " ")
			if status, text := w.ask(c.key, method, path+"?region="+c.region, ""); status != c.status || !strings.Contains(text, c.says) {
				t.Errorf("%s by %s in %s = %d %s, want %d %s", call, c.key, c.region, status, text, c.status, c.says)
			}
		}
	}
}

func TestAWebhookThatCannotWorkIsRefused(t *testing.T) {
	w := newWorld(t, "")
	for _, body := range []string{
		`{"region":"au","format":"json","endpoint":"https://x.example","events":["ping"]}`,
		`{"name":"x","region":"nz","format":"json","endpoint":"https://x.example","events":["ping"]}`,
		`{"name":"x","region":"au","format":"xml","endpoint":"https://x.example","events":["ping"]}`,
		`{"name":"x","region":"au","format":"json","endpoint":"ftp://x.example","events":["ping"]}`,
		`{"name":"x","region":"au","format":"json","endpoint":"/hook","events":["ping"]}`,
		`{"name":"x","region":"au","format":"json","endpoint":"https://x.example"}`,
		`[]`,
	} {
		if status, text := w.ask(apiKey, "POST", "/v2/webhooks?region=au", body); status != http.StatusBadRequest {
			t.Errorf("%s = %d %s", body, status, text)
		}
	}
}

func TestTheFeedAnswersLookUps(t *testing.T) {
	w := newWorld(t, "")
	w.load("vin,rego,state,make,model,year\n" + polo + ",ABC12D,NSW,Volkswagen,Polo,2019")
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/v2/vehicles/registrations/abc-12d?region=au&state=nsw", 200, polo},
		{"/v2/vehicles/registrations/ABC12D?region=au&state=VIC", 404, "not found"},
		{"/v2/vehicles/registrations/ABC12D?region=au", 400, "state is required"},
		{"/v2/vehicles/registrations/REG4SUCCESS?region=au", 200, "00000000000000000"},
		{"/v2/vehicles/vins/" + polo + "?region=au", 200, `"model":"Polo"`},
		{"/v2/vehicles/vins/1M8GDM9AXKP042788?region=au", 200, `"model":null`}, // decoded
		{"/v2/vehicles/vins/1M8GDM9AXKPO42788?region=au", 404, "not found"},
		{"/v2/vehicles/vins/SHORT?region=au", 404, "not found"},
	} {
		if status, text := w.ask(apiKey, "GET", c.path, ""); status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s = %d %s, want %d with %s", c.path, status, text, c.status, c.says)
		}
	}
}

func TestAVehicleThatFitsByVINAndByRegoIsToldOnce(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	const both = `"vin":"` + polo + `","rego":"ABC12D","state":"NSW"}`
	w.watch(`{"external_id":"earlier",` + both)
	w.load("vin,rego,state,price\n" + polo + ",ABC12D,NSW,20000")
	w.expect("vehicle first", "new earlier 20000")
	w.watch(`{"external_id":"later",` + both)
	w.expect("listing first", "new later 20000")
}

func TestAListingOfTheSamePlateWithAnotherVINIsMetToo(t *testing.T) {
	w := newWorld(t, "")
	w.register(apiKey, "/hook")
	w.load("vin,rego,state,price\n1M8GDM9AXKP042788,ABC12D,NSW,9000\n,ABC12D,NSW,8000")
	w.watch(`{"external_id":"a","vin":"` + polo + `","rego":"ABC12D","state":"NSW"}`)
	w.expect("two listings", "new a 9000", "new a 9000 8000")
}
