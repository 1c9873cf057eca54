package letter_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/platform/blob"
	"github.com/winback-auto/winback/internal/platform/mail/sesinbound"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

func TestAnAnswerLandsOnItsLead(t *testing.T) {
	w := newWorld(t)
	w.Time = w.Time.Add(time.Hour)
	w.arrive(w.written("Yes, on Saturday.\r\n\r\nOn Mon, 22 Nov 2026 at 10:00, Sam <" + w.address + "> wrote:\r\n> Dear Ann,\r\n> when?\r\n"))
	got := w.only()
	if got.Text != "Yes, on Saturday." || got.Subject != "Re: Your Ceed" || got.Received.From != "ann@mail.example" || got.Received.Name != "Ann Lee" || !got.Received.Quotes ||
		got.Received.Stranger || got.By != "" || !got.At.Equal(w.Time) {
		t.Errorf("%+v %+v", got, *got.Received)
	}
	l := w.lead(w.id)
	if !l.Unanswered || !l.WroteAt.Equal(w.Time) || l.Status != lead.New || l.Acts != 0 {
		t.Errorf("the lead is %+v", l)
	}
	if told := w.told(dealership.Sydney); !slices.Equal(told, []string{"Answer from Ann Lee: Re: Your Ceed | Yes, on Saturday."}) {
		t.Errorf("its user was told %q", told)
	}
	if told := w.told(dealership.Manager); told != nil {
		t.Errorf("somebody else was told %q", told)
	}
	var all struct{ Whole string }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+w.id+"/letters/"+got.ID, "").Into(t, &all)
	if !strings.HasPrefix(all.Whole, "Yes, on Saturday.\n\nOn Mon") || !strings.HasSuffix(all.Whole, "> when?") {
		t.Errorf("all of it is %q", all.Whole)
	}
	ids, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads?unanswered=true", "").List(t)
	if !slices.Equal(ids, []string{w.id}) {
		t.Errorf("waiting are %v", ids)
	}
	history := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(l.Customer)+"/activity", "").Body
	if !strings.Contains(history, "Mail received") {
		t.Errorf("the customer's activity is %s", history)
	}
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+w.id+"/reply", `{"subject": "Saturday", "body": "At ten?"}`)
	if ids, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads?unanswered=true", "").List(t); len(ids) != 0 || w.lead(w.id).Unanswered {
		t.Errorf("it waits although somebody has answered: %v", ids)
	}
	both := w.conversation(dealership.Sydney, w.id)
	if len(both) != 2 || both[0].Kind != lead.Mailed || both[0].Delivery == nil || both[0].Delivery.State != "waiting" || both[1].Kind != lead.Answered {
		t.Errorf("the conversation is %+v", both)
	}
}

func TestAMailHasOneEffectHoweverOftenItComes(t *testing.T) {
	w := newWorld(t)
	raw := w.written("Yes.")
	first := w.put(raw)
	again := w.put(raw, func(a *sesinbound.Arrival) { a.At = a.At.Add(time.Minute) }) // delivered twice by its sender
	for _, announcement := range [][]byte{first, first, again, first, again} {
		if err := w.tell(announcement); err != nil {
			t.Fatal(err)
		}
		w.Time = w.Time.Add(time.Hour)
	}
	w.only()
	if told := w.told(dealership.Sydney); len(told) != 1 {
		t.Errorf("told %q", told)
	}
	w.arrive(w.written("Yes!"))
	if all := w.conversation(dealership.Sydney, w.id); len(all) != 2 {
		t.Errorf("another text under the same id is another mail: %+v", all)
	}
}

func TestAMailThatWasKeptWaitingStandsWhereItCame(t *testing.T) {
	for waited, want := range map[time.Duration]time.Duration{time.Second: 0, time.Hour: time.Hour, 30 * 24 * time.Hour: 0, -time.Hour: 0} {
		w := newWorld(t)
		announcement := w.put(w.written("Yes."), func(a *sesinbound.Arrival) { a.At = w.Time.Add(-waited) })
		if err := w.tell(announcement); err != nil {
			t.Fatal(err)
		}
		if got := w.only().At; !got.Equal(w.Time.Add(-want)) {
			t.Errorf("after %s it came at %s, now is %s", waited, got, w.Time)
		}
	}
}

