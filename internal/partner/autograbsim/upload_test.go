package autograbsim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// results reads what became of the customers of a list, by their external ids.
func (w *world) results(id string) map[string]map[string]any {
	w.t.Helper()
	results := map[string]map[string]any{}
	for _, result := range w.must("GET", "/v2/recapture/upload/"+id+"?region=au", "")["customers"].([]any) {
		result := result.(map[string]any)
		results[fmt.Sprint(result["external_id"])] = result
	}
	return results
}

func TestAListIsQueuedAndThenProcessed(t *testing.T) {
	w := newWorld(t, "")
	id := w.upload(`{"external_id":"a","vin":"WVWZZZAWZKU065305"}`)
	if next, ok := w.sim.Next(t.Context()); !ok || next.Sub(start) != 150*time.Millisecond {
		t.Errorf("Next = %v, %v", next, ok)
	}
	w.work(149 * time.Millisecond)
	if status := w.must("GET", "/v2/recapture/upload/"+id+"?region=au", "")["status"]; status != "queued" {
		t.Errorf("too early it is %v", status)
	}
	w.work(time.Millisecond)
	if status := w.must("GET", "/v2/recapture/upload/"+id+"?region=au", "")["status"]; status != "processed" {
		t.Errorf("in time it is %v", status)
	}
	if next, ok := w.sim.Next(t.Context()); ok {
		t.Errorf("something is due at %v", next)
	}
}

func TestACustomerThatCannotBeWatchedIsAnErrorOfItsOwn(t *testing.T) {
	w := newWorld(t, "")
	for _, c := range []struct{ region, item, says string }{
		{"au", `"vin":"WVWZZZAWZKU065305"`, ""},
		{"au", `"vin":"wvwzzz awz ku065305"`, ""},
		{"au", `"rego":"ABC12D","state":"NSW"`, ""},
		{"au", `"rego":"REG4SUCCESS"`, ""},
		{"au", `"vin":"WVWZZZAWZKU065305","rego":"ABC12D"`, ""},
		{"au", `"vin":null,"rego":null`, "rego or vin is required"},
		{"au", `"vin":" - "`, "rego or vin is required"},
		{"au", `"rego":"ABC12D"`, "state is required with a rego"},
		{"au", `"vin":"WVWZZZAWZKU06530"`, "vin has 16 characters, 17 are required"},
		{"au", `"vin":"WVWZZZAWZKU0653055"`, "vin has 18 characters, 17 are required"},
		{"au", `"vin":"WVWZZZAWZKU065305","sale_date":"17/05/2023"`, "sale_date is not a date"},
		{"au", `"vin":"WVWZZZAWZKU065305","monitor_end_date":"2027-02-30"`, "monitor_end_date is not a date"},
		{"nz", `"rego":"ABC123"`, ""},
		{"de", `"rego":"KI-AB 123"`, ""},
	} {
		id := w.must("POST", "/v2/recapture/upload?region="+c.region, `{"name":"list","customers":[{`+c.item+`}]}`)["id"].(string)
		w.work(time.Second)
		list := w.must("GET", "/v2/recapture/upload/"+id+"?region="+c.region, "")
		result := list["customers"].([]any)[0].(map[string]any)
		says, _ := result["error"].(string)
		if says != c.says || (result["id"] == nil) != (c.says != "") || (list["total_errors"] != 0.0) != (c.says != "") {
			t.Errorf("%s in %s: %v, want %q", c.item, c.region, list, c.says)
		}
	}
	if errors, customers := w.figure("errors"), w.figure("customers"); errors != 7 || customers != 7 {
		t.Errorf("%d errors and %d customers, want 7 and 7", errors, customers)
	}
}

func TestALookUpFillsInTheVINAndCosts(t *testing.T) {
	w := newWorld(t, "")
	w.load("rego,state,vin\nABC12D,NSW,WVWZZZAWZKU065305")
	results := func(lookups bool) map[string]map[string]any {
		id := w.must("POST", "/v2/recapture/upload?region=au", fmt.Sprintf(`{"name":"list","enable_rego_lookups":%v,"customers":[
			{"external_id":"known","rego":"abc 12d","state":"nsw"},{"external_id":"unknown","rego":"XYZ99Z","state":"NSW"},
			{"external_id":"test","rego":"REG4SUCCESS"},{"external_id":"vin","vin":"1M8GDM9AXKP042788","rego":"ABC12D","state":"NSW"}]}`, lookups))["id"].(string)
		w.work(time.Second)
		return w.results(id)
	}
	if plain := results(false); plain["known"]["vin"] != nil || w.figure("charges") != 0 {
		t.Errorf("without look-up: %v, %d charges", plain, w.figure("charges"))
	}
	looked := results(true)
	for id, vin := range map[string]any{
		"known": "WVWZZZAWZKU065305", "unknown": nil, "test": strings.Repeat("0", 17), "vin": "1M8GDM9AXKP042788",
	} {
		if looked[id]["vin"] != vin {
			t.Errorf("%s has VIN %v, want %v", id, looked[id]["vin"], vin)
		}
	}
	if charges := w.figure("charges"); charges != 2 {
		t.Errorf("%d charges, want 2: one per look-up, none for the test plate or a given VIN", charges)
	}
}

