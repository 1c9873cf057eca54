package alert_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// office is Monday to Friday; the tests begin on a Sunday at 23:00 in Sydney.
var office = []rule.Hours{{Days: []rule.Day{"mon", "tue", "wed", "thu", "fri"}, From: "08:00", To: "17:00"}}

// untilOffice is how long it is from then until the office opens.
const untilOffice = 9 * time.Hour

// pass lets time pass, and all that is due on the way be done, five minutes at a time.
func (w *world) pass(long time.Duration) {
	w.t.Helper()
	for end := w.Time.Add(long); w.Time.Before(end); {
		w.Time = w.Time.Add(min(5*time.Minute, end.Sub(w.Time)))
		w.settle()
	}
}

// settle does what is due now.
func (w *world) settle() {
	w.t.Helper()
	for range 20 {
		_, err := w.Outbox().Sweep(w.t.Context())
		if err != nil && !w.Crash.Dead() {
			w.t.Fatal(err)
		}
		w.Crash.Restart()
		if err == nil && len(w.messages) == 0 {
			return
		}
		w.work()
	}
}

// owners are whose the leads are, in their order.
func (w *world) owners(leads ...lead.Lead) (all []access.UserID) {
	w.t.Helper()
	for _, l := range leads {
		all = append(all, w.load(dealership.Harbour, l.ID).User)
	}
	return all
}

func (w *world) wantOwners(when string, leads []lead.Lead, want ...access.UserID) {
	w.t.Helper()
	if got := w.owners(leads...); fmt.Sprint(got) != fmt.Sprint(want) {
		w.t.Errorf("%s: %q, want %q", when, got, want)
	}
}

// chief may do everything with leads of Sydney's.
func chief() access.Caller {
	return access.NewCaller(dealership.Harbour, dealership.Manager, "", access.Grant{Role: access.ManageLeads, Yards: []string{"sydney"}})
}

func TestLeadsOfTheNightAreHandedOutWhenTheOfficeOpensTheOldestFirst(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Name: "Office", Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, dealership.Second}, Hours: office})
	opens := dealership.Noon.Add(untilOffice)
	var leads []lead.Lead
	for n := range 3 {
		leads = append(leads, w.arrive(ask(n), "sydney"))
		w.pass(20 * time.Minute)
	}
	if r := leads[0].Routing; r == nil || !r.Later || r.User != "" || r.Why != "outside of working hours" {
		t.Fatalf("%+v", r)
	}
	before := w.told()
	w.pass(opens.Add(-time.Second).Sub(w.Time))
	w.wantOwners("a second before", leads, "", "", "")
	w.pass(3 * time.Second)
	w.wantOwners("when it opens", leads, dealership.Sydney, dealership.Second, dealership.Sydney)
	got := w.load(dealership.Harbour, leads[0].ID)
	why := "the next in turn; waited since 2026-11-22T12:00:01Z: outside of working hours"
	if r := got.Routing; r.Later || r.User != dealership.Sydney || r.Why != why || r.At.Before(opens) || r.At.Sub(opens) > 3*time.Second || got.Handovers != 1 {
		t.Errorf("%+v %+v", got, r)
	}
	last, err := got.LastAllocation(t.Context(), w.Deps, dealership.Harbour)
	if err != nil || last.By != "" || last.To != dealership.Sydney || last.Why != "Office: "+why {
		t.Errorf("%+v %v", last, err)
	}
	w.pass(time.Hour)
	after := w.told()
	if after[dealership.Sydney]-before[dealership.Sydney] != 2 || after[dealership.Second]-before[dealership.Second] != 1 || !strings.HasPrefix(w.outbox()[0].Subject, "New lead for you") {
		t.Errorf("told %v, before the office opened %v", after, before)
	}
	if next := w.arrive(ask(9), "sydney"); next.User != dealership.Second || next.Routing.Why != "the next in turn" {
		t.Errorf("the line has not ended: %+v %+v", next, next.Routing)
	}
}