func TestNobodyIsToldOfWhatNobodyHasWritten(t *testing.T) {
	type arrival = func(*sesinbound.Arrival)
	null := func(a *sesinbound.Arrival) { a.From = "" }
	for name, c := range map[string]struct {
		fields []string
		how    arrival
		marked func(lead.Received) bool
	}{
		"away":             {[]string{"Auto-Submitted: auto-replied"}, nil, func(r lead.Received) bool { return r.Automatic }},
		"away, otherwise":  {[]string{"X-Autoreply: yes"}, nil, func(r lead.Received) bool { return r.Automatic }},
		"a newsletter":     {[]string{"Precedence: bulk"}, nil, func(r lead.Received) bool { return r.Automatic }},
		"a bounce":         {nil, null, func(r lead.Received) bool { return r.Automatic }},
		"a report":         {[]string{"Content-Type: multipart/report; boundary=b"}, nil, func(r lead.Received) bool { return r.Automatic }},
		"a mail of ours":   {[]string{"X-Winback-Send-Id: s1"}, nil, func(r lead.Received) bool { return r.Automatic }},
		"spam":             {nil, func(a *sesinbound.Arrival) { a.Spam = "FAIL" }, func(r lead.Received) bool { return r.Spam }},
		"a virus":          {nil, func(a *sesinbound.Arrival) { a.Virus = "FAIL" }, func(r lead.Received) bool { return r.Virus }},
		"spam with claims": {[]string{"X-SES-Spam-Verdict: PASS"}, func(a *sesinbound.Arrival) { a.Spam = "FAIL" }, func(r lead.Received) bool { return r.Spam }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			before := w.lead(w.id)
			how := c.how
			if how == nil {
				how = func(*sesinbound.Arrival) {}
			}
			w.arrive(w.written("I am away.", c.fields...), how)
			got := w.only()
			if !c.marked(*got.Received) || got.Received.From != "ann@mail.example" {
				t.Errorf("%+v %+v", got, *got.Received)
			}
			if kept := got.Text + got.Subject; (kept == "") != got.Received.Virus {
				t.Errorf("%q is kept", kept)
			}
			if after := w.lead(w.id); after.Unanswered || !after.UpdatedAt.Equal(before.UpdatedAt) || !after.WroteAt.IsZero() {
				t.Errorf("the lead is %+v", after)
			}
			if told := w.told(dealership.Sydney); told != nil {
				t.Errorf("told %q", told)
			}
		})
	}
}

func TestWhoWritesUnderAnotherAddressIsToldApart(t *testing.T) {
	w := newWorld(t)
	w.arrive(strings.Replace(w.written("It is me, Ann."), "<ann@mail.example>", "<ann@work.example>", 1))
	if got := w.only(); !got.Received.Stranger || got.Received.From != "ann@work.example" {
		t.Errorf("%+v", *got.Received)
	}
	if told := w.told(dealership.Sydney); len(told) != 1 {
		t.Errorf("told %q", told)
	}
	var who struct{ Email string }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+string(w.lead(w.id).Customer), "").Into(t, &who)
	if !strings.EqualFold(who.Email, "ann@mail.example") {
		t.Errorf("the customer became %+v", who)
	}
}

func TestAMailWhoseDomainDoesNotVouchForItIsMarked(t *testing.T) {
	w := newWorld(t)
	w.arrive(w.written("Send me the papers."), func(a *sesinbound.Arrival) { a.DMARC = "fail" })
	if got := w.only(); !got.Received.Unproven {
		t.Errorf("%+v", *got.Received)
	}
}

func TestAMailToNoLeadIsDropped(t *testing.T) {
	for name, to := range map[string]string{"an unknown name": "lead-" + strings.Repeat("a", 26) + "@" + replies, "somebody": "info@" + replies} {
		w := newWorld(t)
		raw := strings.ReplaceAll(w.written("Hello"), w.address, to)
		w.arrive(raw, func(a *sesinbound.Arrival) { a.To = to })
		if all := w.conversation(dealership.Sydney, w.id); len(all) != 0 {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

func TestWhatCannotBeReadIsDropped(t *testing.T) {
	w := newWorld(t)
	gone := w.put(w.written("Hello"))
	delete(w.bucket, "mails/m00000")
	if err := w.tell(gone); err != nil {
		t.Errorf("a mail that is gone: %v", err)
	}
	large := w.put("x")
	w.bucket["mails/m00000"] = make([]byte, lead.MaxMail+1)
	if err := w.tell(large); err != nil {
		t.Errorf("a mail that is too large: %v", err)
	}
	b := decode(t, large)
	b.Detail = []byte(`{"object": {}}`)
	if _, err := blob.Noticed(b); err == nil {
		t.Error("an announcement of nothing is read")
	}
}

func TestAHiddenRecipientIsFoundInTheWayOfTheMail(t *testing.T) {
	w := newWorld(t)
	w.arrive(strings.Replace(w.written("Hello"), "To: Sam <"+w.address+">", "To: me <ann@mail.example>", 1))
	w.only()
}

func TestAMailToTwoLeadsLandsOnBoth(t *testing.T) {
	w := newWorld(t)
	other := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{"customer": {"first": "Bob", "last": "Ray", "email": "bob@mail.example"}}`).ID(t)
	w.arrive(w.written("For both.", "Cc: "+strings.ToUpper(w.addressOf(other))))
	w.only()
	if all := w.conversation(dealership.Sydney, other); len(all) != 1 || !all[0].Received.Stranger {
		t.Errorf("on the other: %+v", all)
	}
}

func TestAnAnswerToAMergedLeadLandsOnTheOneThatStands(t *testing.T) {
	w := newWorld(t)
	standing := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{"customer": "`+string(w.lead(w.id).Customer)+`"}`).ID(t)
	w.arrive(w.written("Before."))
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+w.id+"/merge", `{"into": "`+standing+`"}`)
	if l := w.lead(standing); !l.Unanswered || l.WroteAt.IsZero() {
		t.Errorf("that the customer waits is lost: %+v", l)
	}
	w.arrive(w.written("After."))
	w.arrive(w.written("Before."))
	said := map[string]lead.ID{}
	all := w.conversation(dealership.Sydney, standing)
	for _, e := range all {
		said[e.Text] = e.Lead
	}
	for _, e := range all {
		w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+standing+"/letters/"+e.ID, "")
	}
	if len(all) != 2 || !maps.Equal(said, map[string]lead.ID{"After.": "", "Before.": lead.ID(w.id)}) {
		t.Errorf("%+v", all)
	}
}

