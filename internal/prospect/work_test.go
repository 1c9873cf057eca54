package prospect_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestARecordShowsAllThereIsAboutTheCustomer(t *testing.T) {
	w := open(t)
	who := w.Want(t, 201, dealership.Sydney, "POST", "/v1/customers", `{"name": {"first": "Ann", "last": "Lee"}, "email": "ann@post.example", "mobile": "0491 570 006", "notes": "deaf in one ear", "vehicles": [{"vin": "6T153BK360X070769"}]}`).ID(t)
	id := enter(t, w, dealership.Sydney, `{"customer": "`+who+`"}`)
	p := read(t, w, dealership.Sydney, id)
	if p.Person == nil || p.Person.Email != "ann@post.example" || p.Person.Notes != "deaf in one ear" || len(p.Person.Vehicles) != 1 || p.Attempts != 0 || len(p.LatestAttempts) != 0 {
		t.Errorf("shows %+v", p)
	}
}

func TestAttemptsAreNotedAnyNumberOfTimes(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "type": "Phone Out"}`)
	const n = 25
	for i := range n {
		w.Time = w.Time.Add(time.Minute)
		w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/attempts", fmt.Sprintf(`{"notes": "no answer %d"}`, i))
	}
	w.Want(t, 201, dealership.Manager, "POST", "/v1/prospects/"+id+"/attempts", `{"type": "Visit", "at": "2026-11-01T10:00:00+11:00"}`)
	p := read(t, w, dealership.Sydney, id)
	if latest := p.LatestAttempts; p.Attempts != n+1 || len(latest) != 20 || latest[0].Notes != "no answer 24" || latest[0].Type != "Phone Out" || latest[0].By != dealership.Sydney {
		t.Errorf("%d attempts, the latest are %+v", p.Attempts, latest)
	}
	all, path := []string{}, "/v1/prospects/"+id+"/attempts?limit=10"
	for next := "-"; next != ""; path = "/v1/prospects/" + id + "/attempts?limit=10&cursor=" + next {
		var ids []string
		ids, next = w.Want(t, 200, dealership.Sydney, "GET", path, "").List(t)
		all = append(all, ids...)
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != n+1 {
		t.Errorf("pages have %d attempts", len(all))
	}
	if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/prospects/"+id+"/attempts", `{"at": "2027-01-01T00:00:00Z"}`).Wrong(t); !slices.Equal(wrong, []string{"body.at"}) {
		t.Errorf("wrong %v", wrong)
	}
	w.Want(t, 404, dealership.Second, "POST", "/v1/prospects/"+id+"/attempts", `{}`)
	w.Want(t, 404, dealership.Second, "GET", "/v1/prospects/"+id+"/attempts", "")
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+id+"/attempts", `{}`)
}

func TestARepeatedAttemptIsOne(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	var ids []string
	for _, w.Refuse = range []func([]table.Op) error{dealership.Unanswered, dealership.Unanswered, nil, nil} {
		ids = append(ids, w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/attempts", `{"notes": "engaged"}`, "Idempotency-Key: k1").ID(t))
		w.Time = w.Time.Add(time.Minute)
	}
	if p := read(t, w, dealership.Sydney, id); p.Attempts != 1 || len(p.LatestAttempts) != 1 || len(slices.Compact(ids)) != 1 {
		t.Errorf("%v: %d attempts: %+v", ids, p.Attempts, p.LatestAttempts)
	}
}

func TestAttemptsOfManyAtOnceAreAllCounted(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() { w.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+id+"/attempts", `{}`) })
	}
	group.Wait()
	if p := read(t, w, dealership.Sydney, id); p.Attempts != 100 {
		t.Errorf("%d attempts", p.Attempts)
	}
}

func TestACompletionAddsTheCustomerToAGroup(t *testing.T) {
	w := open(t)
	group := w.Want(t, 201, boss, "POST", "/v1/groups", `{"name": "Open day"}`).ID(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{"group": "nothing"}`).Wrong(t); !slices.Equal(wrong, []string{"body.group"}) {
		t.Errorf("wrong %v", wrong)
	}
	var p prospect.Detail
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{"notes": "comes with family", "group": "`+group+`"}`).Into(t, &p)
	var page struct {
		Items []struct{ Customer, By, Name string }
	}
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/groups/"+group+"/members", "").Into(t, &page)
	if string(p.Group) != group || len(page.Items) != 1 || page.Items[0].Customer != string(p.Customer) || page.Items[0].By != dealership.Sydney || page.Items[0].Name != "Ann Lee" {
		t.Errorf("completed as %+v, members %+v", p.Prospect, page)
	}
	again := enter(t, w, dealership.Sydney, `{"customer": "`+string(p.Customer)+`"}`)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+again+"/complete", `{"group": "`+group+`"}`)
	if n := members(t, w, group); n != 1 {
		t.Errorf("the group has %d members", n)
	}
}

func members(t *testing.T, w *dealership.World, group string) int {
	t.Helper()
	var g struct{ Members int }
	w.Want(t, 200, boss, "GET", "/v1/groups/"+group, "").Into(t, &g)
	return g.Members
}

func TestACompletionHappensWithItsGroupOrNotAtAll(t *testing.T) {
	for crash := range tabletest.Crashes(t, 2) {
		w := open(t)
		group := w.Want(t, 201, boss, "POST", "/v1/groups", `{"name": "Open day"}`).ID(t)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		w.Crash = crash
		for _, again := range []bool{false, true} {
			w.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{"group": "`+group+`"}`)
			p := read(t, w, dealership.Sydney, id)
			if p.Completed != (members(t, w, group) == 1) || p.Completed != (p.Group != "") || again && !p.Completed {
				t.Errorf("completed: %v, with %d members", p.Completed, members(t, w, group))
			}
		}
	}
}

