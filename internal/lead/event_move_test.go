package lead_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// invitation is what a calendar reads of a mail.
func invitation(t *testing.T, text string) (method string, event *ics.VEvent) {
	t.Helper()
	c, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil || len(c.Events()) != 1 {
		t.Fatalf("%v in %s", err, text)
	}
	for _, p := range c.CalendarProperties {
		if p.IANAToken == string(ics.PropertyMethod) {
			method = p.Value
		}
	}
	return method, c.Events()[0]
}

func TestAnAppointmentThatIsMovedMovesInTheCalendarsThatHaveIt(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	wanting(t, w, dealership.Sydney)
	path := "/v1/leads/" + id + "/events/"
	event := w.Want(t, 201, dealership.Sydney, "POST", strings.TrimSuffix(path, "/"), drive).ID(t)
	w.Time = w.Time.Add(time.Hour)
	var e lead.Event
	for range 2 { // the second time it changes nothing
		w.Want(t, 200, dealership.Second, "PATCH", path+event, `{"start": "2026-11-26T01:30:00Z", "location": "At the harbour"}`).Into(t, &e)
	}
	was := time.Date(2026, 11, 24, 23, 0, 0, 0, time.UTC)
	if !e.End.Equal(e.Start.Add(time.Hour)) || e.Sequence != 1 || !e.ChangedAt.Equal(w.Time) || len(e.Moves) != 1 || e.Moves[0].By != dealership.Second || !e.Moves[0].Start.Equal(was) || e.Moves[0].Location != "12 Main St, Sydney" {
		t.Errorf("moved to %+v", e)
	}
	w.Want(t, 200, dealership.Sydney, "POST", path+event+"/end", `{"outcome": "cancelled"}`)
	deliver(t, w)
	if len(sent.mails) != 6 {
		t.Fatalf("%d mails", len(sent.mails))
	}
	for n, want := range []struct{ method, headline, start, status string }{
		{"REQUEST", "", "20261124T230000Z", "CONFIRMED"}, {"REQUEST", "Changed: ", "20261126T013000Z", "CONFIRMED"}, {"CANCEL", "Cancelled: ", "20261126T013000Z", "CANCELLED"},
	} {
		seen := 0
		for _, m := range sent.mails {
			method, in := invitation(t, m.Calendar)
			if in.GetProperty(ics.ComponentPropertySequence).Value != fmt.Sprint(n) {
				continue
			}
			seen++
			if method != want.method || m.Subject != want.headline+`Test drive; "Ceed"` || in.Id() != event+"@winback" ||
				in.GetProperty(ics.ComponentPropertyDtStart).Value != want.start || in.GetProperty(ics.ComponentPropertyStatus).Value != want.status ||
				in.GetProperty(ics.ComponentPropertyOrganizer).Value != "mailto:sydneyman@mail.example" {
				t.Errorf("%d: %s %q %s", n, method, m.Subject, m.Calendar)
			}
		}
		if seen != 2 {
			t.Errorf("%d mails with the sequence %d", seen, n)
		}
	}
	if !strings.Contains(sent.mails[2].Text, "2026-11-26 12:30 – 13:30 (Australia/Sydney)") || !strings.Contains(sent.mails[2].Text, "At the harbour") {
		t.Errorf("the customer reads %s", sent.mails[2].Text)
	}
	var l lead.Lead
	if w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l); l.Acts != 0 {
		t.Error("a change of a plan counts as work")
	}
}

func TestAChangeThatCannotBeIsRefused(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	path := "/v1/leads/" + id + "/events"
	event := w.Want(t, 201, dealership.Sydney, "POST", path, `{"title": "Visit", "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T09:30:00Z"}`).ID(t)
	for body, wrong := range map[string]string{
		`{"start": "2026-11-22T11:59:59Z"}`: "body.start",
		`{"start": "2036-11-22T11:59:59Z"}`: "body.start",
		`{"end": "2026-11-23T09:00:00Z"}`:   "body.end",
		`{"title": " "}`:                    "body.title",
		`{"location": "a\nb"}`:              "body.location",
		`{"invite": ["customer"]}`:          "body.invite",
	} {
		if got := w.Want(t, 422, dealership.Sydney, "PATCH", path+"/"+event, body).Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%s: %v", body, got)
		}
	}
	w.Want(t, 404, dealership.Melbourne, "PATCH", path+"/"+event, `{"title": "x"}`)
	w.Want(t, 404, dealership.Melbourne, "GET", path+"/"+event, "")
	w.Want(t, 404, dealership.Sydney, "PATCH", path+"/none", `{"title": "x"}`)
	w.Time = w.Time.AddDate(0, 0, 3)
	var e lead.Event
	w.Want(t, 200, dealership.Sydney, "PATCH", path+"/"+event, `{"notes": "She did not come."}`).Into(t, &e)
	if e.Notes != "She did not come." || !e.Start.Before(w.Time) {
		t.Errorf("what has begun already can be noted on: %+v", e)
	}
	for n := range 19 {
		w.Want(t, 200, dealership.Sydney, "PATCH", path+"/"+event, fmt.Sprintf(`{"notes": "note %d"}`, n))
	}
	w.Want(t, 409, dealership.Sydney, "PATCH", path+"/"+event, `{"notes": "one more"}`)
	w.Want(t, 200, dealership.Second, "POST", path+"/"+event+"/end", `{"outcome": "no_show"}`)
	answer := w.Want(t, 409, dealership.Sydney, "PATCH", path+"/"+event, `{"title": "x"}`)
	if !strings.Contains(answer.Body, "second said at 2026-11-25T12:00:00Z that this appointment is no_show") {
		t.Errorf("the other was told %s", answer.Body)
	}
	next := w.Want(t, 201, dealership.Sydney, "POST", path, `{"title": "Visit", "start": "2026-11-29T09:00:00Z"}`).ID(t)
	closed(t, w, dealership.Sydney, id, `{"outcome": "lost"}`)
	w.Want(t, 409, dealership.Sydney, "PATCH", path+"/"+next, `{"title": "x"}`)
	w.Want(t, 200, dealership.Sydney, "POST", path+"/"+next+"/end", `{"outcome": "cancelled"}`)
}

