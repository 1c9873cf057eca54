package lead_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// admin is the first administrator of Harbour Motors.
var admin = "ada@harbour.example"

// caring is a world whose settings are set, in which nothing is left to do.
func caring(t *testing.T, settings string) *dealership.World {
	t.Helper()
	w := open(t).Serve(notify.API)
	w.Want(t, 200, admin, "PUT", "/v1/lead-settings", settings)
	rest(t, w)
	return w
}

// rest lets the care for leads do all that is due.
func rest(t *testing.T, w *dealership.World) {
	t.Helper()
	for range 100 {
		tick(t, w)
		bodies := w.Sent.Take(lead.CareTopic.Name)
		if len(bodies) == 0 {
			return
		}
		for _, body := range bodies {
			consume(t, w, body)
		}
	}
	t.Fatal("the care for leads does not come to rest")
}

// tick is one run of the sweeper.
func tick(t *testing.T, w *dealership.World) {
	t.Helper()
	w.Insist(t, func() error { return app.Sweep.Every.Handle(t.Context(), app.Grant(w.Deps, app.Sweep)) })
}

func consume(t *testing.T, w *dealership.World, body []byte) {
	t.Helper()
	w.Insist(t, func() error { return lead.Care.Consumes.Handle(t.Context(), app.Grant(w.Deps, lead.Care), body) })
}

// later moves the clock and lets the care do all that is due on the way, hour by hour.
func later(t *testing.T, w *dealership.World, hours int) {
	t.Helper()
	for range hours {
		w.Time = w.Time.Add(time.Hour)
		rest(t, w)
	}
}

// kinds are the kinds of what a user was told, oldest first.
func kinds(t *testing.T, w *dealership.World, user string) (all []notify.Kind) {
	t.Helper()
	for _, n := range told(t, w, user) {
		all = append([]notify.Kind{n.Kind}, all...)
	}
	return all
}

func TestAnUntouchedLeadIsRemindedOfEscalatedAndGoesBackToThePool(t *testing.T) {
	w := caring(t, `{"remind": {"after": "2h", "times": 3}, "escalate": "8h", "return": {"after": "2d", "to": "pool"}}`)
	id := enter(t, w, dealership.Sydney, `{`+ann+`, "vehicle": {"make": "Kia", "model": "Ceed"}}`)
	rest(t, w)
	for _, step := range []struct {
		hours, owner, manager int // told since the beginning
	}{{1, 0, 0}, {1, 1, 0}, {1, 1, 0}, {1, 2, 0}, {2, 3, 0}, {2, 3, 1}, {39, 3, 1}} {
		later(t, w, step.hours)
		if o, m := len(kinds(t, w, dealership.Sydney)), len(kinds(t, w, dealership.Manager)); o != step.owner || m != step.manager {
			t.Errorf("at %s the owner was told %d times, the manager %d, want %+v", w.Time, o, m, step)
		}
	}
	later(t, w, 1)
	var l owned
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.User != "" || len(l.Allocations) != 1 || l.Allocations[0].By != "" || l.Allocations[0].From != dealership.Sydney || !strings.Contains(l.Allocations[0].Why, "untouched for 2d") {
		t.Errorf("the lead is %+v", l)
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads?user=none"); n != 1 {
		t.Errorf("%d leads are nobody's", n)
	}
	notices := told(t, w, dealership.Sydney)
	if n := notices[0]; n.Kind != notify.LeadUntouched || n.Title != "Waiting for you: Kia Ceed" || n.About.ID != id ||
		!slices.Contains(n.Facts, notify.Fact{Label: notify.UntouchedSince, Value: "2026-11-22 12:00 UTC"}) {
		t.Errorf("the owner was told %+v", n)
	}
	if n := told(t, w, dealership.Manager)[0]; n.Kind != notify.LeadEscalated || !slices.Contains(n.Facts, notify.Fact{Label: notify.Owner, Value: dealership.Sydney}) {
		t.Errorf("the manager was told %+v", n)
	}
	later(t, w, 2) // what is nobody's, the managers are reminded of
	if got := kinds(t, w, dealership.Manager); !slices.Equal(got, []notify.Kind{notify.LeadEscalated, notify.LeadUntouched}) {
		t.Errorf("the manager was told %v", got)
	}
}

