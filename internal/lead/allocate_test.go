package lead_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// owned is a lead with how it got its owners.
type owned struct {
	lead.Lead
	Allocations []lead.Allocation
}

func allocate(t *testing.T, w *dealership.World, user, id, body string) owned {
	t.Helper()
	var l owned
	w.Want(t, 200, user, "POST", "/v1/leads/"+id+"/allocate", body).Into(t, &l)
	return l
}

// told are the notifications of a user, newest first.
func told(t *testing.T, w *dealership.World, user string) []notify.Notification {
	t.Helper()
	var page struct{ Items []notify.Notification }
	w.Want(t, 200, user, "GET", "/v1/notifications", "").Into(t, &page)
	return page.Items
}

func TestALeadIsAllocatedWithNotesAndItsNewOwnerIsTold(t *testing.T) {
	w := open(t).Serve(notify.API)
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "source": "Website", "vehicle": {"make": "BMW", "model": "320i"}}`)
	w.Time = w.Time.Add(time.Hour)
	l := allocate(t, w, dealership.Manager, id, `{"user": "`+dealership.Sydney+`", "notes": " prefers mornings "}`)
	if l.User != dealership.Sydney || l.Status != lead.New || l.Handovers != 1 {
		t.Errorf("the lead is %+v", l.Lead)
	}
	want := lead.Allocation{Number: 1, At: w.Time, By: dealership.Manager, From: dealership.Manager, To: dealership.Sydney, Notes: "prefers mornings", Why: lead.ByHand}
	if !slices.Equal(l.Allocations, []lead.Allocation{want}) {
		t.Errorf("its history is %+v", l.Allocations)
	}
	notices := told(t, w, dealership.Sydney)
	if len(notices) != 1 || notices[0].Kind != notify.LeadAllocated || notices[0].Text != "prefers mornings" || notices[0].About.ID != id || notices[0].Title != "New lead for you: BMW 320i" {
		t.Fatalf("the new owner was told %+v", notices)
	}
	if !slices.Contains(notices[0].Facts, notify.Fact{Label: notify.Customer, Value: "Ann Lee"}) {
		t.Errorf("the notice says %+v", notices[0].Facts)
	}
	if n := total(t, w, dealership.Manager, "/v1/leads?user="+dealership.Sydney); n != 1 {
		t.Errorf("%d leads are listed as the new owner's", n)
	}
	if mailed := w.Sent.Take("notify-send"); len(mailed) != 1 {
		t.Errorf("%d mails are promised", len(mailed))
	}
}

func TestALeadIsReallocatedAndItsHistoryStays(t *testing.T) {
	w := open(t).Serve(notify.API)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for _, to := range []string{dealership.Second, dealership.Manager, dealership.Sydney} {
		w.Time = w.Time.Add(time.Minute)
		allocate(t, w, dealership.Sydney, id, `{"user": "`+to+`"}`)
	}
	var l owned
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	var to []access.UserID
	for _, a := range l.Allocations {
		to = append(to, a.To)
	}
	if !slices.Equal(to, []access.UserID{dealership.Sydney, dealership.Manager, dealership.Second}) || l.Handovers != 3 {
		t.Errorf("the history is %+v", l.Allocations)
	}
	if notices := told(t, w, dealership.Sydney); len(notices) != 0 {
		t.Errorf("who takes a lead is told %+v", notices)
	}
}

func TestWhoGetsALeadByAnEditIsToldToo(t *testing.T) {
	w := open(t).Serve(notify.API)
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney", "user": "`+dealership.Sydney+`"}`)
	w.Time = w.Time.Add(time.Minute)
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/leads/"+id, `{"user": "`+dealership.Second+`", "notes": "call"}`)
	for user, want := range map[string]int{dealership.Sydney: 0, dealership.Second: 1} {
		if notices := told(t, w, user); len(notices) != want {
			t.Errorf("%s was told %+v", user, notices)
		}
	}
	var l owned
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if len(l.Allocations) != 1 || l.Allocations[0].From != dealership.Sydney || l.Allocations[0].By != dealership.Manager {
		t.Errorf("the history is %+v", l.Allocations)
	}
}

