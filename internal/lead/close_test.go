package lead_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// closed is the body of an answer about a closed lead.
func closed(t *testing.T, w *dealership.World, user, id, body string) lead.Lead {
	t.Helper()
	var l lead.Lead
	w.Want(t, 200, user, "POST", "/v1/leads/"+id+"/close", body).Into(t, &l)
	return l
}

func TestAClosedLeadStaysAsItWasClosed(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Time = w.Time.Add(time.Hour)
	l := closed(t, w, dealership.Sydney, id, `{"outcome": "won", "reason": "bought the wagon"}`)
	if !l.Won() || l.CloseReason != "bought the wagon" || l.ClosedBy != dealership.Sydney || l.Prospect != "" {
		t.Errorf("closed as %+v", l)
	}
	answer := w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/close", `{"outcome": "lost"}`)
	if !strings.Contains(answer.Body, "sydneyman closed this lead as won at 2026-11-22T13:00:00Z") {
		t.Errorf("%s does not say what happened", answer.Body)
	}
	w.Want(t, 409, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"notes": "late"}`)
	w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/close", `{"outcome": "new"}`)
	if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/close", `{"outcome": "lost", "followUpAt": "2026-11-22T11:00:00Z"}`).Wrong(t); !slices.Equal(wrong, []string{"body.followUpAt"}) {
		t.Errorf("a follow-up in the past: %v", wrong)
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads?status=won"); n != 1 {
		t.Errorf("%d leads are listed as won", n)
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads?status=new"); n != 0 {
		t.Errorf("%d leads are listed as new", n)
	}
	if history, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(l.Customer)+"/activity", "").List(t); !slices.Equal(history, []string{id, id}) {
		t.Errorf("the customer's activity is %v, want begin and end of the lead", history)
	}
}

// TestOfTwoWhoCloseALeadAtOnceOneDoes has two users close the same lead at the same time, a thousand times: one as won, one
// as lost, both to a prospect. There is one prospect each time, the winner's.
func TestOfTwoWhoCloseALeadAtOnceOneDoes(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.CloseToProspects, nil)
	races := 1000
	if testing.Short() {
		races = 50
	}
	users, outcomes := [2]string{dealership.Sydney, dealership.Manager}, [2]string{"won", "lost"}
	for race := range races {
		id := enter(t, w, dealership.Sydney, `{"customer": {"last": "Race"}}`)
		var answers [2]dealership.Answer
		var both sync.WaitGroup
		for i := range users {
			both.Go(func() {
				answers[i] = w.Call(t, users[i], "POST", "/v1/leads/"+id+"/close", `{"outcome": "`+outcomes[i]+`", "closeToProspect": true}`)
			})
		}
		both.Wait()
		winner := slices.IndexFunc(answers[:], func(a dealership.Answer) bool { return a.Status == 200 })
		if winner < 0 || answers[1-winner].Status != 409 || !strings.Contains(answers[1-winner].Body, users[winner]+" closed this lead as "+outcomes[winner]) {
			t.Fatalf("race %d: %+v", race, answers)
		}
		var l lead.Lead
		answers[winner].Into(t, &l)
		var p prospect.Prospect
		w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects/"+l.Prospect, "").Into(t, &p)
		if string(p.CreatedBy) != users[winner] || p.Lead != id {
			t.Fatalf("race %d: the prospect is %+v", race, p)
		}
	}
	if n, _ := w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects?user=all&state=all&limit=1", "").List(t); len(n) != 1 {
		t.Errorf("%d prospects on a page of one", len(n))
	}
}

func TestClosingToAProspectTakesTheCompanysRole(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Manager, `{`+ann+`}`)
	answer := w.Want(t, 403, dealership.Manager, "POST", "/v1/leads/"+id+"/close", `{"outcome": "lost", "closeToProspect": true}`)
	if !strings.Contains(answer.Body, string(access.CloseToProspects)) {
		t.Errorf("%s does not name the role", answer.Body)
	}
	var l lead.Lead
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.Status != lead.New {
		t.Errorf("the refused lead is %s", l.Status)
	}
}

func TestACompanyWithoutProspectsGetsNone(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Nordlicht, access.CloseToProspects, nil)
	id := enter(t, w, dealership.Kiel, `{`+ann+`}`)
	w.Want(t, 409, dealership.Kiel, "POST", "/v1/leads/"+id+"/close", `{"outcome": "lost", "closeToProspect": true}`)
	closed(t, w, dealership.Kiel, id, `{"outcome": "lost"}`)
}

func TestAWonAndALostLeadLeaveAProspectUnderDifferentActivities(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.CloseToProspects, nil)
	for _, test := range []struct{ outcome, activity string }{
		{"lost", prospect.ProspectActivity},
		{"won", prospect.CRMFollowUp},
	} {
		id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"vin": "`+vin+`"}}`)
		l := closed(t, w, dealership.Manager, id, `{"outcome": "`+test.outcome+`", "reason": "later", "closeToProspect": true, "followUpAt": "2026-11-29T09:00:00Z"}`)
		var p prospect.Prospect
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+l.Prospect, "").Into(t, &p)
		if p.Activity != test.activity || p.Lead != id || p.User != dealership.Sydney || p.CreatedBy != dealership.Manager || p.Yard != "sydney" ||
			p.Customer != l.Customer || p.CustomerName != "Ann Lee" || p.Vehicle.VIN != vin || p.Notes != "later" || p.Completed || p.Due.Day() != 29 {
			t.Errorf("a %s lead leaves %+v", test.outcome, p)
		}
	}
}

func TestTheProspectGoesToWhoClosesWhereTheOwnerHasNoProspects(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.CloseToProspects, nil)
	w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, access.Member{User: "leads-only"})
	id := enter(t, w, "leads-only", `{`+ann+`}`)
	l := closed(t, w, dealership.Manager, id, `{"outcome": "lost", "closeToProspect": true}`)
	var p prospect.Prospect
	w.Want(t, 200, dealership.Manager, "GET", "/v1/prospects/"+l.Prospect, "").Into(t, &p)
	if p.User != dealership.Manager || !p.Due.Equal(dealership.Noon) {
		t.Errorf("the prospect is %+v", p)
	}
}

func TestALeadIsClosedTogetherWithItsProspectOrNotAtAll(t *testing.T) {
	for _, kind := range []string{"lead", "prospect", "activity"} {
		w := open(t)
		w.Fill(t, dealership.Harbour, access.CloseToProspects, nil)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		w.Refuse = failing(kind)
		w.Want(t, 500, dealership.Sydney, "POST", "/v1/leads/"+id+"/close", `{"outcome": "lost", "closeToProspect": true}`)
		w.Refuse = nil
		var l lead.Lead
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if n := total(t, w, dealership.Sydney, "/v1/prospects"); l.Status != lead.New || n != 0 {
			t.Errorf("without the %s the lead is %s and there are %d prospects", kind, l.Status, n)
		}
		closed(t, w, dealership.Sydney, id, `{"outcome": "lost", "closeToProspect": true}`)
	}
}