// Each of these gives somebody room for one more lead, which the oldest one gets.
func TestWhoeverHasRoomAgainGetsTheOldestLeadThatWaits(t *testing.T) {
	for name, room := range map[string]func(w *world, his lead.Lead){
		"closed": func(w *world, his lead.Lead) {
			_, err := lead.Close(w.t.Context(), w.Deps, chief(), his.ID, lead.Lost, "")
			w.must(err)
		},
		"passed on": func(w *world, his lead.Lead) {
			_, _, err := lead.Allocate(w.t.Context(), w.Deps, chief(), his.ID, lead.Handover{User: dealership.Manager}, lead.Seen{})
			w.must(err)
		},
		"merged": func(w *world, his lead.Lead) {
			made, err := lead.Add(w.t.Context(), w.Deps, dealership.Harbour, lead.Lead{
				ID: "other", Customer: his.Customer, CustomerName: his.CustomerName, Yard: "sydney", User: dealership.Manager, CreatedBy: dealership.Manager,
			}, nil)
			w.must(err)
			w.Want(w.t, 200, dealership.Manager, "POST", "/v1/leads/"+string(his.ID)+"/merge", `{"into": "`+string(made.ID)+`"}`)
		},
		"taken back": func(w *world, _ lead.Lead) {
			w.Want(w.t, 200, "ada@harbour.example", "PUT", "/v1/lead-settings", `{"return": {"after": "2h", "to": "pool"}}`)
			w.work()
			w.pass(2*time.Hour + time.Minute)
		},
	} {
		w := newWorld(t)
		w.rule(rule.Rule{Mode: rule.RoundRobin, Capacity: 1, Recipients: []access.UserID{dealership.Sydney}})
		his := w.arrive(ask(1), "sydney")
		waiting := []lead.Lead{w.arrive(ask(2), "sydney"), w.arrive(ask(3), "sydney")}
		w.wantOwners(name+": before", append([]lead.Lead{his}, waiting...), dealership.Sydney, "", "")
		w.Time = w.Time.Add(2 * time.Second)
		room(w, his)
		w.Time = w.Time.Add(2 * time.Second) // less than until the line is looked at anyway
		w.settle()
		w.wantOwners(name, waiting, dealership.Sydney, "")
		if r := w.load(dealership.Harbour, waiting[0].ID).Routing; !strings.HasPrefix(r.Why, "the next in turn; waited since 2026-11-22T12:00:0") || !strings.Contains(r.Why, "1 at capacity") {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestWhoComesBackGetsWhatWaits(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Mode: rule.AssignSingle, Recipients: []access.UserID{dealership.Sydney, dealership.Second}})
	for user, back := range map[access.UserID]time.Duration{dealership.Sydney: 3*time.Hour + 7*time.Minute, dealership.Second: 26 * time.Hour} {
		w.change(user, func(u *access.User) { u.Away = access.Away{From: w.Time, To: dealership.Noon.Add(back)} })
	}
	l := w.arrive(ask(1), "sydney")
	w.pass(dealership.Noon.Add(3*time.Hour + 6*time.Minute).Sub(w.Time))
	w.wantOwners("while both are away", []lead.Lead{l}, "")
	w.pass(time.Minute)
	w.wantOwners("when one is back", []lead.Lead{l}, dealership.Sydney)
}

// What people do meanwhile holds, and nobody is told of a lead that is not theirs.
func TestWhatHappensToALeadThatWaitsHolds(t *testing.T) {
	for name, test := range map[string]struct {
		meanwhile func(w *world, l lead.Lead, id rule.ID)
		owner     access.UserID
		handovers int
		why       string
	}{
		"allocated by hand": {func(w *world, l lead.Lead, _ rule.ID) {
			_, _, err := lead.Allocate(w.t.Context(), w.Deps, chief(), l.ID, lead.Handover{User: dealership.Second}, lead.Seen{})
			w.must(err)
		}, dealership.Second, 1, "outside of working hours"},
		"merged, and taken back": {func(w *world, l lead.Lead, _ rule.ID) {
			_, err := lead.Add(w.t.Context(), w.Deps, dealership.Harbour, lead.Lead{
				ID: "other", Customer: l.Customer, CustomerName: l.CustomerName, Yard: "sydney", User: dealership.Manager, CreatedBy: dealership.Manager,
			}, nil)
			w.must(err)
			w.Want(w.t, 200, dealership.Manager, "POST", "/v1/leads/"+string(l.ID)+"/merge", `{"into": "other"}`)
			w.pass(untilOffice)
			if got := w.load(dealership.Harbour, l.ID); got.User != "" || got.Handovers != 0 {
				w.t.Errorf("an alias is handed out: %+v", got)
			}
			w.Want(w.t, 200, dealership.Manager, "DELETE", "/v1/leads/"+string(l.ID)+"/merge", "")
			w.pass(time.Minute)
		}, dealership.Sydney, 1, "the next in turn; waited since"},
		"closed": {func(w *world, l lead.Lead, _ rule.ID) {
			_, err := lead.Close(w.t.Context(), w.Deps, chief(), l.ID, lead.Won, "")
			w.must(err)
		}, "", 0, "outside of working hours"},
		"the rule is deleted": {func(w *world, _ lead.Lead, id rule.ID) {
			w.Want(w.t, 204, "ada@harbour.example", "DELETE", "/v1/lead-rules/"+string(id), "")
		}, "", 0, "no rule matches any more; waited since"},
		"the rule gives leads to nobody": {func(w *world, _ lead.Lead, id rule.ID) {
			w.Want(w.t, 200, "ada@harbour.example", "PUT", "/v1/lead-rules/"+string(id), `{"name": "Tell", "recipients": ["sydneyman"]}`)
		}, "", 0, "the rule gives leads to nobody any more; waited since"},
		"the rule has other recipients": {func(w *world, _ lead.Lead, id rule.ID) {
			w.Want(w.t, 200, "ada@harbour.example", "PUT", "/v1/lead-rules/"+string(id), `{"name": "Two", "mode": "round_robin", "recipients": ["second"], "workingHours": [{"days": ["mon"], "from": "08:00", "to": "17:00"}]}`)
		}, dealership.Second, 1, "the next in turn; waited since"},
		"the rule works at night": {func(w *world, l lead.Lead, id rule.ID) {
			w.Want(w.t, 200, "ada@harbour.example", "PUT", "/v1/lead-rules/"+string(id), `{"name": "Always", "mode": "round_robin", "recipients": ["second"]}`)
			w.pass(16 * time.Minute)
			w.wantOwners("a quarter of an hour later", []lead.Lead{l}, dealership.Second)
		}, dealership.Second, 1, "the next in turn; waited since"},
		"a rule that fits better": {func(w *world, _ lead.Lead, _ rule.ID) {
			w.rule(rule.Rule{Name: "Mazda", Mode: rule.AssignSingle, Conditions: rule.Conditions{Make: "Mazda"}, Recipients: []access.UserID{dealership.Second}, Hours: office})
		}, dealership.Second, 1, "the first who can take it; waited since"},
	} {
		w := newWorld(t)
		w.Serve(rule.API)
		id := w.rule(rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney}, Hours: office})
		l := w.arrive(ask(1), "sydney")
		w.pass(time.Hour)
		test.meanwhile(w, l, id)
		w.pass(untilOffice)
		got := w.load(dealership.Harbour, l.ID)
		if got.User != test.owner || got.Handovers != test.handovers || got.Routing.Later || !strings.HasPrefix(got.Routing.Why, test.why) {
			t.Errorf("%s: %q, %d handovers, %+v", name, got.User, got.Handovers, got.Routing)
		}
		told := w.told()
		delete(told, dealership.Sydney) // is told of the arrival
		if want := map[string]int{string(test.owner): 1}; test.owner == dealership.Second && !maps.Equal(told, want) || test.owner != dealership.Second && len(told) != 0 {
			t.Errorf("%s: told %v", name, told)
		}
	}
}

