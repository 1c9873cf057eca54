package dms_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestWhatTheDMSPlansShowsWhenItIsDue(t *testing.T) {
	w := open(t)
	done := hand(t, w, row("F1", 1, map[string]any{"vehicle": map[string]any{"vin": "6T153BK360X070769", "make": "Toyota"}}))
	if done.Counts.Created != 1 || done.Items[0].Result != prospect.Created {
		t.Fatalf("%+v", done)
	}
	p := read(t, w, dealership.Sydney, done.Items[0].Prospect)
	if p.Person == nil || p.Person.Email != "F1@mail.example" || p.CustomerName != "Kim Nguyen" || p.Yard != "sydney" || p.User != dealership.Sydney || p.Vehicle.Make != "Toyota" ||
		p.Activity != "Prospect Activity" || p.Action != "End Of Finance Follow Up" || p.DMS.ID != "F1" || len(p.Conflicts) != 0 || !p.Due.Equal(time.Date(2026, 11, 25, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, DMS %+v", p, p.DMS)
	}
	for query, want := range map[string]int{"": 1, "?to=2026-11-25T22:00:00Z": 0, "?from=2026-11-25T22:00:00Z&to=2026-11-27T00:00:00Z": 1} {
		if ids, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects"+query, "").List(t); len(ids) != want {
			t.Errorf("%s lists %v", query, ids)
		}
	}
}

func TestARowThatIsWrongIsRejectedAndDisturbsNoOther(t *testing.T) {
	w := open(t)
	long := strings.Repeat("ü", 1001)
	done := hand(t, w,
		row("F1", 1, nil),
		row("", 0, map[string]any{"due": "1926-01-01T00:00:00Z", "user": "", "notes": long, "customer": map[string]any{}}),
		row("F3", 1, map[string]any{"yard": "Atlantis"}),
		row("F4", 1, map[string]any{"user": dealership.Melbourne, "vehicle": map[string]any{"year": 1}}),
		row("F5", 1, map[string]any{"prospect": "nothing"}),
		row("F6", 1, map[string]any{"user": dealership.Sydney, "yard": "sydney"}),
		row("F7", 1, map[string]any{"user": "kieler@mail.example"}))
	if c := done.Counts; c.Rows != 7 || c.Created != 2 || c.Rejected != 5 || len(done.Items) != 7 {
		t.Errorf("%+v", c)
	}
	for i, want := range map[int]string{
		0: "", 1: "customer due id notes user version", 2: "yard", 3: "user vehicle.year", 4: "prospect", 5: "", 6: "user",
	} {
		var found []string
		for _, e := range done.Items[i].Errors {
			found = append(found, strings.TrimPrefix(e.Location, fmt.Sprintf("body.prospects[%d].", i)))
		}
		if !sameWords(strings.Join(found, " "), want) {
			t.Errorf("row %d: %v, want %s", i, done.Items[i].Errors, want)
		}
	}
	if ids, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects?user=all&state=all", "").List(t); len(ids) != 2 {
		t.Errorf("there are %v", ids)
	}
	w.Want(t, 422, boss, "POST", "/v1/dms/prospects", `{"prospects": []}`)
	w.Want(t, 422, boss, "POST", "/v1/dms/prospects", `{"prospects": [`+strings.Repeat(row("F1", 1, nil)+",", 100)+row("F1", 1, nil)+`]}`)
	w.Want(t, 422, boss, "POST", "/v1/dms/prospects", `{"prospects": [{"id": "F1", "vers": 1}]}`)
	w.Want(t, 403, dealership.Manager, "POST", "/v1/dms/prospects", `{"prospects": [`+row("F9", 1, nil)+`]}`)
	w.Want(t, 409, foreign, "POST", "/v1/dms/prospects", `{"prospects": [`+row("F9", 1, nil)+`]}`)
}

