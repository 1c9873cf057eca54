package autograbsim_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// flood makes 200 customers with one push each and tells how it went.
func (w *world) flood() {
	w.t.Helper()
	w.register(apiKey, "/hooks/token")
	var customers []string
	feed := "vin\n"
	for _, vehicle := range vehicles(200) {
		customers = append(customers, fmt.Sprintf(`{"external_id":%q,"vin":%q}`, vehicle.ID, vehicle.VIN))
		feed += vehicle.VIN + "\n"
	}
	w.watch(customers...)
	w.load(feed)
}

func TestPushFaultsBefallTheirShareAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		faults               string
		received, sent, drop [2]int // from, to
	}{
		"none":      {`{}`, [2]int{200, 200}, [2]int{200, 200}, [2]int{0, 0}},
		"drop":      {`{"drop":0.5,"seed":1}`, [2]int{70, 130}, [2]int{70, 130}, [2]int{70, 130}},
		"drop all":  {`{"drop":1}`, [2]int{0, 0}, [2]int{0, 0}, [2]int{200, 200}},
		"duplicate": {`{"duplicate":0.5,"seed":1}`, [2]int{270, 330}, [2]int{270, 330}, [2]int{0, 0}},
		"reorder":   {`{"reorder":0.5,"seed":1}`, [2]int{200, 200}, [2]int{200, 200}, [2]int{0, 0}},
		"delay":     {`{"delay":"1h"}`, [2]int{200, 200}, [2]int{200, 200}, [2]int{0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "")
			w.must("POST", "/_sim/faults", c.faults)
			w.flood()
			w.settle()
			for what, got := range map[string]struct {
				n    int
				want [2]int
			}{
				"received": {len(w.pushes()), c.received}, "sent": {w.figure("sent"), c.sent}, "dropped": {w.figure("dropped"), c.drop},
			} {
				if got.n < got.want[0] || got.n > got.want[1] {
					t.Errorf("%d %s, want %v", got.n, what, got.want)
				}
			}
		})
	}
}

func TestADelayedPushComesLater(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"delay":"1h30m"}`)
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	w.load("vin,price\n" + polo + ",1")
	w.work(90*time.Minute - time.Nanosecond)
	w.expect("too early")
	w.work(time.Nanosecond)
	w.expect("in time", "new a 1")
}

func TestReorderedPushesAreOvertaken(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"reorder":1,"seed":3}`)
	w.register(apiKey, "/hook")
	w.watch(`{"external_id":"a","vin":"` + polo + `"}`)
	for price := range 20 {
		w.load(fmt.Sprintf("vin,price\n%s,%d", polo, 100+price))
	}
	w.settle()
	var order []string
	for _, p := range w.pushes() {
		order = append(order, p.body)
	}
	if len(order) != 20 || slices.IsSorted(order) {
		t.Errorf("%d pushes came in order", len(order))
	}
	if took := w.clock().Sub(start); took > 12*time.Second {
		t.Errorf("the last one came after %v", took)
	}
}

func TestAPushWithAWrongTokenGoesToAnotherPathAndIsRepeated(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"wrongToken":0.5,"seed":1}`)
	w.answer = func(p pushed) int {
		if p.path != "/hooks/token" {
			return http.StatusNotFound
		}
		return http.StatusNoContent
	}
	w.flood()
	w.settle()
	paths := map[string]int{}
	for _, p := range w.pushes() {
		paths[p.path]++
	}
	right, wrong := paths["/hooks/token"], paths["/hooks/forged-token"]
	if len(paths) != 2 || wrong < 100 || right != w.figure("sent") || right+w.figure("abandoned") != 200 {
		t.Errorf("paths %v, %d sent, %d abandoned", paths, w.figure("sent"), w.figure("abandoned"))
	}
}

func TestCallFaultsBefallTheirShareAndAreLogged(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"rate429":0.3,"rate500":0.3,"seed":7}`)
	statuses := map[int]int{}
	for range 300 {
		status, _ := w.ask(apiKey, "GET", "/v2/recapture/upload?region=au&name=x", "")
		statuses[status]++
	}
	if statuses[429] < 60 || statuses[500] < 40 || statuses[200] < 100 {
		t.Errorf("statuses %v", statuses)
	}
	counts := w.must("GET", "/_sim/calls", "")["calls"].(map[string]any)["GET /v2/recapture/upload"].(map[string]any)
	for status, n := range statuses {
		if counts[fmt.Sprint(status)] != float64(n) {
			t.Errorf("status %d: counted %v, got %d", status, counts[fmt.Sprint(status)], n)
		}
	}
}

func TestTheSameSeedBefallsTheSameCalls(t *testing.T) {
	var runs [2][]int
	for i := range runs {
		w := newWorld(t, "")
		w.must("POST", "/_sim/faults", `{"rate500":0.5,"seed":42}`)
		for range 50 {
			status, _ := w.ask(apiKey, "GET", "/v2/recapture/upload?region=au&name=x", "")
			runs[i] = append(runs[i], status)
		}
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Errorf("%v\n%v", runs[0], runs[1])
	}
}

func TestAnAmbiguousAnswerHidesWorkThatWasDone(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"ambiguous500":1,"seed":1}`)
	statuses := map[int]int{}
	for range 40 {
		status, _ := w.ask(apiKey, "POST", "/v2/recapture/upload?region=au", `{"name":"list","customers":[{"vin":"`+polo+`"}]}`)
		statuses[status]++
	}
	if statuses[0] == 0 || statuses[500] == 0 || statuses[0]+statuses[500] != 40 {
		t.Errorf("statuses %v, want dropped connections and 500s only", statuses)
	}
	if queued := w.figure("queued"); queued != 40 {
		t.Errorf("%d lists were taken, want 40", queued)
	}
	if status, _ := w.ask(apiKey, "GET", "/v2/recapture/upload?region=au&name=list", ""); status != 200 {
		t.Errorf("reading is befallen, too: %d", status)
	}
}

func TestASwitchThatIsNotOneIsRefusedAndChangesNothing(t *testing.T) {
	w := newWorld(t, "")
	w.must("POST", "/_sim/faults", `{"rate429":0.25,"delay":"5s","seed":9}`)
	for _, body := range []string{
		`{"rate_429":1}`, `{"rate429":1.1}`, `{"drop":-0.1}`, `{"delay":5}`, `{"delay":"soon"}`, `{"delay":"-5s"}`,
		`{"rate429":"1"}`, `{} {}`, `[]`, ``,
	} {
		if status, text := w.ask(apiKey, "POST", "/_sim/faults", body); status != http.StatusBadRequest || !strings.Contains(text, `"message":"`) {
			t.Errorf("%s = %d %s", body, status, text)
		}
	}
	set := w.must("GET", "/_sim/faults", "")
	if set["rate429"] != 0.25 || set["delay"] != "5s" || set["seed"] != 9.0 || set["drop"] != 0.0 {
		t.Errorf("the switches are %v", set)
	}
	w.must("POST", "/_sim/faults", `{"drop":1}`)
	if set := w.must("GET", "/_sim/faults", ""); set["rate429"] != 0.0 || set["drop"] != 1.0 {
		t.Errorf("what is not named must be off: %v", set)
	}
}
