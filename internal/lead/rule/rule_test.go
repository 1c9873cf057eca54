package rule_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func saved(id rule.ID, age time.Duration, c rule.Conditions) rule.Saved {
	return rule.Saved{Rule: rule.Rule{ID: id, Conditions: c}, CreatedAt: dealership.Noon.Add(-age)}
}

func TestTheMostSpecificActiveRuleDecides(t *testing.T) {
	car := rule.Facts{Yard: "sydney", Make: "Toyota", Source: "Carfinder", Type: "used"}
	off := false
	inactive := saved("inactive", 0, rule.Conditions{Yard: "sydney", Make: "Toyota", Source: "Carfinder", Type: "used"})
	inactive.Active = &off
	for name, test := range map[string]struct {
		rules []rule.Saved
		want  rule.ID
	}{
		"none":                       {nil, ""},
		"none that matches":          {[]rule.Saved{saved("a", 0, rule.Conditions{Yard: "perth"}), saved("b", 0, rule.Conditions{Make: "Toy"})}, ""},
		"one without conditions":     {[]rule.Saved{saved("all", 0, rule.Conditions{})}, "all"},
		"all set conditions hold":    {[]rule.Saved{saved("all", 0, rule.Conditions{}), saved("no", 0, rule.Conditions{Yard: "sydney", Make: "Mazda"})}, "all"},
		"more conditions win":        {[]rule.Saved{saved("yard", 0, rule.Conditions{Yard: "sydney"}), saved("two", 0, rule.Conditions{Source: "carfinder", Type: "USED"})}, "two"},
		"an inactive one is ignored": {[]rule.Saved{inactive, saved("all", 0, rule.Conditions{})}, "all"},
		"the yard before the make":   {[]rule.Saved{saved("make", 0, rule.Conditions{Make: "toyota"}), saved("yard", 0, rule.Conditions{Yard: "sydney"})}, "yard"},
		"the make before the source": {[]rule.Saved{saved("source", 0, rule.Conditions{Source: "Carfinder"}), saved("make", 0, rule.Conditions{Make: " toyota "})}, ""},
		"the source before the type": {[]rule.Saved{saved("type", 0, rule.Conditions{Type: "used"}), saved("source", 0, rule.Conditions{Source: "Carfinder"})}, "source"},
		"the older of two alike":     {[]rule.Saved{saved("a", 0, rule.Conditions{Type: "used"}), saved("b", time.Hour, rule.Conditions{Type: "USED"})}, "b"},
		"the first id of one age":    {[]rule.Saved{saved("b", 0, rule.Conditions{Type: "used"}), saved("a", 0, rule.Conditions{Type: "used"})}, "a"},
	} {
		if name == "the make before the source" { // conditions are stored without blanks around them
			test.rules[1].Conditions.Make, test.want = "toyota", "make"
		}
		for range 2 {
			best, found := rule.Best(test.rules, car)
			if best.ID != test.want || found != (test.want != "") {
				t.Errorf("%s: %q", name, best.ID)
			}
			slices.Reverse(test.rules) // the order in which they are read is no argument
		}
	}
	if _, found := rule.Best([]rule.Saved{saved("make", 0, rule.Conditions{Make: "Toyota"})}, rule.Facts{Yard: "sydney"}); found {
		t.Error("a lead about no car is one about a Toyota")
	}
}

// able asks a table of obstacles.
func able(obstacles map[access.UserID]rule.Obstacle) func(access.UserID) (rule.Obstacle, error) {
	return func(u access.UserID) (rule.Obstacle, error) { return obstacles[u], nil }
}

