package alert_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestTheRecipientsOfTheMostSpecificRuleAreTold(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Name: "all", Recipients: []access.UserID{dealership.Manager}})
	id := w.rule(rule.Rule{Name: "Mazdas", Conditions: rule.Conditions{Make: "mazda"}, Recipients: []access.UserID{dealership.Sydney, dealership.Second, dealership.Melbourne}})
	l := w.arrive(ask(1), "sydney")
	if got := w.told(); !maps.Equal(got, map[string]int{dealership.Sydney: 1, dealership.Second: 1}) {
		t.Errorf("told %v", got) // Melbourne's man does not work in Sydney
	}
	if w.listed(dealership.Sydney) != 1 || w.listed(dealership.Manager) != 0 {
		t.Error("the lists in the application do not agree")
	}
	if r := l.Routing; r == nil || r.Rule != id || r.Mode != rule.NotifyOnly || r.User != "" || l.User != "" || r.Why == "" || r.Name != "Mazdas" {
		t.Errorf("%+v", l.Routing)
	}
}

func TestWithoutARuleTheManagersOfTheYardAreTold(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Conditions: rule.Conditions{Make: "Toyota"}, Recipients: []access.UserID{dealership.Sydney}})
	l := w.arrive(ask(1), "sydney")
	if got := w.told(); !maps.Equal(got, map[string]int{dealership.Manager: 1}) || l.Routing.Why != "no rule matches" {
		t.Errorf("told %v, %+v", got, l.Routing)
	}
	w.change(dealership.Manager, func(u *access.User) { u.Disabled = true })
	w.arrive(ask(2), "melbourne")
	if got := w.told(); got[dealership.Melbourne] != 1 || got[dealership.Sydney] != 0 {
		t.Errorf("without managers told %v", got)
	}
}

func TestWhereNoRecipientIsThereSomebodyElseIsTold(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
	w.change(dealership.Sydney, func(u *access.User) { u.Away = access.Away{From: w.Time, To: w.Time.Add(time.Hour)} })
	w.arrive(ask(1), "sydney")
	if got := w.told(); !maps.Equal(got, map[string]int{dealership.Manager: 1}) {
		t.Errorf("told %v", got)
	}
	w.Time = w.Time.Add(time.Hour)
	w.arrive(ask(2), "sydney")
	if got := w.told(); got[dealership.Sydney] != 1 || got[dealership.Manager] != 1 {
		t.Errorf("after the absence told %v", got)
	}
}

func TestLeadsThatSomebodyHandsInAlertNobody(t *testing.T) {
	w := newWorld(t)
	if _, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, ask(1), lead.Place{Yards: []string{"sydney"}, By: dealership.Manager}); err != nil {
		t.Fatal(err)
	}
	w.Want(t, 201, dealership.Manager, "POST", "/v1/leads", `{"customer": {"last": "Lee"}, "yard": "sydney"}`)
	w.work()
	if got := w.told(); len(got) != 0 || w.listed(dealership.Manager) != 0 {
		t.Errorf("told %v", got)
	}
}

func TestChannelsAreTheRulesUnlessTheUserHasSwitchedOneOff(t *testing.T) {
	for name, test := range map[string]struct {
		channels []rule.Channel
		mails    bool
		want     int
	}{
		"by default":                     {nil, true, 1},
		"mails that the user wants not":  {nil, false, 0},
		"a rule without mails":           {[]rule.Channel{rule.SMS}, true, 0},
		"a rule that has only the list":  {[]rule.Channel{rule.InApp}, true, 0},
		"a rule with mails that is told": {[]rule.Channel{rule.Email}, true, 1},
	} {
		w := newWorld(t)
		w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}, Channels: test.channels})
		w.change(dealership.Sydney, func(u *access.User) { u.Notify.Email = test.mails })
		w.arrive(ask(1), "sydney")
		if got := w.told(); got[dealership.Sydney] != test.want || w.listed(dealership.Sydney) != 1 {
			t.Errorf("%s: mails %v, listed %d", name, got, w.listed(dealership.Sydney))
		}
	}
}

