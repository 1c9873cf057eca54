package lead_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/customer"
	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// twice enters two leads of one customer, the second an hour later, and returns their ids.
func twice(t *testing.T, w *dealership.World) (first, second string) {
	t.Helper()
	first = enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"make": "BMW", "model": "320i"}}`)
	var l struct{ Customer string }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+first, "").Into(t, &l)
	w.Time = w.Time.Add(time.Hour)
	return first, enter(t, w, dealership.Sydney, `{"customer": "`+l.Customer+`", "vehicle": {"make": "BMW"}}`)
}

// one is a lead as it is read, with the other open ones of its customer.
type one struct {
	lead.Lead
	OpenLeads []lead.Lead
}

func readOne(t *testing.T, w *dealership.World, id string) (l one) {
	t.Helper()
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	return l
}

func TestALeadThatIsMergedLeadsToTheOther(t *testing.T) {
	w := open(t)
	first, second := twice(t, w)
	if l := readOne(t, w, first); len(l.OpenLeads) != 1 {
		t.Errorf("before: %d other leads", len(l.OpenLeads))
	}
	for range 2 { // said again it changes nothing
		if id := w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+second+"/merge", `{"into": "`+first+`"}`).ID(t); id != first {
			t.Errorf("answered %s", id)
		}
	}
	l := readOne(t, w, second)
	if l.ID != lead.ID(first) || !slices.Equal(l.Merged, []lead.ID{lead.ID(second)}) || len(l.OpenLeads) != 0 {
		t.Errorf("read %+v", l)
	}
	for path, want := range map[string]int{"/v1/leads": 1, "/v1/leads?q=lee": 1, "/v1/leads?status=new": 1} {
		if n := total(t, w, dealership.Sydney, path); n != want {
			t.Errorf("%s: %d leads, want %d", path, n, want)
		}
	}
	for _, request := range [][3]string{{"PATCH", "", `{"notes": "x"}`}, {"POST", "/close", `{"outcome": "lost"}`}, {"POST", "/allocate", `{"user": "` + dealership.Manager + `"}`}} {
		if a := w.Want(t, 409, dealership.Manager, request[0], "/v1/leads/"+second+request[1], request[2]); !strings.Contains(a.Body, first) {
			t.Errorf("%s%s: %s", request[0], request[1], a.Body)
		}
	}

	for range 2 {
		if id := w.Want(t, 200, dealership.Sydney, "DELETE", "/v1/leads/"+second+"/merge", "").ID(t); id != second {
			t.Errorf("taken back: %s", id)
		}
	}
	if l := readOne(t, w, first); len(l.Merged) != 0 || len(l.OpenLeads) != 1 || total(t, w, dealership.Sydney, "/v1/leads") != 2 {
		t.Errorf("after: %+v", l)
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/leads/"+second, `{"notes": "x"}`)
}

func TestFiguresCountMergedLeadsOnce(t *testing.T) {
	w := open(t)
	first, second := twice(t, w)
	w.Time = w.Time.Add(time.Hour)
	count := func() int {
		t.Helper()
		var f struct{ Total struct{ Leads int } }
		w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/figures", "").Into(t, &f)
		return f.Total.Leads
	}
	if n := count(); n != 2 {
		t.Fatalf("%d leads", n)
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+second+"/merge", `{"into": "`+first+`"}`)
	if n := count(); n != 1 {
		t.Errorf("merged: %d leads", n)
	}
	w.Want(t, 200, dealership.Sydney, "DELETE", "/v1/leads/"+second+"/merge", "")
	if n := count(); n != 2 {
		t.Errorf("taken back: %d leads", n)
	}
}

func TestLeadsThatAreNotOneAreNotMerged(t *testing.T) {
	w := open(t)
	first, second := twice(t, w)
	other := enter(t, w, dealership.Sydney, `{"customer": {"first": "Bob", "last": "Roy"}}`)
	elsewhere := enter(t, w, dealership.Melbourne, `{`+ann+`}`)
	merge := func(want int, id, into string) string {
		t.Helper()
		return w.Want(t, want, dealership.Sydney, "POST", "/v1/leads/"+id+"/merge", `{"into": "`+into+`"}`).Body
	}
	if body := merge(409, other, first); !strings.Contains(body, "two customers") {
		t.Errorf("of two customers: %s", body)
	}
	merge(422, first, first)
	merge(422, first, "unknown")
	merge(422, first, elsewhere)
	merge(404, elsewhere, first)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+second+"/close", `{"outcome": "lost"}`)
	if body := merge(409, first, second); !strings.Contains(body, "closed as lost") {
		t.Errorf("into a closed one: %s", body)
	}
	merge(409, second, first)

	// Two customers who are one by then have leads that can be one.
	var a, b struct{ Customer string }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+other, "").Into(t, &a)
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+first, "").Into(t, &b)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/customers/"+a.Customer+"/merge", `{"into": "`+b.Customer+`"}`)
	merge(200, other, first)

	w.Time = w.Time.Add(customer.UndoWithin + time.Second)
	w.Want(t, 409, dealership.Sydney, "DELETE", "/v1/leads/"+other+"/merge", "")
}

func TestALeadIsMergedOrClosedAndNeverBoth(t *testing.T) {
	w := open(t)
	for range 50 {
		first, second := twice(t, w)
		var both sync.WaitGroup
		var merged, closed int
		both.Go(func() {
			merged = w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+second+"/merge", `{"into": "`+first+`"}`).Status
		})
		both.Go(func() {
			closed = w.Call(t, dealership.Manager, "POST", "/v1/leads/"+second+"/close", `{"outcome": "lost"}`).Status
		})
		both.Wait()
		if got := [2]int{merged, closed}; got != [2]int{200, 409} && got != [2]int{409, 200} {
			t.Fatalf("merged %d, closed %d", merged, closed)
		}
		record, err := lead.Load(t.Context(), w.Deps, dealership.Harbour, lead.ID(second))
		if err != nil || (record.Value.MergedInto != "") == record.Value.Status.Closed() {
			t.Fatalf("left as %+v, %v", record.Value, err)
		}
	}
}

func TestACrashAtAnyWriteLeavesLeadsMergedOrNot(t *testing.T) {
	for crash := range tabletest.Crashes(t, 4) {
		w := open(t)
		first, second := twice(t, w)
		merge := func() { w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+second+"/merge", `{"into": "`+first+`"}`) }
		split := func() { w.Call(t, dealership.Sydney, "DELETE", "/v1/leads/"+second+"/merge", "") }
		w.Crash = crash
		for n, request := range []func(){merge, merge, split, split} { // each once more, for the first may have died
			request()
			alias, stands := readOne(t, w, second), readOne(t, w, first)
			merged := alias.ID == stands.ID
			if merged != (len(stands.Merged) == 1) || total(t, w, dealership.Sydney, "/v1/leads") != map[bool]int{true: 1, false: 2}[merged] {
				t.Errorf("request %d: %+v and %+v", n+1, alias, stands)
			}
			if n == 1 && !merged || n == 3 && merged {
				t.Errorf("request %d has no effect: %+v and %+v", n+1, alias, stands)
			}
		}
	}
}