// A crash at any write, before or after it has happened, hands a lead of the night out once, and tells its owner once.
func TestACrashAtAnyWriteHandsALeadOutOnce(t *testing.T) {
	for crash := range tabletest.Crashes(t, 40) {
		w := newWorld(t)
		w.rule(rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Second, dealership.Sydney}, Hours: office})
		w.Crash = crash
		w.insist(ask(1), "sydney")
		w.work()
		w.Time = w.Time.Add(3 * time.Minute)
		w.settle()
		w.Time = dealership.Noon.Add(untilOffice)
		for range 4 {
			w.settle()
			w.Time = w.Time.Add(time.Hour + time.Minute)
		}
		crash.Over()
		l := w.only()
		if l.User != dealership.Second || l.Handovers != 1 || l.Routing.User != dealership.Second || l.Routing.Later {
			t.Errorf("%+v %+v", l, l.Routing)
		}
		if got := w.told(); !maps.Equal(got, map[string]int{dealership.Sydney: 1, dealership.Second: 2}) {
			t.Errorf("mails %v", got)
		}
		if next := w.arrive(ask(2), "sydney"); next.User != dealership.Sydney {
			t.Errorf("the next is %q's: %+v", next.User, next.Routing)
		}
	}
}

// Somebody allocates a lead by hand in the moment in which two functions hand it out: it is allocated once, and whoever came too
// late is told so.
func TestALeadIsHandedOutOrAllocatedByHandNeverBoth(t *testing.T) {
	races := 300
	if testing.Short() {
		races = 20
	}
	w := newWorld(t)
	id := w.rule(rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, dealership.Second}, Hours: office})
	w.Deps.Queue = quiet{}
	look := queue.Topic[map[string]string]{Name: lead.CareTopic.Name}.Message(dealership.Harbour, map[string]string{"rule": string(id), "yard": "sydney"})
	hands := 0
	for n := range races {
		w.Time = dealership.Noon.AddDate(0, 0, 7*n)
		done, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, ask(n), lead.Place{Yards: []string{"sydney"}})
		w.must(err)
		_, err = lead.Route(t.Context(), w.Deps, dealership.Harbour, done.Lead.ID)
		w.must(err)
		w.Time = w.Time.Add(untilOffice)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if err := lead.Care.Consumes.Handle(t.Context(), app.Grant(w.Deps, lead.Care), look.Body); err != nil && !errs.Is(err, errs.Unavailable) {
					t.Error(err)
				}
			})
		}
		var byHand error
		all.Go(func() {
			_, _, byHand = lead.Allocate(t.Context(), w.Deps, chief(), done.Lead.ID, lead.Handover{User: dealership.Manager}, lead.Seen{})
		})
		all.Wait()
		got := w.load(dealership.Harbour, done.Lead.ID)
		switch {
		case byHand == nil && got.User == dealership.Manager:
			hands++
		case errs.Is(byHand, errs.Conflict) && got.User != dealership.Manager && strings.Contains(byHand.Error(), "a rule allocated this lead to"):
		default:
			t.Fatalf("race %d: by hand %v, %+v", n, byHand, got)
		}
		if got.Handovers != 1 || got.Routing.Later {
			t.Fatalf("race %d: %+v %+v", n, got, got.Routing)
		}
	}
	t.Logf("%d of %d by hand", hands, races)
}