func TestALeadThatIsLeftLyingGoesToTheNextWhoIsNotAway(t *testing.T) {
	w := caring(t, `{"return": {"after": "8h", "to": "next"}}`)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	owner := func() access.UserID {
		var l owned
		w.Want(t, 200, dealership.Manager, "GET", "/v1/leads/"+id, "").Into(t, &l)
		return l.User
	}
	later(t, w, 8)
	if owner() != dealership.Second {
		t.Errorf("it went to %s", owner())
	}
	if got := kinds(t, w, dealership.Second); !slices.Equal(got, []notify.Kind{notify.LeadAllocated}) {
		t.Errorf("the new owner was told %v", got)
	}
	user, err := w.Access.User(t.Context(), dealership.Harbour, dealership.Sydney)
	if err != nil {
		t.Fatal(err)
	}
	user.Away = access.Away{From: w.Time, To: w.Time.AddDate(0, 0, 9)}
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(dealership.Harbour, user.ID), user)); err != nil {
		t.Fatal(err)
	}
	later(t, w, 20)
	if owner() != dealership.Second {
		t.Errorf("it went to %s, who is away", owner())
	}
}

// The five tests of D7 for work, and what is none.
func TestWorkOnALeadPutsRemindersOff(t *testing.T) {
	for name, work := range map[string]struct {
		act    func(t *testing.T, w *dealership.World, id string)
		resets bool
	}{
		"progress": {func(t *testing.T, w *dealership.World, id string) {
			w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"status": "open"}`)
		}, true},
		"a note": {func(t *testing.T, w *dealership.World, id string) {
			w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/leads/"+id, `{"notes": "later"}`)
		}, false},
		"an enquiry": {func(*testing.T, *dealership.World, string) {}, false},
	} {
		w := caring(t, `{"remind": {"after": "4h", "times": 1}}`)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		later(t, w, 3)
		work.act(t, w, id)
		later(t, w, 3)
		if reminded := len(kinds(t, w, dealership.Sydney)) > 0; reminded == work.resets {
			t.Errorf("%s: reminded %v", name, reminded)
		}
		later(t, w, 1)
		if n := len(kinds(t, w, dealership.Sydney)); n != 1 {
			t.Errorf("%s: reminded %d times", name, n)
		}
	}
}

func TestAClosedLeadIsLeftAlone(t *testing.T) {
	w := caring(t, `{"remind": {"after": "2h", "times": 5}, "escalate": "2h"}`)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	later(t, w, 1)
	closed(t, w, dealership.Sydney, id, `{"outcome": "lost"}`)
	later(t, w, 30)
	if n := len(kinds(t, w, dealership.Sydney)) + len(kinds(t, w, dealership.Manager)); n != 0 {
		t.Errorf("%d notices about a closed lead", n)
	}
}

func TestSkippedLateAndDoubledTicksChangeNothing(t *testing.T) {
	const settings = `{"remind": {"after": "2h", "times": 5}, "escalate": "4h", "return": {"after": "3d", "to": "pool"}}`
	end := func(hours []int, double bool) string {
		w := caring(t, settings)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		rest(t, w)
		for _, h := range hours {
			w.Time = dealership.Noon.Add(time.Duration(h) * time.Hour)
			tick(t, w)
			for _, body := range w.Sent.Take(lead.CareTopic.Name) {
				consume(t, w, body)
				if double {
					consume(t, w, body)
				}
			}
			if double {
				rest(t, w)
			}
		}
		var l owned
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		return fmt.Sprint(l.User, l.Handovers, slices.Compact(kinds(t, w, dealership.Sydney)), slices.Compact(kinds(t, w, dealership.Manager)))
	}
	var each []int
	for h := 1; h <= 73; h++ {
		each = append(each, h)
	}
	want := end(each, false)
	for name, got := range map[string]string{"doubled": end(each, true), "rare": end([]int{5, 9, 50, 73}, false), "once": end([]int{73}, true)} {
		if got != want {
			t.Errorf("%s ticks end in %s, want %s", name, got, want)
		}
	}
}

func TestChangedSettingsHoldForLeadsThatAreOpenAlready(t *testing.T) {
	w := open(t).Serve(notify.API)
	var ids []string
	for i := range 120 {
		ids = append(ids, enter(t, w, dealership.Sydney, fmt.Sprintf(`{"customer": {"last": "C%d"}}`, i)))
	}
	closed(t, w, dealership.Sydney, ids[0], `{"outcome": "lost"}`)
	later(t, w, 3)
	w.Want(t, 200, admin, "PUT", "/v1/lead-settings", `{"remind": {"after": "4h", "times": 1}}`)
	rest(t, w)
	if n := len(kinds(t, w, dealership.Sydney)); n != 0 {
		t.Errorf("reminded %d times too early", n)
	}
	later(t, w, 1)
	var page struct{ Items []notify.Notification }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/notifications?limit=200", "").Into(t, &page)
	if len(page.Items) != 119 {
		t.Errorf("reminded of %d leads", len(page.Items))
	}
	w.Want(t, 200, admin, "PUT", "/v1/lead-settings", `{}`)
	rest(t, w)
	for id := range slices.Values(ids) {
		if _, err := w.Table.Get(t.Context(), table.In(dealership.Harbour, "lead-vigil", id).At()); err == nil {
			t.Fatalf("lead %s still has a vigil", id)
		}
	}
}

func TestSwitchingRemindersOnFloodsNobody(t *testing.T) {
	w := open(t).Serve(notify.API)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	later(t, w, 10)
	w.Want(t, 200, admin, "PUT", "/v1/lead-settings", `{"remind": {"after": "4h", "times": 3}, "escalate": "8h", "return": {"after": "2d", "to": "pool"}}`)
	rest(t, w)
	if n := len(kinds(t, w, dealership.Sydney)) + len(kinds(t, w, dealership.Manager)); n != 0 {
		t.Errorf("%d notices of what was overdue", n)
	}
	later(t, w, 2) // what is ahead is told
	if got := kinds(t, w, dealership.Sydney); !slices.Equal(got, []notify.Kind{notify.LeadUntouched}) {
		t.Errorf("after twelve hours the owner was told %v", got)
	}
	later(t, w, 36)
	var l owned
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.User != "" {
		t.Errorf("after two days it is %s's", l.User)
	}
}

func TestACrashAnywhereInTheCareLosesAndDoublesNothing(t *testing.T) {
	for crash := range tabletest.Crashes(t, 5) {
		w := caring(t, `{"remind": {"after": "2h", "times": 1}, "return": {"after": "2h", "to": "pool"}}`)
		id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
		rest(t, w)
		w.Time = w.Time.Add(2 * time.Hour)
		tick(t, w)
		bodies := w.Sent.Take(lead.CareTopic.Name)
		if len(bodies) != 1 {
			t.Fatalf("%d messages are due", len(bodies))
		}
		w.Crash = crash
		for range 3 {
			consume(t, w, bodies[0])
		}
		crash.Over()
		var l owned
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if n := len(kinds(t, w, dealership.Sydney)); n != 1 || l.User != "" || l.Handovers != 1 {
			t.Errorf("told %d times, %+v", n, l.Lead)
		}
	}
}

func TestSettingsAreChecked(t *testing.T) {
	w := open(t)
	for body, wrong := range map[string]string{
		`{"remind": {"after": "1h", "times": 1}}`:                                          "body.remind.after",
		`{"remind": {"after": "2h", "times": 6}}`:                                          "body.remind.times",
		`{"escalate": "1w"}`:                                                               "body.escalate",
		`{"return": {"after": "2h", "to": "moon"}}`:                                        "body.return.to",
		`{"remind": {"after": "4h", "times": 1}, "return": {"after": "2h", "to": "pool"}}`: "body.return.after",
	} {
		if got := w.Want(t, 422, admin, "PUT", "/v1/lead-settings", body).Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	w.Want(t, 200, admin, "PUT", "/v1/lead-settings", `{"escalate": "8h"}`)
	w.Want(t, 412, admin, "PUT", "/v1/lead-settings", `{}`, `If-Match: "7"`)
	var s lead.Settings
	w.Want(t, 200, admin, "GET", "/v1/lead-settings", "").Into(t, &s)
	if s.Escalate != "8h" || s.Remind != nil {
		t.Errorf("the settings are %+v", s)
	}
	w.Want(t, 403, dealership.Manager, "PUT", "/v1/lead-settings", `{}`)
}

// The figure: one tick over many open leads reads what is due, and nothing of the others.
func TestATickReadsOnlyWhatIsDue(t *testing.T) {
	const many, due = 3_000, 7
	w := caring(t, `{"remind": {"after": "7d", "times": 1}}`)
	for i := range many {
		l := lead.Lead{
			ID: lead.ID(fmt.Sprintf("l%05d", i)), Customer: "c1", CustomerName: "Ann Lee", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Sydney,
		}
		if i < due {
			l.ID = lead.ID(ident.Of("due", string(l.ID)))
		} else if i == due {
			w.Time = w.Time.Add(time.Hour)
		}
		if _, err := lead.Add(t.Context(), w.Deps, dealership.Harbour, l, nil); err != nil {
			t.Fatal(err)
		}
	}
	rest(t, w)
	w.Time = dealership.Noon.AddDate(0, 0, 7)
	var meter table.Meter
	if err := app.Sweep.Every.Handle(table.WithMeter(t.Context(), &meter), app.Grant(w.Deps, app.Sweep)); err != nil {
		t.Fatal(err)
	}
	bodies := w.Sent.Take(lead.CareTopic.Name)
	for _, body := range bodies {
		if err := lead.Care.Consumes.Handle(table.WithMeter(t.Context(), &meter), app.Grant(w.Deps, lead.Care), body); err != nil {
			t.Fatal(err)
		}
	}
	if items := meter.Usage().Items; len(bodies) != due || items > due*12+50 {
		t.Errorf("a tick over %d open leads, of which %d are due, sent %d messages and read %d items", many, due, len(bodies), items)
	}
	if n := len(kinds(t, w, dealership.Sydney)); n != due {
		t.Errorf("reminded %d times", n)
	}
}
