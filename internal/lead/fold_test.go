package lead_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// history is what is shown of a lead besides itself, each as its kind of entry and the lead that it is of.
func history(t *testing.T, w *dealership.World, id string, limit int) (all []string) {
	t.Helper()
	var shown struct {
		Allocations []lead.Allocation
		MergedLeads []lead.Lead
	}
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &shown)
	for _, l := range shown.MergedLeads {
		all = append(all, "notes "+l.Notes+" of "+string(l.ID))
	}
	for _, a := range shown.Allocations {
		all = append(all, "owner "+string(a.To)+" of "+string(a.Lead))
	}
	var events struct{ Items []lead.Event }
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id+"/events", "").Into(t, &events)
	for _, e := range events.Items {
		all = append(all, "event "+e.Title+" of "+string(e.Lead))
	}
	for cursor := ""; ; {
		var page struct {
			Items []lead.Work
			Next  string
		}
		w.Want(t, 200, dealership.Manager, "GET", fmt.Sprintf("/v1/leads/%s/work?limit=%d&cursor=%s", id, limit, cursor), "").Into(t, &page)
		if len(page.Items) > limit {
			t.Fatalf("a page of %d", len(page.Items))
		}
		for _, e := range page.Items {
			all = append(all, "work "+e.Text+" of "+string(e.Lead))
		}
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

func TestWhatHappenedForAMergedLeadIsShownWithTheOneThatStandsForItUntilItIsTakenBack(t *testing.T) {
	w := open(t)
	kept := enter(t, w, dealership.Sydney, `{`+ann+`, "notes": "kept"}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+kept, "").Into(t, &l)
	gone := enter(t, w, dealership.Sydney, fmt.Sprintf(`{"customer": %q, "notes": "gone"}`, l.Customer))
	for n, id := range []string{kept, gone, gone, kept, gone} {
		w.Time = w.Time.Add(time.Minute)
		w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/calls", fmt.Sprintf(`{"notes": "call %d"}`, n))
	}
	w.Time = w.Time.Add(time.Minute)
	allocate(t, w, dealership.Manager, gone, `{"user": "`+dealership.Second+`"}`)
	var e lead.Event
	w.Want(t, 201, dealership.Second, "POST", "/v1/leads/"+gone+"/events", `{"title": "Visit", "start": "2026-11-24T00:00:00Z"}`).Into(t, &e)
	before := [][]string{history(t, w, kept, 50), history(t, w, gone, 50)}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+gone+"/merge", `{"into": "`+kept+`"}`)
	want := []string{
		"notes gone of " + gone, "owner second of " + gone, "event Visit of " + gone,
		"work call 4 of " + gone, "work call 3 of ", "work call 2 of " + gone, "work call 1 of " + gone, "work call 0 of ",
	}
	for _, limit := range []int{50, 3, 2, 1} {
		for _, id := range []string{kept, gone} {
			if got := history(t, w, id, limit); !slices.Equal(got, want) {
				t.Errorf("by pages of %d: %q, want %q", limit, got, want)
			}
		}
	}
	w.Want(t, 200, dealership.Sydney, "DELETE", "/v1/leads/"+gone+"/merge", "")
	if after := [][]string{history(t, w, kept, 50), history(t, w, gone, 50)}; !slices.EqualFunc(before, after, slices.Equal) {
		t.Errorf("taken back: %q, before %q", after, before)
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+gone+"/merge", `{"into": "`+kept+`"}`)
	w.Want(t, 200, dealership.Second, "POST", "/v1/leads/"+gone+"/events/"+e.ID+"/end", `{"outcome": "completed", "notes": "came"}`)
	var met lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+kept, "").Into(t, &met)
	if got := history(t, w, kept, 1); met.Acts != 3 || got[3] != "work came of " {
		t.Errorf("an appointment of a merged lead is no work on the one that stands for it: %d acts, %q", met.Acts, got)
	}
}

// A lead of a yard that somebody does not see stays hidden from them, whatever it was merged into.
func TestAMergedLeadOfAYardThatSomebodyDoesNotSeeStaysHiddenFromThem(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"melbourne"}, access.Member{User: dealership.Manager})
	kept := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney"}`)
	var l lead.Lead
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+kept, "").Into(t, &l)
	gone := enter(t, w, dealership.Manager, fmt.Sprintf(`{"customer": %q, "yard": "melbourne", "notes": "hush"}`, l.Customer))
	w.Want(t, 201, dealership.Manager, "POST", "/v1/leads/"+gone+"/calls", `{"notes": "hush"}`)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/"+gone+"/merge", `{"into": "`+kept+`"}`)
	if got := history(t, w, kept, 10); len(got) != 2 {
		t.Errorf("who sees both yards sees %q", got)
	}
	var shown struct{ MergedLeads []lead.Lead }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+kept, "").Into(t, &shown)
	if n := total(t, w, dealership.Sydney, "/v1/leads/"+kept+"/work"); n != 0 || len(shown.MergedLeads) != 0 {
		t.Errorf("who sees one yard sees %d entries and %+v", n, shown.MergedLeads)
	}
}