func TestAClosedLeadStaysClosedAndItsUserHears(t *testing.T) {
	w := newWorld(t)
	w.Want(t, 200, dealership.Manager, "POST", "/v1/leads/"+w.id+"/close", `{"outcome": "lost"}`)
	w.arrive(w.written("I want it after all."))
	if l := w.lead(w.id); l.Status != lead.Lost || l.Unanswered || l.WroteAt.IsZero() {
		t.Errorf("%+v", l)
	}
	if told := w.told(dealership.Sydney); len(told) != 1 {
		t.Errorf("told %q", told)
	}
}

func TestOfALeadThatIsNobodysTheManagersHear(t *testing.T) {
	w := newWorld(t)
	id := w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads", `{"customer": {"first": "Bob", "last": "Ray", "email": "bob@mail.example"}, "yard": "sydney"}`).ID(t)
	record, err := lead.Load(t.Context(), w.Deps, dealership.Harbour, lead.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	record.Value.User = ""
	if err := w.Table.Write(t.Context(), table.Kind[lead.Lead]{Name: "lead", Schema: 1}.Update(record)); err != nil {
		t.Fatal(err)
	}
	w.arrive(w.written("Hello"), func(a *sesinbound.Arrival) { a.To = w.addressOf(id) })
	if told := w.told(dealership.Manager); len(told) != 1 {
		t.Errorf("the manager was told %q", told)
	}
}

// Whichever write the process dies at, carried out or not, the announcement that comes again ends as if nothing had happened.
func TestAfterACrashAtAnyWriteAMailHasOneEffect(t *testing.T) {
	for crash := range tabletest.Crashes(t, 3) {
		w := newWorld(t)
		w.Crash = crash
		announcement := w.put(w.written("Yes."))
		for range 3 {
			w.Insist(t, func() error { return w.tell(announcement) })
		}
		crash.Over()
		w.only()
		if told := w.told(dealership.Sydney); len(told) != 1 || !w.lead(w.id).Unanswered {
			t.Errorf("told %q", told)
		}
	}
}

func TestTheOrderInWhichMailsComeDoesNotMatter(t *testing.T) {
	early := func(a *sesinbound.Arrival) { a.At = dealership.Noon.Add(-3 * time.Hour) }
	late := func(a *sesinbound.Arrival) { a.At = dealership.Noon.Add(-2 * time.Hour) }
	var seen [2]string
	for i, order := range [][]func(*sesinbound.Arrival){{early, late}, {late, early}} {
		w := newWorld(t)
		for _, how := range order {
			a := sesinbound.Arrival{}
			how(&a)
			w.arrive(w.written("At "+a.At.Format(time.TimeOnly)), how)
		}
		l := w.lead(w.id)
		seen[i] = l.WroteAt.Format(time.RFC3339)
		for _, one := range w.conversation(dealership.Sydney, w.id) {
			seen[i] += " " + one.Text
		}
	}
	if seen[0] != seen[1] || seen[0] != "2026-11-22T10:00:00Z At 10:00:00 At 09:00:00" {
		t.Errorf("%q", seen)
	}
}

// Mails come twice at once, while somebody answers: each lands once, and what was written last holds.
func TestMailsAtTheSameTimeLandOnceEach(t *testing.T) {
	w := newWorld(t)
	var announcements [][]byte
	for i := range 6 {
		announcement := w.put(w.written(fmt.Sprintf("Mail %d.", i)))
		announcements = append(announcements, announcement, announcement)
	}
	var all sync.WaitGroup
	for _, announcement := range announcements {
		all.Go(func() {
			for range 20 { // as often as it takes: it is announced again
				if w.tell(announcement) == nil {
					return
				}
			}
			t.Error("a mail never lands")
		})
	}
	all.Go(func() {
		for range 20 {
			if w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+w.id+"/calls", `{"notes": "Called."}`, "Idempotency-Key: k1").Status == 201 {
				return
			}
		}
		t.Error("the call is never noted")
	})
	all.Wait()
	if all := w.conversation(dealership.Sydney, w.id); len(all) != 6 {
		t.Errorf("%d landed", len(all))
	}
	if told := w.told(dealership.Sydney); len(told) != 6 {
		t.Errorf("told %q", told)
	}
	if l := w.lead(w.id); l.Acts != 1 {
		t.Errorf("%+v", l)
	}
}
