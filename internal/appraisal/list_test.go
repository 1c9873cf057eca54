package appraisal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestFiltersNarrowTheListDownTogether(t *testing.T) {
	w := open(t)
	a := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "vehicle": {"make": "BMW", "rego": "ABC12D"}}`)
	w.Time = w.Time.Add(time.Hour)
	b := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "melbourne", "vehicle": {"make": "BMW"}}`)
	w.Time = w.Time.Add(time.Hour)
	c := enter(t, w, dealership.Sydney, `{"customer": {"last": "Brown"}, "vehicle": {}}`)
	for _, test := range []struct {
		query string
		want  []string // newest first
	}{
		{"", []string{c, b, a}},
		{"?yard=sydney", []string{c, a}},
		{"?yard=kiel", []string{}},
		{"?user=" + dealership.Manager, []string{b, a}},
		{"?status=open&q=bmw", []string{b, a}},
		{"?status=lost", []string{}},
		{"?q=abc12d", []string{a}},
		{"?q=brown", []string{c}},
		{"?from=2026-11-22T13:00:00Z&to=2026-11-22T14:00:00Z", []string{b}},
	} {
		if got := ids(t, w, dealership.Manager, "/v1/appraisals"+test.query); !slices.Equal(got, test.want) {
			t.Errorf("%s lists %v, want %v", test.query, got, test.want)
		}
	}
	w.Want(t, 400, dealership.Manager, "GET", "/v1/appraisals?cursor=x", "")
	first, next := w.Want(t, 200, dealership.Manager, "GET", "/v1/appraisals?limit=2", "").List(t)
	if rest := ids(t, w, dealership.Manager, "/v1/appraisals?limit=2&cursor="+next); !slices.Equal(append(first, rest...), []string{c, b, a}) {
		t.Errorf("pages %v and %v", first, rest)
	}
}

func TestAForeignAppraisalAnswersLikeAnUnknownOne(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {}}`)
	for _, user := range []string{dealership.Kiel, dealership.Melbourne} {
		unknown := w.Want(t, 404, user, "GET", "/v1/appraisals/unknown", "")
		if foreign := w.Want(t, 404, user, "GET", "/v1/appraisals/"+id, ""); foreign != unknown {
			t.Errorf("%s is told %s, an unknown one is %s", user, foreign.Body, unknown.Body)
		}
		w.Want(t, 404, user, "PATCH", "/v1/appraisals/"+id, `{"notes": "x"}`)
		w.Want(t, 404, user, "POST", "/v1/appraisals/"+id+"/lead", `{}`)
		if got := ids(t, w, user, "/v1/appraisals"); len(got) != 0 {
			t.Errorf("%s lists %v", user, got)
		}
	}
	w.Want(t, 200, dealership.Watcher, "GET", "/v1/appraisals/"+id, "")
	w.Want(t, 403, dealership.Watcher, "PATCH", "/v1/appraisals/"+id, `{"notes": "x"}`)
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/appraisals/"+id+"/lead", `{}`)
}