func TestWhoCannotBeMailedAnyMoreIsNamed(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	wanting(t, w, dealership.Sydney)
	path := "/v1/leads/" + id + "/events"
	event := w.Want(t, 201, dealership.Sydney, "POST", path, drive).ID(t)
	deliver(t, w)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+string(l.Customer), `{"email": ""}`)
	var e lead.Event
	w.Want(t, 200, dealership.Sydney, "PATCH", path+"/"+event, `{"start": "2026-11-26T01:30:00Z"}`).Into(t, &e)
	deliver(t, w)
	if !slices.Equal(e.Untold, []lead.Invitee{lead.InviteCustomer}) || len(sent.mails) != 3 {
		t.Errorf("%d mails, not told: %v", len(sent.mails), e.Untold)
	}
}

func TestWhoActsOnAnOldLookAtAnAppointmentLearnsWhatHappened(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	path := "/v1/leads/" + id + "/events"
	event := path + "/" + w.Want(t, 201, dealership.Sydney, "POST", path, `{"title": "Visit", "start": "2026-11-23T09:00:00Z"}`).ID(t)
	tag := w.Want(t, 200, dealership.Sydney, "GET", event, "").ETag
	w.Want(t, 200, dealership.Second, "PATCH", event, `{"start": "2026-11-24T09:00:00Z"}`, "If-Match: "+tag)
	late := w.Want(t, 412, dealership.Sydney, "PATCH", event, `{"start": "2026-11-25T09:00:00Z"}`, "If-Match: "+tag)
	if !strings.Contains(late.Body, "second changed this appointment at 2026-11-22T12:00:00Z; it begins at 2026-11-24T09:00:00Z now") {
		t.Errorf("the other was told %s", late.Body)
	}
	w.Want(t, 412, dealership.Sydney, "POST", event+"/end", `{"outcome": "cancelled"}`, "If-Match: "+tag)
	tag = w.Want(t, 200, dealership.Sydney, "GET", event, "").ETag
	w.Want(t, 200, dealership.Sydney, "POST", event+"/end", `{"outcome": "cancelled"}`, "If-Match: "+tag)
	w.Want(t, 412, dealership.Second, "PATCH", event, `{"start": "2026-11-25T09:00:00Z"}`, "If-Match: "+tag)
}

func TestOfTwoWhoMoveAnAppointmentAtOnceOneDoes(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	path := "/v1/leads/" + id + "/events"
	for race := range 100 {
		event := path + "/" + w.Want(t, 201, dealership.Sydney, "POST", path, `{"title": "Visit", "start": "2026-11-23T09:00:00Z", "invite": ["customer"]}`).ID(t)
		tag := w.Want(t, 200, dealership.Sydney, "GET", event, "").ETag
		var answers [2]dealership.Answer
		var both sync.WaitGroup
		for i, start := range []string{"2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"} {
			both.Go(func() {
				user := []string{dealership.Sydney, dealership.Second}[i]
				answers[i] = w.Call(t, user, "PATCH", event, `{"start": "`+start+`"}`, "If-Match: "+tag)
			})
		}
		both.Wait()
		codes := []int{answers[0].Status, answers[1].Status}
		slices.Sort(codes)
		var e lead.Event
		w.Want(t, 200, dealership.Sydney, "GET", event, "").Into(t, &e)
		if !slices.Equal(codes, []int{200, 412}) || len(e.Moves) != 1 || e.Sequence != 1 {
			t.Fatalf("race %d: %+v, %+v", race, answers, e)
		}
		deliver(t, w)
		_, told := invitation(t, sent.mails[len(sent.mails)-1].Calendar)
		if start, err := told.GetStartAt(); err != nil || !start.Equal(e.Start) || len(sent.mails) != 2*(race+1) {
			t.Fatalf("race %d: the customer was told of %s in %d mails, %v; it is %s", race, start, len(sent.mails), err, e.Start)
		}
	}
}

func TestACrashInAChangeMovesOnceAndTellsOnce(t *testing.T) {
	for crash := range tabletest.Crashes(t, 3) {
		w, sent, id, _, _ := writing(t)
		path := "/v1/leads/" + id + "/events"
		event := path + "/" + w.Want(t, 201, dealership.Sydney, "POST", path, `{"title": "Visit", "start": "2026-11-23T09:00:00Z", "invite": ["customer"]}`).ID(t)
		w.Crash = crash
		w.Call(t, dealership.Sydney, "PATCH", event, `{"start": "2026-11-24T09:00:00Z"}`)
		crash.Over()
		w.Time = w.Time.Add(time.Minute)
		var e lead.Event
		w.Want(t, 200, dealership.Sydney, "PATCH", event, `{"start": "2026-11-24T09:00:00Z"}`).Into(t, &e)
		tick(t, w)
		deliver(t, w)
		if e.Sequence != 1 || len(e.Moves) != 1 || len(sent.mails) != 2 {
			t.Errorf("%+v, %d mails", e, len(sent.mails))
		}
	}
}