func sameWords(a, b string) bool {
	count := map[string]int{}
	for _, w := range strings.Fields(a) {
		count[w]++
	}
	for _, w := range strings.Fields(b) {
		count[w]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestWordsOfTheDMSAreAddedToTheSettings(t *testing.T) {
	w := open(t)
	done := hand(t, w, row("F1", 1, map[string]any{"activity": "prospect ACTIVITY", "action": "Warranty Call", "type": "Carrier pigeon"}))
	p := read(t, w, dealership.Sydney, done.Items[0].Prospect)
	if p.Activity != "Prospect Activity" || p.Action != "Warranty Call" || p.Type != "Carrier pigeon" {
		t.Errorf("%+v", p.Prospect)
	}
	answer := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/choices", "")
	if !strings.Contains(answer.Body, "Warranty Call") || !strings.Contains(answer.Body, "Carrier pigeon") {
		t.Errorf("choices are %s", answer.Body)
	}
}

// settled is all of a prospect but the instants at which something happened to be processed.
func settled(t *testing.T, w *dealership.World, id prospect.ID) string {
	t.Helper()
	p := read(t, w, dealership.Manager, id)
	p.UpdatedAt, p.CreatedAt, p.Person.CreatedAt = time.Time{}, time.Time{}, time.Time{}
	text, err := json.MarshalIndent(p, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// orders calls do with every order of n things.
func orders(n int, do func([]int)) {
	var permute func([]int, []int)
	permute = func(done, left []int) {
		if len(left) == 0 {
			do(done)
		}
		for i := range left {
			rest := append(append([]int{}, left[:i]...), left[i+1:]...)
			permute(append(done[:len(done):len(done)], left[i]), rest)
		}
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	permute(nil, all)
}

// said is what a DMS says of one prospect over time; the last two differ in nothing but their content.
func said() []string {
	buyer := map[string]any{"id": "C2", "first": "Lee", "last": "Wong", "email": "lee@mail.example", "mobile": "0491 570 006"}
	return []string{
		row("F1", 1, nil),
		row("F1", 2, map[string]any{"due": "2026-11-26T23:00:00Z", "notes": "call after six"}),
		row("F1", 3, map[string]any{"due": "2026-11-27T23:00:00Z", "closed": true, "changedAt": "2026-11-20T08:00:00Z"}),
		row("F1", 4, map[string]any{"due": "2026-11-28T23:00:00Z", "user": dealership.Second, "action": "12 Month Follow Up", "customer": buyer, "changedAt": "2026-11-21T08:00:00Z"}),
		row("F1", 4, map[string]any{"due": "2026-11-28T23:00:00Z", "user": dealership.Second, "notes": "moved", "customer": buyer, "changedAt": "2026-11-21T08:00:00Z"}),
	}
}

func TestWhateverTheOrderOfImportsTheEndIsTheSame(t *testing.T) {
	versions, ends := said(), map[string][]int{}
	orders(len(versions), func(order []int) {
		w := open(t)
		var id prospect.ID
		for _, i := range order {
			id = hand(t, w, versions[i]).Items[0].Prospect
			hand(t, w, versions[order[0]], versions[i]) // repeated, together with what is older or newer
		}
		ends[settled(t, w, id)] = order
	})
	for end, order := range ends {
		if len(ends) > 1 {
			t.Errorf("after %v: %s", order, end)
		}
		if !strings.Contains(end, `"user": "second"`) || strings.Contains(end, `"completed": true`) || !strings.Contains(end, "Lee Wong") {
			t.Errorf("ends as %s", end)
		}
	}
}

// What users do here may stand at any one place among the imports; what comes after it may come in any order.
func TestWhateverTheOrderOfImportsAroundAUserTheEndIsTheSame(t *testing.T) {
	versions := said()
	for name, act := range map[string]func(*testing.T, *dealership.World, prospect.ID){
		"changes the plan": func(t *testing.T, w *dealership.World, id prospect.ID) {
			w.Want(t, 200, dealership.Manager, "PATCH", "/v1/prospects/"+string(id), `{"due": "2026-11-26T23:00:00Z", "notes": "prefers mornings", "user": "`+dealership.Second+`"}`)
		},
		"completes it": func(t *testing.T, w *dealership.World, id prospect.ID) {
			w.Want(t, 200, dealership.Manager, "POST", "/v1/prospects/"+string(id)+"/complete", `{"notes": "bought elsewhere"}`)
		},
		"changes and completes it": func(t *testing.T, w *dealership.World, id prospect.ID) {
			w.Want(t, 200, dealership.Manager, "PATCH", "/v1/prospects/"+string(id), `{"action": "Service Follow Up"}`)
			w.Want(t, 200, dealership.Manager, "POST", "/v1/prospects/"+string(id)+"/complete", `{}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ends := map[string][]int{}
			orders(len(versions)-1, func(order []int) {
				w := open(t)
				id := hand(t, w, versions[0]).Items[0].Prospect
				act(t, w, id)
				for _, i := range order {
					hand(t, w, versions[i+1], versions[0])
				}
				ends[settled(t, w, id)] = order
			})
			var first string
			for end, order := range ends {
				if first == "" {
					first = end
				} else {
					t.Errorf("%v ends otherwise: %s", order, cmp.Diff(first, end))
				}
			}
		})
	}
}

func TestWhateverTheOrderInWhichTheDMSTakesOverTheEndIsTheSame(t *testing.T) {
	taken := func(version int, more map[string]any) func(prospect.ID) string {
		return func(id prospect.ID) string {
			fields := map[string]any{"prospect": id, "notes": "wants a wagon", "action": "", "customer": map[string]any{"last": "Somebody else"}}
			for name, value := range more {
				fields[name] = value
			}
			return row("F1", version, fields)
		}
	}
	versions := []func(prospect.ID) string{
		taken(1, nil), taken(2, map[string]any{"due": "2026-11-26T23:00:00Z"}), taken(3, map[string]any{"due": "2026-11-27T23:00:00Z", "notes": "wants a van"}), taken(4, map[string]any{"due": "2026-11-27T23:00:00Z", "user": dealership.Second}),
	}
	ends := map[string][]int{}
	orders(len(versions), func(order []int) {
		w := integrated(t)
		id := prospect.ID(w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects", `{"customer": {"first": "Ann", "last": "Lee"}, "due": "2026-11-25T23:00:00Z", "notes": "wants a wagon", "type": "Phone Out"}`).ID(t))
		for _, i := range order {
			hand(t, w, versions[i](id), versions[order[0]](id))
		}
		ends[settled(t, w, id)] = order
	})
	var first string
	for end, order := range ends {
		if first == "" {
			first = end
		} else {
			t.Errorf("%v ends otherwise: %s", order, cmp.Diff(first, end))
		}
	}
	if !strings.Contains(first, `"user": "second"`) || !strings.Contains(first, "Ann Lee") {
		t.Errorf("ends as %s", first)
	}
}

func TestASignInOfTheDMSMayExchangeAndNothingElse(t *testing.T) {
	w := open(t)
	var done struct{ Items []struct{ Prospect string } }
	w.Want(t, 200, machine, "POST", "/v1/dms/prospects", `{"prospects": [`+row("F1", 1, nil)+`]}`).Into(t, &done)
	w.Want(t, 200, machine, "GET", "/v1/dms/changes", "")
	for _, path := range []string{"/v1/prospects", "/v1/prospects/" + done.Items[0].Prospect, "/v1/dms/endpoints", "/v1/customers", "/v1/leads", "/v1/company"} {
		w.Want(t, 403, machine, "GET", path, "")
	}
}