func TestALeadGoesOnlyToWhoManagesLeadsInItsYard(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for _, user := range []string{dealership.Melbourne, dealership.Watcher, dealership.Kiel, "nobody"} {
		answer := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+user+`"}`)
		if wrong := answer.Wrong(t); !slices.Equal(wrong, []string{"body.user"}) {
			t.Errorf("to %s: %v", user, wrong)
		}
	}
	for body, where := range map[string]string{
		`{"user": ""}`: "body.user", `{"user": "second", "notes": "` + strings.Repeat("x", 1001) + `"}`: "body.notes",
	} {
		if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/allocate", body).Wrong(t); !slices.Equal(wrong, []string{where}) {
			t.Errorf("%.40s: %v", body, wrong)
		}
	}
	w.Want(t, 404, dealership.Melbourne, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Melbourne+`"}`)
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Sydney+`"}`)
	closed(t, w, dealership.Sydney, id, `{"outcome": "lost"}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Second+`"}`)
}

func TestARepeatedAllocationChangesNothing(t *testing.T) {
	w := open(t).Serve(notify.API)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for range 3 {
		if l := allocate(t, w, dealership.Sydney, id, `{"user": "`+dealership.Second+`"}`); l.Handovers != 1 {
			t.Errorf("allocated %d times", l.Handovers)
		}
		w.Time = w.Time.Add(time.Minute)
	}
	if notices := told(t, w, dealership.Second); len(notices) != 1 {
		t.Errorf("the owner was told %d times", len(notices))
	}
	if l := allocate(t, w, dealership.Manager, id, `{"user": "`+dealership.Second+`"}`); l.Handovers != 1 {
		t.Errorf("allocated to its owner: %+v", l)
	}
	if l := allocate(t, w, dealership.Manager, id, `{"user": "`+dealership.Second+`", "notes": "hurry"}`); l.Handovers != 2 || l.Allocations[0].From != dealership.Second {
		t.Errorf("with notes for its owner: %+v", l)
	}
	if notices := told(t, w, dealership.Second); len(notices) != 2 || notices[0].Text != "hurry" {
		t.Errorf("the owner was told %+v", notices)
	}
}

func TestWhoActsOnAnOldLookAtALeadLearnsWhatHappened(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	allocate(t, w, dealership.Sydney, id, `{"user": "`+dealership.Second+`"}`)
	w.Time = w.Time.Add(time.Hour)
	answer := w.Want(t, 412, dealership.Manager, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Manager+`"}`, `If-Match: "1"`)
	if !strings.Contains(answer.Body, "sydneyman allocated this lead to second") {
		t.Errorf("%s does not say what happened", answer.Body)
	}
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Manager+`"}`, `If-Match: "2"`)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Sydney+`"}`)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Manager+`"}`)
	crossed := w.Want(t, 409, dealership.Second, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Second+`"}`)
	if !strings.Contains(crossed.Body, "sydneyman allocated this lead to manager at 2026-11-22T13:00:00Z") {
		t.Errorf("%s does not say what happened", crossed.Body)
	}
}

func TestAFailedWriteAllocatesNothingAndTellsNobody(t *testing.T) {
	for _, kind := range []string{"lead", "lead allocation", "notice", "activity"} {
		w := open(t).Serve(notify.API)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		w.Refuse = failing(kind)
		w.Want(t, 500, dealership.Sydney, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+dealership.Second+`"}`)
		w.Refuse = nil
		var l owned
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if l.User != dealership.Sydney || len(l.Allocations) != 0 || len(told(t, w, dealership.Second)) != 0 {
			t.Errorf("without the %s the lead is %+v", kind, l)
		}
	}
}

// TestOfTwoWhoAllocateAtOnceOneWins has two users allocate the same lead at the same time, a thousand times.
func TestOfTwoWhoAllocateAtOnceOneWins(t *testing.T) {
	w := open(t).Serve(notify.API)
	races := 1000
	if testing.Short() {
		races = 50
	}
	claims := [2]struct{ by, to string }{{dealership.Sydney, dealership.Sydney}, {dealership.Manager, dealership.Second}}
	for race := range races {
		id := enter(t, w, dealership.Manager, fmt.Sprintf(`{"customer": {"last": "Race %d"}, "yard": "sydney"}`, race))
		w.Time = w.Time.Add(time.Minute)
		var answers [2]dealership.Answer
		var both sync.WaitGroup
		for i, claim := range claims {
			both.Go(func() {
				answers[i] = w.Call(t, claim.by, "POST", "/v1/leads/"+id+"/allocate", `{"user": "`+claim.to+`"}`)
			})
		}
		both.Wait()
		winner := slices.IndexFunc(answers[:], func(a dealership.Answer) bool { return a.Status == 200 })
		if winner < 0 || answers[1-winner].Status != 409 {
			t.Fatalf("race %d: %+v", race, answers)
		}
		var problem struct{ Detail string }
		if err := json.Unmarshal([]byte(answers[1-winner].Body), &problem); err != nil ||
			!strings.HasPrefix(problem.Detail, claims[winner].by+" allocated this lead to "+claims[winner].to+" at ") {
			t.Fatalf("race %d: the other was told %s", race, answers[1-winner].Body)
		}
		var l owned
		w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if string(l.User) != claims[winner].to || len(l.Allocations) != 1 {
			t.Fatalf("race %d: the lead is %+v", race, l)
		}
	}
}

