package lead_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestFiltersNarrowTheListDownTogether(t *testing.T) {
	w := open(t)
	a := enter(t, w, dealership.Manager, `{"customer": {"first": "Ann", "last": "Müller"}, "yard": "sydney", "source": "Website", "vehicle": {"make": "BMW", "model": "320i"}}`)
	w.Time = w.Time.Add(time.Hour)
	b := enter(t, w, dealership.Manager, `{"customer": {"last": "Brown"}, "yard": "melbourne", "source": "Website", "tradeIn": {"rego": "XYZ789"}}`)
	w.Time = w.Time.Add(time.Hour)
	c := enter(t, w, dealership.Sydney, `{"customer": {"last": "Clark"}, "source": "Walk-in", "type": "Used", "vehicle": {"vin": "`+vin+`"}}`)
	for _, test := range []struct {
		query string
		want  []string // newest first
	}{
		{"", []string{c, b, a}},
		{"?yard=sydney", []string{c, a}},
		{"?yard=kiel", []string{}},
		{"?source=website", []string{b, a}},
		{"?source=Website&yard=sydney", []string{a}},
		{"?user=" + dealership.Sydney, []string{c}},
		{"?status=new", []string{c, b, a}},
		{"?status=lost", []string{}},
		{"?q=muller", []string{a}},
		{"?q=bmw+320", []string{a}},
		{"?q=xyz", []string{b}},
		{"?q=" + vin, []string{c}},
		{"?q=bmw&source=Walk-in", []string{}},
		{"?type=used", []string{c}},
		{"?type=used&status=new", []string{c}},
		{"?user=none", []string{}},
		{"?from=2026-11-22T13:00:00Z", []string{c, b}},
		{"?to=2026-11-22T13:00:00Z", []string{a}},
		{"?from=2026-11-22T13:00:00Z&to=2026-11-22T14:00:00Z", []string{b}},
	} {
		if got, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/leads"+test.query, "").List(t); !slices.Equal(got, test.want) {
			t.Errorf("%s lists %v, want %v", test.query, got, test.want)
		}
	}
	w.Want(t, 422, dealership.Manager, "GET", "/v1/leads?status=sold", "")
	w.Want(t, 422, dealership.Manager, "GET", "/v1/leads?colour=red", "")
	for query, wrong := range map[string]string{"?q=-": "query.q", "?from=2026-11-22T14:00:00Z&to=2026-11-22T13:00:00Z": "query.to"} {
		if got := w.Want(t, 422, dealership.Manager, "GET", "/v1/leads"+query, "").Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%s: %v", query, got)
		}
	}
}

func TestPagesFollowEachOtherWithoutGapsAndCursorsAreBoundToTheQuery(t *testing.T) {
	w := open(t)
	var want []string
	for i := range 7 {
		w.Time = w.Time.Add(time.Minute)
		want = append([]string{enter(t, w, dealership.Sydney, fmt.Sprintf(`{"customer": {"last": "C%d"}}`, i))}, want...)
	}
	var got []string
	path, first := "/v1/leads?limit=3", ""
	for next := "-"; next != ""; {
		var ids []string
		ids, next = w.Want(t, 200, dealership.Sydney, "GET", path, "").List(t)
		got = append(got, ids...)
		path = "/v1/leads?limit=3&cursor=" + next
		if first == "" {
			first = next
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages list %v, want %v", got, want)
	}
	for _, bad := range []string{"/v1/leads?cursor=x", "/v1/leads?status=new&cursor=" + first, "/v1/leads?cursor=" + first[:len(first)-2] + "AA"} {
		w.Want(t, 400, dealership.Sydney, "GET", bad, "")
	}
	w.Want(t, 400, dealership.Kiel, "GET", "/v1/leads?cursor="+first, "")
}