func TestATextMessageGoesWhereRuleAndUserAllowIt(t *testing.T) {
	for name, test := range map[string]struct {
		channels []rule.Channel
		wants    bool
		mobile   string
		want     int
		mails    int
	}{
		"both allow it":            {[]rule.Channel{rule.SMS}, true, "0491 570 006", 1, 0},
		"beside a mail":            {[]rule.Channel{rule.SMS, rule.Email}, true, "0491 570 006", 1, 1},
		"the user does not":        {[]rule.Channel{rule.SMS}, false, "0491 570 006", 0, 0},
		"the rule does not":        {[]rule.Channel{rule.Email}, true, "0491 570 006", 0, 1},
		"a number that takes none": {[]rule.Channel{rule.SMS}, true, "02 9374 4000", 0, 0},
	} {
		w := newWorld(t)
		w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}, Channels: test.channels})
		w.change(dealership.Sydney, func(u *access.User) { u.Notify.SMS, u.Mobile = test.wants, test.mobile })
		w.arrive(ask(1), "sydney")
		if len(w.texts) != test.want || test.want > 0 && (w.texts[0].To != "+61491570006" || !strings.HasPrefix(w.texts[0].Body, "New lead: 2018 Mazda CX-5")) {
			t.Errorf("%s: %+v", name, w.texts)
		}
		if got := w.told()[dealership.Sydney]; got != test.mails || w.listed(dealership.Sydney) != 1 {
			t.Errorf("%s: %d mails, listed %d", name, got, w.listed(dealership.Sydney))
		}
	}
}

func TestHowANewOwnerIsToldIsLeadManagements(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}, Channels: []rule.Channel{rule.SMS}})
	w.change(dealership.Second, func(u *access.User) { u.Notify.SMS, u.Mobile = true, "0491 570 006" })
	l := w.arrive(ask(1), "sydney")
	token, err := w.Links.Sign(t.Context(), alert.Assign, link.Claim{
		Company: dealership.Harbour, Payload: table.Join(string(l.ID), dealership.Sydney, "x"), Expires: w.Time.Add(time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.browse("POST", alert.LinkPath+token, "seen=0&user="+dealership.Second)
	w.work()
	if len(w.texts) != 1 || !strings.HasPrefix(w.texts[0].Body, "New lead for you: 2018 Mazda CX-5") || w.told()[dealership.Second] != 0 || w.listed(dealership.Second) != 1 {
		t.Errorf("texts %+v, mails %v", w.texts, w.told())
	}
}

func TestARuleInTurnGivesEachTheirShare(t *testing.T) {
	w := newWorld(t)
	id := w.rule(rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, dealership.Second, dealership.Manager}})
	counts := map[access.UserID]int{}
	for n := range 9 {
		l := w.arrive(ask(n), "sydney")
		counts[l.User]++
		if l.Routing.User != l.User || l.Routing.Rule != id || l.Routing.Why != "the next in turn" || l.Handovers != 1 {
			t.Fatalf("%+v %+v", l, l.Routing)
		}
	}
	if !maps.Equal(counts, map[access.UserID]int{dealership.Sydney: 3, dealership.Second: 3, dealership.Manager: 3}) {
		t.Errorf("%v", counts)
	}
	if got := w.told(); got[dealership.Sydney] != 9 || w.listed(dealership.Sydney) != 9 {
		t.Errorf("each recipient is told once of each lead: %v", got)
	}
}

func TestCapacityAndAbsencePassATurnOn(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Mode: rule.RoundRobin, Capacity: 2, Recipients: []access.UserID{dealership.Sydney, dealership.Second}})
	w.change(dealership.Second, func(u *access.User) { u.Away = access.Away{From: w.Time, To: w.Time.Add(time.Hour)} })
	first := w.arrive(ask(1), "sydney")
	w.arrive(ask(2), "sydney")
	third := w.arrive(ask(3), "sydney")
	if third.User != "" || third.Routing.Why != "nobody can take it; passed over: 1 away, 1 at capacity" || !third.Routing.Later {
		t.Errorf("%q %+v", third.User, third.Routing)
	}
	if _, err := lead.Close(t.Context(), w.Deps, access.NewCaller(dealership.Harbour, dealership.Manager, "", access.Grant{Role: access.ManageLeads, Yards: []string{"sydney"}}), first.ID, lead.Lost, ""); err != nil {
		t.Fatal(err)
	}
	if fourth := w.arrive(ask(4), "sydney"); fourth.User != "" {
		t.Errorf("%q %+v", fourth.User, fourth.Routing)
	}
	if third = w.load(dealership.Harbour, third.ID); third.User != dealership.Sydney {
		t.Errorf("the oldest that waits comes first: %q %+v", third.User, third.Routing)
	}
	w.Time = w.Time.Add(time.Hour)
	if fifth := w.arrive(ask(5), "sydney"); fifth.User != dealership.Second {
		t.Errorf("%q %+v", fifth.User, fifth.Routing)
	}
}

