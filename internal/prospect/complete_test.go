package prospect_test

import (
	"errors"
	"testing"

	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestACompletedProspectIsNoLongerPending(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Time = w.Time.Add(1e9)
	var p prospect.Prospect
	w.Want(t, 200, dealership.Manager, "POST", "/v1/prospects/"+id+"/complete", `{"notes": "wants a test drive"}`).Into(t, &p)
	if !p.Completed || p.CompletedBy != dealership.Manager || p.CompletionNotes != "wants a test drive" || !p.CompletedAt.Equal(w.Time) {
		t.Errorf("completed as %+v", p)
	}
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	pending, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects", "").List(t)
	events, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(p.Customer)+"/activity", "").List(t)
	if len(pending) != 0 || len(events) != 2 {
		t.Errorf("pending %v, the customer's activity %v", pending, events)
	}
}

func TestACompletionThatFailsLeavesTheProspectPending(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Refuse = func([]table.Op) error { return errors.New("the disk is full") }
	w.Want(t, 500, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	w.Refuse = nil
	if pending, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects", "").List(t); len(pending) != 1 {
		t.Errorf("pending %v", pending)
	}
	if done, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects?state=completed", "").List(t); len(done) != 0 {
		t.Errorf("completed %v", done)
	}
}

func TestAProspectOfSomebodyElseAnswersLikeAnUnknownOne(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for _, user := range []string{dealership.Second, dealership.Melbourne, dealership.Kiel} {
		unknown := w.Want(t, 404, user, "GET", "/v1/prospects/unknown", "")
		if foreign := w.Want(t, 404, user, "GET", "/v1/prospects/"+id, ""); foreign != unknown {
			t.Errorf("%s is told %s, an unknown one is %s", user, foreign.Body, unknown.Body)
		}
		w.Want(t, 404, user, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	}
	w.Want(t, 403, dealership.Watcher, "GET", "/v1/prospects/"+id, "")
	w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects/"+id, "")
}
