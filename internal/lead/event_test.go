package lead_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// wanting lets a user have mails.
func wanting(t *testing.T, w *dealership.World, id access.UserID) {
	t.Helper()
	user, err := w.Access.User(t.Context(), dealership.Harbour, id)
	if err != nil {
		t.Fatal(err)
	}
	user.Notify.Email = true
	if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(dealership.Harbour, id), user)); err != nil {
		t.Fatal(err)
	}
}

const drive = `{"title": "Test drive; \"Ceed\"", "start": "2026-11-24T23:00:00Z", "location": "12 Main St, Sydney", "notes": "bring the licence", "invite": ["owner", "customer"]}`

func TestAnAppointmentGoesToCalendarsByMail(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	wanting(t, w, dealership.Sydney)
	var e lead.Event
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", drive).Into(t, &e)
	if e.State != lead.Planned || !e.End.Equal(e.Start.Add(time.Hour)) || !slices.Equal(e.Invited, []lead.Invitee{lead.InviteCustomer, lead.InviteOwner}) || e.Owner != dealership.Sydney {
		t.Errorf("planned as %+v", e)
	}
	deliver(t, w)
	var to []string
	for _, m := range sent.mails {
		to = append(to, m.To)
		c, err := ics.ParseCalendar(strings.NewReader(m.Calendar))
		if err != nil || len(c.Events()) != 1 {
			t.Fatalf("%v in %s", err, m.Calendar)
		}
		event := c.Events()[0]
		start, err := event.GetStartAt()
		if err != nil || !start.Equal(e.Start) || event.Id() != e.ID+"@winback" || event.GetProperty(ics.ComponentPropertySummary).Value != `Test drive; "Ceed"` ||
			event.GetProperty(ics.ComponentPropertyLocation).Value != "12 Main St, Sydney" || !strings.Contains(m.Calendar, "\nMETHOD:REQUEST\r\n") {
			t.Errorf("%v, the calendar is %s", err, m.Calendar)
		}
		if !strings.Contains(m.Text, "2026-11-25 10:00 – 11:00 (Australia/Sydney)") || m.Subject != `Test drive; "Ceed"` {
			t.Errorf("the mail is %q: %s", m.Subject, m.Text)
		}
	}
	slices.Sort(to)
	if !slices.Equal(to, []string{`"Ann Lee" <ann@mail.example>`, `"sydneyman" <sydneyman@mail.example>`}) {
		t.Errorf("mailed to %v", to)
	}
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.Acts != 0 || l.Status != lead.New {
		t.Errorf("a plan counts as work: %+v", l)
	}
	w.Want(t, 200, dealership.Second, "POST", "/v1/leads/"+id+"/events/"+e.ID+"/end", `{"outcome": "cancelled"}`)
	deliver(t, w)
	if len(sent.mails) != 4 || !strings.HasPrefix(sent.mails[3].Subject, "Cancelled: ") || !strings.Contains(sent.mails[3].Calendar, "\nMETHOD:CANCEL\r\n") || !strings.Contains(sent.mails[3].Calendar, "\nSTATUS:CANCELLED\r\n") {
		t.Errorf("of the cancellation: %+v", sent.mails[2:])
	}
	answer := w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/events/"+e.ID+"/end", `{"outcome": "completed"}`)
	if !strings.Contains(answer.Body, "second said at 2026-11-22T12:00:00Z that this appointment is cancelled") {
		t.Errorf("the other was told %s", answer.Body)
	}
}

func TestAnAppointmentThatTookPlaceOrWasMissedIsWork(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for n, outcome := range []string{"no_show", "completed"} {
		event := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", `{"title": "Visit", "start": "2026-11-23T09:00:00Z"}`).ID(t)
		w.Time = w.Time.Add(time.Hour)
		for range 2 {
			w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+id+"/events/"+event+"/end", `{"outcome": "`+outcome+`", "notes": "n"}`)
		}
		var l lead.Lead
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
		if l.Acts != n+1 || !l.ActedAt.Equal(w.Time) || l.Status != lead.Open {
			t.Errorf("after %s the lead is %+v", outcome, l)
		}
	}
	var page struct{ Items []lead.Event }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id+"/events", "").Into(t, &page)
	if len(page.Items) != 2 || total(t, w, dealership.Sydney, "/v1/leads/"+id+"/work") != 2 {
		t.Errorf("events: %+v", page.Items)
	}
}

func TestAPlanThatCannotBeIsRefusedNamingTheField(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{"customer": {"last": "Silent"}}`)
	for body, wrong := range map[string]string{
		`{"title": "x", "start": "2026-11-22T11:59:59Z"}`:                                               "body.start",
		`{"title": "x", "start": "2036-11-22T11:59:59Z"}`:                                               "body.start",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "end": "2026-11-23T10:00:00Z"}`:                "body.end",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "end": "2026-12-23T10:00:00Z"}`:                "body.end",
		`{"title": " ", "start": "2026-11-23T10:00:00Z"}`:                                               "body.title",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "invite": ["everybody"]}`:                      "body.invite[0]",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "invite": ["customer"]}`:                       "body.invite",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "location": "a\nb"}`:                           "body.location",
		`{"title": "x", "start": "2026-11-23T10:00:00Z", "notes": "` + strings.Repeat("n", 2001) + `"}`: "body.notes",
	} {
		if got := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", body).Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%.80s: %v", body, got)
		}
	}
	w.Want(t, 404, dealership.Melbourne, "POST", "/v1/leads/"+id+"/events", `{"title": "x", "start": "2026-11-23T10:00:00Z"}`)
	w.Want(t, 404, dealership.Sydney, "POST", "/v1/leads/"+id+"/events/none/end", `{"outcome": "completed"}`)
	closed(t, w, dealership.Sydney, id, `{"outcome": "lost"}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", `{"title": "x", "start": "2026-11-23T10:00:00Z"}`)
}

func TestARepeatedPlanIsOneAppointmentAndItsMailsGoOutOnce(t *testing.T) {
	for _, kind := range []string{"", "lead event", "mail", "activity", "idempotent answer"} {
		w, sent, id, _, _ := writing(t)
		wanting(t, w, dealership.Sydney)
		if kind != "" {
			w.Refuse = failing(kind)
			w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", drive, "Idempotency-Key: k")
			w.Refuse = nil
			w.Time = w.Time.Add(time.Minute)
		}
		for range 2 {
			w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", drive, "Idempotency-Key: k")
		}
		deliver(t, w)
		if n := total(t, w, dealership.Sydney, "/v1/leads/"+id+"/events"); n != 1 || len(sent.mails) != 2 {
			t.Errorf("after a failed %s: %d appointments, %d mails", kind, n, len(sent.mails))
		}
	}
}

func TestOfTwoWhoEndAnAppointmentAtOnceOneIsHeard(t *testing.T) {
	w := open(t)
	id := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for range 100 {
		event := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/events", `{"title": "Visit", "start": "2026-11-23T09:00:00Z"}`).ID(t)
		var answers [2]dealership.Answer
		var both sync.WaitGroup
		for i, outcome := range []string{"completed", "cancelled"} {
			both.Go(func() {
				user := []string{dealership.Sydney, dealership.Second}[i]
				answers[i] = w.Call(t, user, "POST", "/v1/leads/"+id+"/events/"+event+"/end", `{"outcome": "`+outcome+`"}`)
			})
		}
		both.Wait()
		codes := []int{answers[0].Status, answers[1].Status}
		slices.Sort(codes)
		if !slices.Equal(codes, []int{200, 409}) {
			t.Fatalf("%+v", answers)
		}
	}
}
