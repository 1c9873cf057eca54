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
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// fleetOf are n new leads of the manager's.
func fleetOf(t *testing.T, w *dealership.World, n int) (ids []string) {
	t.Helper()
	for i := range n {
		ids = append(ids, enter(t, w, dealership.Manager, fmt.Sprintf(`{"customer": {"last": "Many%02d"}, "yard": "sydney", "vehicle": {"make": "Kia", "model": "Ceed"}}`, i)))
	}
	return ids
}

func together(ids []string, to, notes string) string {
	return `{"leads": ["` + strings.Join(ids, `", "`) + `"], "user": "` + to + `", "notes": "` + notes + `"}`
}

// listing shows a user what they were told in the application, too.
func listing(t *testing.T, w *dealership.World, id access.UserID) {
	t.Helper()
	user, err := w.Access.User(t.Context(), dealership.Harbour, id)
	if err != nil {
		t.Fatal(err)
	}
	user.Notify = access.Notify{Email: true, InApp: true}
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(dealership.Harbour, id), user)); err != nil {
		t.Fatal(err)
	}
	w.Access.Forget(dealership.Harbour)
}

// mailed are the mails to users since, once what is promised is done.
func mailed(t *testing.T, w *dealership.World, sent *post) []string {
	t.Helper()
	rest(t, w)
	w.Work(t, notify.Sender)
	deliver(t, w)
	var all []string
	for _, m := range sent.mails {
		all = append(all, m.Subject)
	}
	slices.Sort(all)
	return all
}

func TestWhoGetsSeveralLeadsGetsOneMail(t *testing.T) {
	w, sent, _, _, _ := writing(t)
	w.Serve(notify.API)
	wanting(t, w, dealership.Sydney)
	ids := fleetOf(t, w, 13)
	over := enter(t, w, dealership.Manager, `{"customer": {"last": "Over"}, "yard": "sydney"}`)
	closed(t, w, dealership.Manager, over, `{"outcome": "won"}`)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", together(append(ids, over), dealership.Sydney, "Please call them today."))
	if got := mailed(t, w, sent); !slices.Equal(got, []string{"New leads for you: 13"}) {
		t.Fatalf("mails %q", got)
	}
	text := sent.mails[0].Text
	for _, want := range []string{"Please call them today.", "Leads: 13", "Lead: Many00 · Kia Ceed", "Lead: Many09 · Kia Ceed", "And more: 3"} {
		if !strings.Contains(text, want) {
			t.Errorf("the mail does not say %q: %s", want, text)
		}
	}
	if strings.Contains(text, "Many10") || strings.Contains(text, "Over") {
		t.Errorf("%s", text)
	}
	listing(t, w, dealership.Sydney)
	all := told(t, w, dealership.Sydney)
	if len(all) != 13 || all[0].Kind != notify.LeadAllocated {
		t.Errorf("the list in the application has %d: %+v", len(all), all[0])
	}
	later(t, w, 1) // the promise that nobody needed
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", together(ids, dealership.Sydney, "Please call them today."))
	if got := mailed(t, w, sent); len(got) != 1 {
		t.Errorf("said again: %q", got)
	}
	w.Time = w.Time.Add(time.Hour)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", together(ids[:1], dealership.Second, ""))
	wanting(t, w, dealership.Second)
	if got := mailed(t, w, sent); !slices.Equal(got, []string{"New lead for you: Kia Ceed", "New leads for you: 13"}) {
		t.Errorf("one lead alone: %q", got)
	}
	w.Time = w.Time.Add(time.Hour)
	wanting(t, w, dealership.Manager)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", together(ids, dealership.Manager, ""))
	if got := mailed(t, w, sent); len(got) != 2 {
		t.Errorf("taken by themself: %q", got)
	}
}

// A request that dies at any write has allocated some of its leads; of those its user hears all the same, of each in one mail,
// whether it is sent again or not.
func TestACrashAmongSeveralLeadsTellsOfThoseThatChangedHands(t *testing.T) {
	for _, again := range []bool{false, true} {
		for crash := range tabletest.Crashes(t, 16) {
			w, sent, _, _, _ := writing(t)
			w.Serve(notify.API)
			wanting(t, w, dealership.Sydney)
			ids := fleetOf(t, w, 4)
			rest(t, w)
			w.Crash = crash
			w.Call(t, dealership.Manager, "POST", "/v1/leads/allocate", together(ids, dealership.Sydney, ""))
			crash.Over()
			if again {
				w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/allocate", together(ids, dealership.Sydney, ""))
			}
			w.Time = w.Time.Add(3 * time.Minute)
			mailed(t, w, sent)
			theirs := total(t, w, dealership.Manager, "/v1/leads?user="+dealership.Sydney)
			named := 0
			for _, m := range sent.mails {
				named += strings.Count(m.Text, ": Many") // "Lead: " among several, "Customer: " alone
			}
			if named != theirs-1 || again && theirs != 5 { // one is there from the beginning
				t.Errorf("again %t: %d leads, the mails name %d: %+v", again, theirs, named, sent.mails)
			}
		}
	}
}

// The request and the promise may both sum up; doubled messages, too.
func TestABatchIsSummedUpOnce(t *testing.T) {
	w, sent, _, _, _ := writing(t)
	w.Serve(notify.API)
	wanting(t, w, dealership.Sydney)
	ids := fleetOf(t, w, 2)
	rest(t, w)
	w.Refuse = failing("notice")
	w.Call(t, dealership.Manager, "POST", "/v1/leads/allocate", together(ids, dealership.Sydney, ""))
	w.Refuse = nil
	w.Time = w.Time.Add(3 * time.Minute)
	tick(t, w)
	bodies := w.Sent.Take(lead.CareTopic.Name)
	for _, body := range slices.Concat(bodies, bodies) {
		if err := lead.Care.Consumes.Handle(t.Context(), app.Grant(w.Deps, lead.Care), body); err != nil {
			t.Fatal(err)
		}
	}
	if got := mailed(t, w, sent); len(got) > 1 {
		t.Errorf("%q", got)
	}
}