func TestOutsideOfWorkingHoursALeadStaysNobodysAndTheRecipientsAreTold(t *testing.T) {
	w := newWorld(t) // it is Sunday, 23:00 in Sydney
	w.rule(rule.Rule{Mode: rule.AssignSingle, Recipients: []access.UserID{dealership.Sydney}, Hours: []rule.Hours{{Days: []rule.Day{"mon"}, From: "08:00", To: "17:00"}}})
	l := w.arrive(ask(1), "sydney")
	if l.User != "" || l.Routing.Why != "outside of working hours" || w.told()[dealership.Sydney] != 1 {
		t.Errorf("%q %+v %v", l.User, l.Routing, w.told())
	}
	w.Time = w.Time.Add(10 * time.Hour)
	if l := w.arrive(ask(2), "sydney"); l.User != dealership.Sydney {
		t.Errorf("on Monday at nine: %+v", l.Routing)
	}
}

func TestAFurtherEnquiryIsToldToWhoeverHasTheLead(t *testing.T) {
	w := newWorld(t)
	w.rule(rule.Rule{Mode: rule.AssignSingle, Recipients: []access.UserID{dealership.Second, dealership.Sydney}})
	first := w.arrive(ask(1), "sydney")
	again := ask(1)
	again.ID, again.Comments = "CF-1b", "Please call me."
	w.Time = w.Time.Add(time.Hour)
	second := w.arrive(again, "sydney")
	if second.ID != first.ID || second.Enquiries != 2 {
		t.Fatalf("%+v", second)
	}
	if got := w.told(); got[dealership.Second] != 2 || got[dealership.Sydney] != 1 || !strings.HasPrefix(w.outbox()[0].Subject, "Asked again: 2018 Mazda CX-5") {
		t.Errorf("%v %s", got, w.outbox()[0].Subject)
	}
}

func TestALeadThatIsClosedByThenNeedsNobody(t *testing.T) {
	w := newWorld(t)
	done, err := lead.Capture(t.Context(), w.Deps, dealership.Harbour, ask(1), lead.Place{Yards: []string{"sydney"}})
	if err != nil {
		t.Fatal(err)
	}
	caller := access.NewCaller(dealership.Harbour, dealership.Manager, "", access.Grant{Role: access.ManageLeads, Yards: []string{"sydney"}})
	if _, err := lead.Close(t.Context(), w.Deps, caller, done.Lead.ID, lead.Lost, ""); err != nil {
		t.Fatal(err)
	}
	w.work()
	if got := w.told(); len(got) != 0 {
		t.Errorf("told %v", got)
	}
}

// A crash at any write, before or after it has happened, loses no lead, no turn and no alert, and doubles none.
func TestACrashAtAnyWriteLosesAndDoublesNothing(t *testing.T) {
	for crash := range tabletest.Crashes(t, 25) {
		w := newWorld(t)
		w.rule(rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{dealership.Sydney, dealership.Second}})
		w.Crash = crash
		w.insist(ask(1), "sydney")
		w.work()
		w.Time = w.Time.Add(3 * time.Minute) // leases of mails run out
		for range 3 {
			w.settle()
			w.Time = w.Time.Add(time.Hour + time.Minute)
		}
		crash.Over()
		l := w.only()
		if l.User != dealership.Sydney || l.Handovers != 1 || l.Routing == nil || l.Enquiries != 1 {
			t.Errorf("%+v %+v", l, l.Routing)
		}
		if got := w.told(); !maps.Equal(got, map[string]int{dealership.Sydney: 1, dealership.Second: 1}) {
			t.Errorf("mails %v", got)
		}
		if w.listed(dealership.Sydney) != 1 || w.listed(dealership.Second) != 1 {
			t.Errorf("notices %d, %d", w.listed(dealership.Sydney), w.listed(dealership.Second))
		}
		if next := w.arrive(ask(2), "sydney"); next.User != dealership.Second {
			t.Errorf("the next is %s's", next.User)
		}
	}
}