const aCar = `"vehicle": {"vin": "6T153BK360X070769", "make": "Toyota", "model": "Camry"}`

func TestAProspectBecomesALeadOfTheSourceProspecting(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, `+aCar+`, "notes": "wants a wagon"}`)
	var p prospect.Detail
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+id+"/convert", `{"type": "New car"}`).Into(t, &p)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+p.ConvertedLead, "").Into(t, &l)
	if l.Source != "Prospecting" || l.Status != lead.New || l.User != dealership.Sydney || l.Yard != "sydney" || l.Type != "New car" || l.Notes != "wants a wagon" ||
		l.Customer != p.Customer || l.CustomerName != "Ann Lee" || l.Vehicle.Model != "Camry" || l.FromProspect != id {
		t.Errorf("the lead is %+v", l)
	}
	if !p.Completed || p.CompletedBy != dealership.Sydney {
		t.Errorf("the prospect is %+v", p.Prospect)
	}
	if pending, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects", "").List(t); len(pending) != 0 {
		t.Errorf("pending %v", pending)
	}
	answer := w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+id+"/convert", `{}`)
	if !strings.Contains(answer.Body, p.ConvertedLead) {
		t.Errorf("%s does not say what happened", answer.Body)
	}
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	if leads, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads?source=Prospecting", "").List(t); !slices.Equal(leads, []string{p.ConvertedLead}) {
		t.Errorf("leads %v", leads)
	}
}

func TestTheSourceOfALeadIsThatOfTheActivity(t *testing.T) {
	w := open(t)
	w.Want(t, 200, boss, "PUT", "/v1/prospect-settings", `{"activities": [{"name": "Prospect Activity"}, {"name": "CRM Follow Up", "source": "CRM"}, {"name": "Marketing", "source": "Marketing Activity"}], "actions": [], "types": []}`)
	for activity, want := range map[string]string{"CRM Follow Up": "CRM", "Marketing": "Marketing Activity", "Prospect Activity": "Prospecting"} {
		id := enter(t, w, dealership.Sydney, `{`+ann+`, `+aCar+`, "activity": "`+activity+`"}`)
		var p prospect.Detail
		w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+id+"/convert", "").Into(t, &p)
		var l lead.Lead
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+p.ConvertedLead, "").Into(t, &l)
		if l.Source != want {
			t.Errorf("%s becomes a lead of %q, want %q", activity, l.Source, want)
		}
	}
}

func TestALeadGoesToSomebodyWhoWorksOnLeads(t *testing.T) {
	w := open(t)
	w.Fill(t, dealership.Harbour, access.ManageProspects, []string{"sydney"}, access.Member{User: "caller-only"})
	id := enter(t, w, "caller-only", `{`+ann+`, `+aCar+`}`)
	var p prospect.Detail
	w.Want(t, 200, "caller-only", "POST", "/v1/prospects/"+id+"/convert", "").Into(t, &p)
	var l lead.Lead
	w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+p.ConvertedLead, "").Into(t, &l)
	if l.User != dealership.Manager || l.CreatedBy != "caller-only" {
		t.Errorf("the lead is %+v", l)
	}
}

func TestAProspectIsConvertedTogetherWithItsLeadOrNotAtAll(t *testing.T) {
	for crash := range tabletest.Crashes(t, 3) {
		w := open(t)
		id := enter(t, w, dealership.Sydney, `{`+ann+`, `+aCar+`}`)
		w.Crash = crash
		for _, again := range []bool{false, true} {
			w.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+id+"/convert", "")
			p := read(t, w, dealership.Sydney, id)
			leads, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads", "").List(t)
			if p.Completed != (len(leads) == 1) || p.Completed != (p.ConvertedLead != "") || again && !p.Completed {
				t.Errorf("completed: %v, leads %v", p.Completed, leads)
			}
		}
	}
}

// race lets two requests go at once, a thousand times, and returns how often each pair of statuses came.
func race(t *testing.T, w *dealership.World, times int, requests ...[4]string) (outcomes map[string]int, ids []string) {
	t.Helper()
	outcomes = map[string]int{}
	for range times {
		id := enter(t, w, dealership.Sydney, `{`+ann+`, `+aCar+`}`)
		statuses := make([]int, len(requests))
		var group sync.WaitGroup
		for i, r := range requests {
			group.Go(func() { statuses[i] = w.Call(t, r[0], r[1], strings.ReplaceAll(r[2], "ID", id), r[3]).Status })
		}
		group.Wait()
		slices.Sort(statuses)
		outcomes[fmt.Sprint(statuses)]++
		ids = append(ids, id)
	}
	return outcomes, ids
}

// races is how often two people meet on one record.
func races() int {
	if testing.Short() {
		return 100
	}
	return 1000
}

func TestOfTwoWhoConvertAtOnceOneDoes(t *testing.T) {
	w := open(t)
	outcomes, ids := race(t, w, races(),
		[4]string{dealership.Sydney, "POST", "/v1/prospects/ID/convert", ""}, [4]string{dealership.Manager, "POST", "/v1/prospects/ID/convert", ""})
	if len(outcomes) != 1 || outcomes["[200 409]"] != len(ids) {
		t.Errorf("outcomes %v", outcomes)
	}
	made := map[string]bool{}
	for next, path := "-", "/v1/leads?limit=200"; next != ""; path = "/v1/leads?limit=200&cursor=" + next {
		var page []string
		page, next = w.Want(t, 200, dealership.Manager, "GET", path, "").List(t)
		for _, id := range page {
			made[id] = true
		}
	}
	if len(made) != len(ids) {
		t.Errorf("%d leads of %d prospects", len(made), len(ids))
	}
}

func TestOfThreeWhoCompleteConvertAndChangeAtOnceNobodyUndoesAnother(t *testing.T) {
	w := open(t)
	outcomes, ids := race(t, w, races(),
		[4]string{dealership.Sydney, "POST", "/v1/prospects/ID/convert", ""},
		[4]string{dealership.Manager, "POST", "/v1/prospects/ID/complete", `{"notes": "done"}`},
		[4]string{dealership.Manager, "PATCH", "/v1/prospects/ID", `{"notes": "changed"}`})
	if outcomes["[200 200 409]"]+outcomes["[200 409 409]"] != len(ids) {
		t.Errorf("outcomes %v", outcomes)
	}
	var converted, completed atomic.Int64
	for _, id := range ids {
		switch p := read(t, w, dealership.Sydney, id); {
		case !p.Completed, (p.ConvertedLead != "") == (p.CompletionNotes == "done"):
			t.Fatalf("left as %+v", p.Prospect)
		case p.ConvertedLead != "":
			converted.Add(1)
		default:
			completed.Add(1)
		}
	}
	if converted.Load()+completed.Load() != int64(len(ids)) {
		t.Errorf("%d converted, %d completed", converted.Load(), completed.Load())
	}
}

func TestAProspectIsChangedUntilItIsDone(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/prospects/"+id, `{"due": "2026-11-29T09:00:00Z", "notes": "after the holidays", "type": "email out"}`)
	p := read(t, w, dealership.Sydney, id)
	if p.Due.Day() != 29 || p.Notes != "after the holidays" || p.Type != "Email Out" || !p.UpdatedAt.Equal(w.Time) {
		t.Errorf("changed to %+v", p.Prospect)
	}
	for body, want := range map[string][]string{
		`{"user": "` + dealership.Second + `"}`:                                   {"body.user"},
		`{"yard": "melbourne"}`:                                                   {"body.yard"},
		`{"action": "Dance", "type": "Pigeon", "activity": "Retired"}`:            {"body.action", "body.activity", "body.type"},
		`{"activity": "", "due": "1926-11-22T12:00:00Z", "vehicle": {"year": 1}}`: {"body.activity", "body.due", "body.vehicle.year"},
	} {
		if wrong := w.Want(t, 422, dealership.Sydney, "PATCH", "/v1/prospects/"+id, body).Wrong(t); !slices.Equal(wrong, want) {
			t.Errorf("%s: wrong %v, want %v", body, wrong, want)
		}
	}
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/prospects/"+id, `{"user": "`+dealership.Second+`"}`)
	w.Want(t, 404, dealership.Sydney, "PATCH", "/v1/prospects/"+id, `{"notes": "mine"}`)
	w.Want(t, 200, dealership.Second, "POST", "/v1/prospects/"+id+"/complete", `{}`)
	w.Want(t, 409, dealership.Second, "PATCH", "/v1/prospects/"+id, `{"notes": "late"}`)
}

func TestTheProspectOfSomebodyWhoHasLeftCanBeWorkedOn(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Second, `{`+ann+`}`)
	user, err := access.Users.Get(t.Context(), w.Table, access.UserKey(dealership.Harbour, dealership.Second))
	if err != nil {
		t.Fatal(err)
	}
	user.Value.Disabled = true
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(user.Key(), user.Value)); err != nil {
		t.Fatal(err)
	}
	w.Want(t, 200, dealership.Manager, "PATCH", "/v1/prospects/"+id, `{"notes": "who takes it?"}`)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/prospects/"+id+"/complete", `{}`)
}