func TestWhoGetsALeadFollowsFromTheMode(t *testing.T) {
	team := []access.UserID{"ann", "bob", "cat"}
	for name, test := range map[string]struct {
		mode      rule.Mode
		last      access.UserID
		obstacles map[access.UserID]rule.Obstacle
		want      access.UserID
		why       string
	}{
		"nobody":                         {rule.NotifyOnly, "", nil, "", "the rule gives leads to nobody"},
		"the first":                      {rule.AssignSingle, "ann", nil, "ann", "the first who can take it"},
		"the first who is there":         {rule.AssignSingle, "", map[access.UserID]rule.Obstacle{"ann": rule.Away}, "bob", "the first who can take it; passed over: 1 away"},
		"the first in turn":              {rule.RoundRobin, "", nil, "ann", "the next in turn"},
		"the next in turn":               {rule.RoundRobin, "ann", nil, "bob", "the next in turn"},
		"round the end":                  {rule.RoundRobin, "cat", nil, "ann", "the next in turn"},
		"after one who is gone":          {rule.RoundRobin, "dan", nil, "ann", "the next in turn"},
		"past who is full":               {rule.RoundRobin, "ann", map[access.UserID]rule.Obstacle{"bob": rule.Full}, "cat", "the next in turn; passed over: 1 at capacity"},
		"the last again if nobody else":  {rule.RoundRobin, "ann", map[access.UserID]rule.Obstacle{"bob": rule.Away, "cat": rule.Elsewhere}, "ann", "the next in turn; passed over: 1 away, 1 not in the yard"},
		"nobody in turn is there at all": {rule.RoundRobin, "ann", map[access.UserID]rule.Obstacle{"ann": rule.Away, "bob": rule.Away, "cat": rule.Full}, "", "nobody can take it; passed over: 2 away, 1 at capacity"},
	} {
		choice, err := rule.Rule{Mode: test.mode, Recipients: team}.Choose(rule.Turn{Last: test.last}, dealership.Noon, able(test.obstacles))
		if err != nil || choice.User != test.want || choice.Why != test.why {
			t.Errorf("%s: %+v, %v", name, choice, err)
		}
	}
	broken := errors.New("the disk is full")
	_, err := rule.Rule{Mode: rule.RoundRobin, Recipients: team}.Choose(rule.Turn{}, dealership.Noon, func(access.UserID) (rule.Obstacle, error) { return "", broken })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

func TestATurnIsFairWhoeverIsAwayMeanwhile(t *testing.T) {
	r := rule.Rule{Mode: rule.RoundRobin, Recipients: []access.UserID{"ann", "bob", "cat", "dan"}}
	counts, turn := map[access.UserID]int{}, rule.Turn{}
	for n := range 1000 {
		obstacles := map[access.UserID]rule.Obstacle{}
		if n%100 < 10 {
			obstacles["bob"] = rule.Away
		}
		choice, err := r.Choose(turn, dealership.Noon, able(obstacles))
		if err != nil {
			t.Fatal(err)
		}
		counts[choice.User]++
		turn.Last = choice.User
	}
	if counts["ann"] < 250 || counts["dan"] < 250 || counts["cat"] < 250 || counts["bob"] < 220 || counts["cat"] > 280 {
		t.Errorf("%v", counts)
	}
}

func TestOutsideOfWorkingHoursNobodyIsChosen(t *testing.T) {
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	week := []rule.Day{"mon", "tue", "wed", "thu", "fri"}
	r := rule.Rule{Mode: rule.AssignSingle, Recipients: []access.UserID{"ann"}, Hours: []rule.Hours{
		{Days: week, From: "08:30", To: "17:30"}, {Days: []rule.Day{"sat"}, From: "09:00", To: "24:00"}, {Days: []rule.Day{"sun"}, From: "00:00", To: "02:45"},
	}}
	for at, want := range map[string]bool{
		"2026-11-23T08:29:59+11:00": false, "2026-11-23T08:30:00+11:00": true, "2026-11-23T17:29:59+11:00": true, "2026-11-23T17:30:00+11:00": false,
		"2026-11-22T21:45:00Z": true, "2026-11-21T23:59:59+11:00": true, "2026-11-22T00:00:00+11:00": true, "2026-11-22T12:00:00+11:00": false,
		// Clocks went forward at 02:00 on 4 October, and back at 03:00 on 5 April: what the clock shows counts.
		"2026-10-04T01:59:00+10:00": true, "2026-10-04T03:00:00+11:00": false, "2026-04-05T02:30:00+11:00": true, "2026-04-05T02:30:00+10:00": true, "2026-04-05T02:50:00+10:00": false,
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		choice, err := r.Choose(rule.Turn{}, instant.In(sydney), able(nil))
		if err != nil || (choice.User == "ann") != want || r.Works(instant.In(sydney)) != want {
			t.Errorf("%s: %+v, %v", at, choice, err)
		}
		if !want && choice.Why != "outside of working hours" {
			t.Errorf("%s: %s", at, choice.Why)
		}
	}
}

func TestTheNextWorkingTimeIsWhatTheClockOfTheYardShows(t *testing.T) {
	sydney, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		t.Fatal(err)
	}
	office := []rule.Hours{{Days: []rule.Day{"mon", "tue", "wed", "thu", "fri"}, From: "08:30", To: "17:30"}}
	night := []rule.Hours{{Days: []rule.Day{"sun"}, From: "02:15", To: "04:00"}}
	for name, test := range map[string]struct {
		hours       []rule.Hours
		after, want string
	}{
		"this morning":                       {office, "2026-11-23T08:29:59+11:00", "2026-11-23T08:30:00+11:00"},
		"tomorrow":                           {office, "2026-11-23T17:30:00+11:00", "2026-11-24T08:30:00+11:00"},
		"behind the weekend":                 {office, "2026-11-20T17:30:00+11:00", "2026-11-23T08:30:00+11:00"},
		"the clock went forward over Sunday": {office, "2026-10-02T20:00:00+10:00", "2026-10-05T08:30:00+11:00"},
		"the clock went back over Sunday":    {office, "2026-04-03T20:00:00+11:00", "2026-04-06T08:30:00+10:00"},
		"in a week":                          {night, "2026-11-22T04:00:00+11:00", "2026-11-29T02:15:00+11:00"},
		"the clock skips the beginning":      {night, "2026-10-04T01:00:00+10:00", "2026-10-04T03:00:00+11:00"},
		"what is shown twice":                {night, "2026-04-05T01:00:00+11:00", "2026-04-05T02:15:00+11:00"},
		"and begins again":                   {night, "2026-04-05T02:59:00+11:00", "2026-04-05T02:15:00+10:00"},
		"the earlier of two":                 {append(office[:1:1], rule.Hours{Days: []rule.Day{"sat"}, From: "10:00", To: "24:00"}), "2026-11-20T18:00:00+11:00", "2026-11-21T10:00:00+11:00"},
	} {
		after, err := time.Parse(time.RFC3339, test.after)
		if err != nil {
			t.Fatal(err)
		}
		next := rule.Rule{Hours: test.hours}.NextWork(after.In(sydney))
		if got := next.Format(time.RFC3339); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// Minute by minute through the week of each change of the clock, and a week without one.
func TestTheNextWorkingTimeIsTheFirstMinuteThatWorks(t *testing.T) {
	for _, place := range []string{"Australia/Sydney", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"} {
		zone, err := time.LoadLocation(place)
		if err != nil {
			t.Fatal(err)
		}
		r := rule.Rule{Hours: []rule.Hours{
			{Days: []rule.Day{"sun", "wed"}, From: "02:10", To: "02:50"}, {Days: []rule.Day{"mon", "fri"}, From: "23:30", To: "24:00"}, {Days: []rule.Day{"sat"}, From: "00:00", To: "03:00"},
		}}
		for _, begin := range []string{"2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23", "2026-10-30", "2026-06-01"} {
			at, err := time.ParseInLocation(time.DateOnly, begin, zone)
			if err != nil {
				t.Fatal(err)
			}
			var first time.Time
			for minute := at.Add(7 * 24 * time.Hour); minute.After(at); minute = minute.Add(-time.Minute) {
				before := minute.Add(-time.Minute)
				if r.Works(minute) && !r.Works(before) {
					first = minute
				}
				if !first.IsZero() && !r.Works(before) && minute.Minute()%30 == 0 {
					if next := r.NextWork(before); !next.Equal(first) {
						t.Fatalf("%s: behind %s: %s, want %s", place, before, next, first)
					}
				}
			}
		}
	}
}

func TestInTheApplicationIsAlwaysAllowed(t *testing.T) {
	for _, test := range []struct {
		channels        []rule.Channel
		email, sms, app bool
	}{
		{nil, true, false, true}, {[]rule.Channel{rule.SMS}, false, true, true}, {[]rule.Channel{rule.Email, rule.SMS}, true, true, true},
	} {
		r := rule.Rule{Channels: test.channels}
		if r.Allows(rule.Email) != test.email || r.Allows(rule.SMS) != test.sms || r.Allows(rule.InApp) != test.app {
			t.Errorf("%v", test.channels)
		}
	}
}
