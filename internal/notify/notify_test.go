package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

func TestAUserIsToldOnceInTheApplicationAndByMail(t *testing.T) {
	w := newWorld(t)
	w.mustTell(harbour, sighting("anna", 1))
	again := sighting("anna", 1)
	again.At = again.At.Add(time.Hour)
	if err := w.tell(harbour, again); !errs.Is(err, errs.Conflict) {
		t.Errorf("told twice: %v", err)
	}
	w.work()
	w.report()
	mails := w.outbox()
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1\n%s", len(mails), w.log)
	}
	m := mails[0]
	if m.To != `"Anna Lee" <anna@harbour.example>` || m.Subject != "Seen online: 2019 Toyota Corolla" || m.Kind != "sighting" ||
		m.From != `"Winback" <no-reply@winback.example>` || m.Headers["Auto-Submitted"] != "auto-generated" {
		t.Errorf("%+v", m)
	}
	for _, want := range []string{"AUD 13,500", "https://winback.example/recaptures/rec-1", "Hello Anna,", "Harbour Motors"} {
		if !strings.Contains(m.HTML, want) || !strings.Contains(m.Text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if l := w.list("anna", ""); len(l.Items) != 1 || l.Items[0].Title != m.Subject {
		t.Errorf("in the application: %+v", l)
	}
	if next, some, err := w.Outbox().NextDue(t.Context(), 7*24*time.Hour); some || err != nil {
		t.Errorf("something is due at %s, %v", next, err)
	}
}

func TestWhoDoesNotWantMailsIsToldInTheApplicationOnly(t *testing.T) {
	for name, change := range map[string]func(*access.User){
		"switched off": func(u *access.User) { u.Notify.Email = false },
		"disabled":     func(u *access.User) { u.Disabled = true },
		"no address":   func(u *access.User) { u.Email = "" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			anna := user(harbour, "anna")
			change(&anna)
			w.save(harbour, anna)
			w.mustTell(harbour, sighting("anna", 1))
			w.work()
			if got := len(w.outbox()); got != 0 {
				t.Errorf("%d mails", got)
			}
		})
	}
}

func TestAChangeBetweenPlanningAndSendingCounts(t *testing.T) {
	for name, change := range map[string]func(*access.User){
		"switched off": func(u *access.User) { u.Notify.Email = false },
		"disabled":     func(u *access.User) { u.Disabled = true },
		"moved":        func(u *access.User) { u.Email = "new@harbour.example" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			later := true // the provider is not ready when the mail is first tried
			w.mails.Fault = func(mail.Message) dirmail.Fault {
				if later {
					return dirmail.Refuse
				}
				return dirmail.NoFault
			}
			w.mustTell(harbour, sighting("anna", 1))
			w.work()
			anna := user(harbour, "anna")
			change(&anna)
			w.save(harbour, anna)
			later = false
			w.now = w.now.Add(10 * time.Minute)
			w.sweep()
			w.work()
			if got := len(w.outbox()); got != 0 {
				t.Errorf("%d mails", got)
			}
		})
	}
}

func TestAProviderWhoseAnswerIsLostHasTheMailOnce(t *testing.T) {
	for name, fault := range map[string]dirmail.Fault{"taken": dirmail.LoseAfter, "not taken": dirmail.LoseBefore, "refused": dirmail.Refuse} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			first := true
			w.mails.Fault = func(mail.Message) dirmail.Fault {
				if first {
					first = false
					return fault
				}
				return dirmail.NoFault
			}
			w.mustTell(harbour, sighting("anna", 1))
			for range 5 {
				w.work()
				w.report()
				w.now = w.now.Add(10 * time.Minute)
				w.sweep()
			}
			if got := len(w.outbox()); got != 1 {
				t.Errorf("%d mails, want 1\n%s", got, w.log)
			}
		})
	}
}

// silent is a provider that cannot be asked, as SES is.
type silent struct{ mail.Sender }

