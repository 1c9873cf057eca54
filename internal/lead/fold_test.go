package lead_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/enquiry"
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

// What came in turns for two leads is shown in its order, and with its lead, once they are one.
func TestEnquiriesOwnersAndAppointmentsOfMergedLeadsComeInTheirOrder(t *testing.T) {
	w := open(t)
	about := map[string]enquiry.Enquiry{"Golf": kate(), "Polo": kate()}
	about["Polo"].Vehicle.VIN = "WBA3A5C51CF256652"
	ids := map[string]string{}
	for n, car := range []string{"Golf", "Polo", "Polo", "Golf", "Polo"} {
		w.Time = w.Time.Add(time.Hour)
		e := about[car]
		e.Comments = fmt.Sprintf("%s %d", car, n)
		ids[car] = string(capture(t, w, e).Lead.ID)
		allocate(t, w, dealership.Manager, ids[car], fmt.Sprintf(`{"user": %q}`, []string{dealership.Sydney, dealership.Second}[n/2%2]))
		w.Want(t, 201, dealership.Manager, "POST", "/v1/leads/"+ids[car]+"/events", fmt.Sprintf(`{"title": "%s %d", "start": "2026-11-2%dT00:00:00Z"}`, car, n, 4+n))
	}
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/"+ids["Polo"]+"/merge", `{"into": "`+ids["Golf"]+`"}`)
	of := func(text string, id lead.ID) string {
		return text + map[lead.ID]string{"": " of the Golf", lead.ID(ids["Polo"]): " of the Polo"}[id]
	}
	var asked, owners, events []string
	s := show(t, w, lead.ID(ids["Golf"]))
	for _, a := range s.Asked {
		asked = append(asked, of(a.Comments, a.Lead))
	}
	for _, a := range s.Allocations {
		owners = append(owners, of(string(a.To), a.Lead))
	}
	var page struct{ Items []lead.Event }
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+ids["Golf"]+"/events", "").Into(t, &page)
	for _, e := range page.Items {
		events = append(events, of(e.Title, e.Lead))
	}
	if want := []string{"Polo 4 of the Polo", "Golf 3 of the Golf", "Polo 2 of the Polo", "Polo 1 of the Polo", "Golf 0 of the Golf"}; !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if want := []string{"sydneyman of the Polo", "second of the Golf", "second of the Polo", "sydneyman of the Polo", "sydneyman of the Golf"}; !slices.Equal(owners, want) {
		t.Errorf("owners %q, want %q", owners, want)
	}
	if want := []string{"Golf 0 of the Golf", "Polo 1 of the Polo", "Polo 2 of the Polo", "Golf 3 of the Golf", "Polo 4 of the Polo"}; !slices.Equal(events, want) {
		t.Errorf("appointments %q, want %q", events, want)
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