func TestSeveralLeadsAreAllocatedEachByItself(t *testing.T) {
	w := open(t).Serve(notify.API)
	var ids []string
	for i := range 3 {
		ids = append(ids, enter(t, w, dealership.Manager, fmt.Sprintf(`{"customer": {"last": "Many %d"}, "yard": "sydney"}`, i)))
	}
	there := enter(t, w, dealership.Manager, `{"customer": {"last": "There"}, "yard": "melbourne"}`)
	over := enter(t, w, dealership.Manager, `{"customer": {"last": "Over"}, "yard": "sydney"}`)
	closed(t, w, dealership.Manager, over, `{"outcome": "won"}`)
	body, err := json.Marshal(map[string]any{"leads": append(slices.Clone(ids), there, over, "unknown", ids[0]), "user": dealership.Sydney, "notes": "the round"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var done struct {
			Allocated int
			Items     []struct{ Lead, Outcome, Reason string }
		}
		w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", string(body)).Into(t, &done)
		if done.Allocated != 3 || len(done.Items) != 6 {
			t.Fatalf("%+v", done)
		}
		for i, want := range []string{"", "", "", "the user is not a user", "this lead is closed as won", "there is no such lead"} {
			got := done.Items[i]
			if (got.Outcome == "allocated") != (want == "") || !strings.Contains(got.Reason, want) {
				t.Errorf("item %d: %+v, want %q", i, got, want)
			}
		}
	}
	if n := len(told(t, w, dealership.Sydney)); n != 3 {
		t.Errorf("the owner of three leads was told %d times", n)
	}
	wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/allocate", `{"leads": ["x"], "user": "`+dealership.Melbourne+`"}`).Wrong(t)
	if !slices.Equal(wrong, []string{"body.user"}) {
		t.Errorf("a user of another yard: %v", wrong)
	}
	w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/allocate", `{"leads": [], "user": "`+dealership.Second+`"}`)
}

func TestAssigneesAreThoseOfTheYardByFirstOrLastName(t *testing.T) {
	w := open(t)
	for id, name := range map[string][2]string{"u1": {"Zoë", "Abbott"}, "u2": {"Anna", "Zimmer"}, "u3": {"Bob", "van der Berg"}} {
		w.Fill(t, dealership.Harbour, access.ManageLeads, []string{"sydney"}, access.Member{User: access.UserID(id)})
		w.Rename(t, dealership.Harbour, access.UserID(id), name[0], name[1])
	}
	id := enter(t, w, dealership.Manager, `{`+ann+`, "yard": "sydney"}`)
	path := "/v1/leads/" + id + "/assignees"
	for query, want := range map[string][]string{
		"":          {dealership.Manager, dealership.Second, dealership.Sydney, "u1", "u3", "u2"},
		"?q=zo":     {"u1"},
		"?q=z":      {"u1", "u2"},
		"?q=berg":   {"u3"},
		"?q=anna+z": {"u2"},
		"?q=anna+b": {},
		"?q=melb":   {},
		"?q=kieler": {},
	} {
		if got, _ := w.Want(t, 200, dealership.Sydney, "GET", path+query, "").List(t); !slices.Equal(got, want) {
			t.Errorf("%q finds %v, want %v", query, got, want)
		}
	}
	var got []string
	for cursor := "-"; cursor != ""; {
		var ids []string
		ids, cursor = w.Want(t, 200, dealership.Sydney, "GET", path+"?limit=4&cursor="+strings.Trim(cursor, "-"), "").List(t)
		got = append(got, ids...)
	}
	if !slices.Equal(got, []string{dealership.Manager, dealership.Second, dealership.Sydney, "u1", "u3", "u2"}) {
		t.Errorf("pages list %v", got)
	}
	w.Want(t, 404, dealership.Melbourne, "GET", path, "")
}
