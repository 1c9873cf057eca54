package lead_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func figures(t *testing.T, w *dealership.World, user, query string) (f lead.Figures) {
	t.Helper()
	w.Want(t, 200, user, "GET", "/v1/leads/figures"+query, "").Into(t, &f)
	return f
}

func TestFiguresSayWhatBecameOfLeadsAndHowLongCustomersWaited(t *testing.T) {
	w := open(t)
	var ids []string
	for i, body := range []string{
		`{"customer": {"last": "A"}, "yard": "sydney", "source": "Website", "user": "sydneyman"}`,
		`{"customer": {"last": "B"}, "yard": "sydney", "source": "website", "user": "second"}`,
		`{"customer": {"last": "C"}, "yard": "sydney", "user": "sydneyman"}`,
		`{"customer": {"last": "D"}, "yard": "melbourne", "source": "Phone", "user": "melbman"}`,
	} {
		w.Time = dealership.Noon.Add(time.Duration(i) * time.Minute)
		ids = append(ids, enter(t, w, dealership.Manager, body))
	}
	for i, minutes := range []int{10, 30, 90} {
		w.Time = dealership.Noon.Add(time.Duration(i+minutes) * time.Minute)
		for range 2 { // only the first is the response
			w.Want(t, 201, dealership.Manager, "POST", "/v1/leads/"+ids[i]+"/calls", `{}`)
			w.Time = w.Time.Add(time.Hour)
		}
	}
	closed(t, w, dealership.Manager, ids[0], `{"outcome": "won"}`)
	closed(t, w, dealership.Manager, ids[3], `{"outcome": "lost"}`)
	w.Time = w.Time.Add(time.Hour)
	allocate(t, w, dealership.Manager, ids[1], `{"user": "sydneyman"}`)
	f := figures(t, w, dealership.Manager, "")
	want := lead.Figure{Leads: 4, Open: 2, Won: 1, Lost: 1, Response: lead.Response{Answered: 3, Unanswered: 1, Median: 1800, P90: 5400}}
	if f.Total != want {
		t.Errorf("in total %+v, want %+v", f.Total, want)
	}
	if got := f.Users[0]; len(f.Users) != 2 || got.Key != dealership.Sydney || got.Name != dealership.Sydney || got.Leads != 3 || got.Won != 1 || got.Response.Median != 1800 {
		t.Errorf("by user %+v", f.Users)
	}
	if got := f.Sources[0]; len(f.Sources) != 3 || got.Key != "Website" || got.Leads != 2 || got.Response.P90 != 1800 {
		t.Errorf("by source %+v", f.Sources)
	}
	if got := f.Yards[1]; len(f.Yards) != 2 || got.Name != "Melbourne" || got.Lost != 1 || got.Response.Unanswered != 1 {
		t.Errorf("by yard %+v", f.Yards)
	}
	if f := figures(t, w, dealership.Melbourne, ""); f.Total.Leads != 1 {
		t.Errorf("a colleague of Melbourne sees %+v", f.Total)
	}
	if f := figures(t, w, dealership.Manager, "?yard=sydney&from=2026-11-22T12:01:00Z&to=2026-11-22T12:02:00Z"); f.Total.Leads != 1 || f.Total.Response.Median != 1800 {
		t.Errorf("of one minute %+v", f.Total)
	}
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/leads/"+ids[2], `{"yard": "melbourne", "user": "melbman"}`)
	if f := figures(t, w, dealership.Melbourne, ""); f.Total.Leads != 2 || figures(t, w, dealership.Sydney, "").Total.Leads != 2 {
		t.Errorf("after a lead has moved Melbourne sees %+v", f.Total)
	}
	for query, wrong := range map[string]string{"?from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z": "query.to", "?from=2025-01-01T00:00:00Z": "query.from"} {
		if got := w.Want(t, 422, dealership.Manager, "GET", "/v1/leads/figures"+query, "").Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// TestFiguresAreThoseOfALoopOverAllLeads compares the figures with a loop over the leads, whatever happens to them.
func TestFiguresAreThoseOfALoopOverAllLeads(t *testing.T) {
	w := open(t)
	random := rand.New(rand.NewPCG(5, 8))
	var ids []string
	for i := range 60 {
		w.Time = w.Time.Add(time.Duration(random.IntN(3000)) * time.Minute) // over some months
		yard := []string{"sydney", "melbourne"}[random.IntN(2)]
		ids = append(ids, enter(t, w, dealership.Manager, fmt.Sprintf(`{"customer": {"last": "C%d"}, "yard": %q, "source": %q}`, i, yard, []string{"", "Web", "Phone"}[random.IntN(3)])))
		for range random.IntN(4) {
			id := ids[random.IntN(len(ids))]
			w.Time = w.Time.Add(time.Duration(1+random.IntN(500)) * time.Second)
			switch random.IntN(4) {
			case 0:
				w.Call(t, dealership.Manager, "POST", "/v1/leads/"+id+"/calls", `{}`)
			case 1:
				w.Call(t, dealership.Manager, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+[]string{dealership.Sydney, dealership.Melbourne}[random.IntN(2)]+`"}`)
			case 2:
				w.Call(t, dealership.Manager, "POST", "/v1/leads/"+id+"/close", `{"outcome": "`+[]string{"won", "lost"}[random.IntN(2)]+`"}`)
			case 3:
				w.Call(t, dealership.Manager, "PATCH", "/v1/leads/"+id, `{"yard": "`+[]string{"sydney", "melbourne"}[random.IntN(2)]+`", "user": "`+dealership.Manager+`"}`)
			}
		}
	}
	from := dealership.Noon.AddDate(0, 0, 20)
	var want lead.Figure
	var waits []time.Duration
	for _, id := range ids {
		var l lead.Lead
		w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if l.CreatedAt.Before(from) {
			continue
		}
		want.Leads++
		switch {
		case l.Status == lead.Won:
			want.Won++
		case l.Status == lead.Lost:
			want.Lost++
		default:
			want.Open++
		}
		if l.RespondedAt.IsZero() {
			want.Response.Unanswered++
		} else {
			waits = append(waits, l.RespondedAt.Sub(l.CreatedAt))
		}
	}
	slices.SortFunc(waits, cmp.Compare[time.Duration])
	want.Response.Answered = len(waits)
	want.Response.Median, want.Response.P90 = int(waits[(len(waits)+1)/2-1].Seconds()), int(waits[(len(waits)*9+9)/10-1].Seconds())
	query := "?from=" + from.Format(time.RFC3339) + "&to=" + w.Time.Add(time.Second).Format(time.RFC3339)
	f := figures(t, w, dealership.Manager, query)
	if f.Total != want || len(waits) < 5 {
		t.Errorf("in total %+v, a loop counts %+v", f.Total, want)
	}
	for name, parts := range map[string][]lead.Figure{"users": f.Users, "sources": f.Sources, "yards": f.Yards} {
		sum := 0
		for _, part := range parts {
			sum += part.Leads
		}
		if sum != want.Leads {
			t.Errorf("%s have %d leads together, want %d", name, sum, want.Leads)
		}
	}
}