func TestAProviderThatCannotBeAskedSettlesByItsEvents(t *testing.T) {
	for name, c := range map[string]struct {
		fault  dirmail.Fault
		others bool // other mails show that events arrive
		mails  int
	}{
		"taken":                         {dirmail.LoseAfter, false, 1},
		"not taken, and events arrive":  {dirmail.LoseBefore, true, 1},
		"not taken, and nobody can say": {dirmail.LoseBefore, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Mail = silent{w.mails}
			first := true
			w.mails.Fault = func(mail.Message) dirmail.Fault {
				if first {
					first = false
					return c.fault
				}
				return dirmail.NoFault
			}
			w.mustTell(harbour, sighting("anna", 1))
			for minute := 0; minute < 90; minute += 5 {
				w.work()
				if c.others {
					w.mustTell(harbour, sighting("ben", minute))
				}
				w.work()
				w.report()
				w.now = w.now.Add(5 * time.Minute)
				w.sweep()
			}
			got := 0
			for _, m := range w.outbox() {
				if strings.Contains(m.To, "anna") {
					got++
				}
			}
			if got != c.mails {
				t.Errorf("%d mails, want %d\n%s", got, c.mails, w.log)
			}
			if parked := strings.Contains(w.log.String(), "a mail is parked"); parked != (c.mails == 0) {
				t.Errorf("parked is %v", parked)
			}
		})
	}
}

func TestAnAddressThatBouncedGetsNoFurtherMail(t *testing.T) {
	w := newWorld(t)
	anna := user(harbour, "anna")
	anna.Email = "bounce@harbour.example"
	w.save(harbour, anna)
	for n := range 3 {
		w.mustTell(harbour, sighting("anna", n))
		w.work()
		w.report()
		w.pass(time.Hour)
	}
	if got := len(w.outbox()); got != 1 {
		t.Errorf("%d mails, want 1", got)
	}
	if l := w.list("anna", ""); len(l.Items) != 3 {
		t.Errorf("%d notices in the application, want 3", len(l.Items))
	}
}

func TestAMailSpeaksTheLanguageOfTheCompany(t *testing.T) {
	w := newWorld(t)
	w.mustTell(nordlicht, sighting("anke", 1))
	w.work()
	mails := w.outbox()
	if len(mails) != 1 {
		t.Fatalf("%d mails\n%s", len(mails), w.log)
	}
	if want := "Online gesehen: 2019 Toyota Corolla"; mails[0].Subject != want {
		t.Errorf("subject %q, want %q", mails[0].Subject, want)
	}
	for _, want := range []string{"Guten Tag Anke,", "Preis", "Online gesehen: 2019 Toyota Corolla", "In Winback öffnen", `lang="de"`} {
		if !strings.Contains(mails[0].HTML, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestANoticeOfAUserWhoIsGoneIsDropped(t *testing.T) {
	w := newWorld(t)
	w.mustTell(harbour, sighting("nobody", 1))
	w.work()
	if got := len(w.outbox()); got != 0 || !strings.Contains(w.log.String(), "message dropped") {
		t.Errorf("%d mails\n%s", got, w.log)
	}
}

func TestAnEventAboutSomebodyElsesMailIsIgnored(t *testing.T) {
	w := newWorld(t)
	handle := app.Handle(notify.MailEvent, w.Deps)
	for _, detail := range []string{
		`{"eventType":"Send","mail":{"tags":{}}}`,
		`{"eventType":"Send","mail":{"messageId":"m","tags":{"send_id":["unknown"],"company":["harbour"]}}}`,
		`{"eventType":"Rendering Failure","mail":{"tags":{"send_id":["a"],"company":["harbour"]}}}`,
		`{"eventType":1}`,
	} {
		payload := `{"version":"0","id":"e1","source":"aws.ses","detail-type":"Email Sent","time":"2026-11-22T12:00:00Z","detail":` + detail + `}`
		if _, err := handle(t.Context(), []byte(payload)); err != nil {
			t.Errorf("%s: %v", detail, err)
		}
	}
}

func TestTheFunctionsFitTogether(t *testing.T) {
	err := app.Validate([]app.Function{
		notify.Sender, notify.Digester, notify.MailSend, notify.MailEvent, notify.TextSend, notify.TextEvent, notify.API,
		{
			Name: "teller", Doc: "Tells.", Every: app.Every("rate(1 day)", func(context.Context, app.Deps) error { return nil }),
			Uses: app.Uses{Table: app.ReadWrite, Sends: app.Topics(notify.Send)},
		},
	})
	if err != nil {
		t.Error(err)
	}
}
