package lead_test

import (
	"testing"

	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestAForeignLeadAnswersLikeAnUnknownOne(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for _, request := range []struct{ method, path, body string }{
		{"GET", "/v1/leads/%", ""},
		{"PATCH", "/v1/leads/%", `{"notes": "mine now"}`},
		{"POST", "/v1/leads/%/close", `{"outcome": "lost"}`},
	} {
		path := func(id string) string {
			return request.path[:len("/v1/leads/")] + id + request.path[len("/v1/leads/%"):]
		}
		unknown := w.Want(t, 404, dealership.Sydney, request.method, path("unknown"), request.body)
		for _, user := range []string{dealership.Kiel, dealership.Melbourne} {
			if foreign := w.Want(t, 404, user, request.method, path(id), request.body); foreign != unknown {
				t.Errorf("%s %s: %s is told %s, an unknown lead is %s", request.method, request.path, user, foreign.Body, unknown.Body)
			}
		}
	}
	for _, user := range []string{dealership.Kiel, dealership.Melbourne} {
		if n := total(t, w, user, "/v1/leads"); n != 0 {
			t.Errorf("%s lists %d leads of others", user, n)
		}
	}
	if n := total(t, w, dealership.Second, "/v1/leads"); n != 1 {
		t.Errorf("a colleague lists %d leads", n)
	}
}

func TestWhoWatchesReadsLeadsAndChangesNone(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Want(t, 200, dealership.Watcher, "GET", "/v1/leads/"+id, "")
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/leads", `{`+ann+`}`)
	w.Want(t, 403, dealership.Watcher, "PATCH", "/v1/leads/"+id, `{"notes": "x"}`)
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/leads/"+id+"/close", `{"outcome": "won"}`)
}