func TestAListUploadedTwiceIsTwoListsAndCountsAsDuplicates(t *testing.T) {
	w := newWorld(t, "")
	const item = `{"external_id":"a","vin":"WVWZZZAWZKU065305"}`
	first, second := w.upload(item), w.upload(item)
	w.work(time.Second)
	found := w.must("GET", "/v2/recapture/upload?region=au&name=list", "")["uploads"].([]any)
	if len(found) != 2 || found[0].(map[string]any)["id"] != first || found[1].(map[string]any)["id"] != second {
		t.Errorf("found %v, want %s before %s", found, first, second)
	}
	if customers, duplicates := w.figure("customers"), w.figure("duplicates"); customers != 2 || duplicates != 1 {
		t.Errorf("%d customers, %d duplicates", customers, duplicates)
	}
	for _, id := range []string{first, second} {
		w.must("DELETE", "/v2/recapture/customers/"+w.results(id)["a"]["id"].(string)+"?region=au", "")
	}
	w.upload(item)
	w.work(time.Second)
	if customers, duplicates := w.figure("customers"), w.figure("duplicates"); customers != 1 || duplicates != 1 {
		t.Errorf("after the watches ended: %d customers, %d duplicates", customers, duplicates)
	}
}

func TestAListThatIsNoListIsRefused(t *testing.T) {
	w := newWorld(t, "")
	many := strings.TrimSuffix(strings.Repeat(`{"vin":"WVWZZZAWZKU065305"},`, 5001), ",")
	for body, want := range map[string]int{
		`{"customers":[{"vin":"WVWZZZAWZKU065305"}]}`: http.StatusBadRequest,
		`{"name":"list"}`:                               http.StatusBadRequest,
		`{"name":"list","customers":[]}`:                http.StatusBadRequest,
		`{"name":"list","customers":[` + many + `]}`:    http.StatusBadRequest,
		`{"name":"list","customers":`:                   http.StatusBadRequest,
		`name=list`:                                     http.StatusBadRequest,
		`{"name":"` + strings.Repeat("x", 9<<20) + `"}`: http.StatusRequestEntityTooLarge,
	} {
		if status, text := w.ask(apiKey, "POST", "/v2/recapture/upload?region=au", body); status != want {
			t.Errorf("%.60s = %d %s, want %d", body, status, text, want)
		}
	}
	if queued := w.figure("queued"); queued != 0 {
		t.Errorf("%d lists are queued", queued)
	}
}

func TestAccountsAndRegionsSeeNothingOfEachOther(t *testing.T) {
	w := newWorld(t, "")
	list := w.upload(`{"external_id":"a","vin":"WVWZZZAWZKU065305"}`)
	w.work(time.Second)
	customer := w.results(list)["a"]["id"].(string)
	for _, c := range []struct{ key, region string }{{"sec_another", "au"}, {apiKey, "nz"}} {
		for _, call := range []string{
			"GET /v2/recapture/upload/" + list, "GET /v2/recapture/customers/" + customer, "DELETE /v2/recapture/customers/" + customer,
		} {
			method, path, _ := strings.Cut(call, " ")
			status, text := w.ask(c.key, method, path+"?region="+c.region, "")
			unknownStatus, unknownText := w.ask(c.key, method, path+"x?region="+c.region, "")
			if status != http.StatusNotFound || status != unknownStatus || text != unknownText {
				t.Errorf("%s by %s in %s = %d %s; unknown is %d %s", call, c.key, c.region, status, text, unknownStatus, unknownText)
			}
		}
		if _, text := w.ask(c.key, "GET", "/v2/recapture/upload?name=list&region="+c.region, ""); text != `{"uploads":[]}` {
			t.Errorf("%s finds %s", c.key, text)
		}
	}
	if customers := w.figure("customers"); customers != 1 {
		t.Errorf("%d customers, want 1", customers)
	}
}

func TestEveryPathNeedsAKeyAndARegion(t *testing.T) {
	w := newWorld(t, "")
	for _, call := range []string{
		"POST /v2/recapture/upload", "GET /v2/recapture/upload", "GET /v2/recapture/upload/x", "GET /v2/recapture/customers/x",
		"DELETE /v2/recapture/customers/x", "POST /v2/webhooks", "GET /v2/webhooks/x", "DELETE /v2/webhooks/x",
		"POST /v2/webhooks/x/ping", "GET /v2/vehicles/registrations/x", "GET /v2/vehicles/vins/x", "GET /v2/nothing",
	} {
		method, path, _ := strings.Cut(call, " ")
		for key, want := range map[string]int{"": 401, "sec_x": 401, "sec_revoked_1": 401, "pub_website": 403, "sec_nolicence": 403} {
			if status, text := w.ask(key, method, path+"?region=au", "{}"); status != want {
				t.Errorf("%s with key %q = %d %s, want %d", call, key, status, text, want)
			}
		}
		for _, region := range []string{"", "?region=", "?region=AU", "?region=fr"} {
			if status, text := w.ask(apiKey, method, path+region, "{}"); status != 400 || text != `{"message":"Invalid Region"}` {
				t.Errorf("%s%s = %d %s", call, region, status, text)
			}
		}
	}
}
