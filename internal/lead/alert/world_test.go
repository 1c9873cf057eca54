package alert_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/alert"
	"github.com/winback-auto/winback/internal/lead/enquiry"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/money"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
	"github.com/winback-auto/winback/internal/vehicle"
)

// world is the two dealers with queues in memory and a folder for mails.
type world struct {
	*dealership.World
	t        *testing.T
	mails    *dirmail.Dir
	sending  sync.Mutex // of messages, by functions at the same time
	messages []queue.Outgoing
	texts    []text.Message
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: dealership.New(t), t: t}
	mails, err := dirmail.Open(t.TempDir(), w.Now, w.NewID)
	if err != nil {
		t.Fatal(err)
	}
	w.mails = mails
	w.Deps.Queue, w.Deps.Mail, w.Deps.Text = w, mails, phones{w}
	w.Deps.Site = app.Site{BaseURL: "https://api.winback.example", AppURL: "https://winback.example", From: "Winback <no-reply@winback.example>"}
	for user, name := range map[access.UserID][2]string{
		dealership.Manager: {"Mara", "Quinn"}, dealership.Sydney: {"Sam", "Lee"}, dealership.Second: {"Ana", "Ortiz"}, dealership.Melbourne: {"Bo", "Ek"}, dealership.Kiel: {"Jan", "Voss"},
	} {
		w.change(user, func(u *access.User) {
			u.First, u.Last, u.Notify = name[0], name[1], access.Notify{Email: true, InApp: true}
		})
	}
	w.Serve(lead.API(nobodyWatches)).Serve(notify.API)
	return w
}

func nobodyWatches(context.Context, app.Deps, ident.Company, vehicle.Vehicle) (string, error) {
	return "", nil
}

// companyOf is where a user works.
func companyOf(user access.UserID) ident.Company {
	if user == dealership.Kiel {
		return dealership.Nordlicht
	}
	return dealership.Harbour
}

// change changes a user.
func (w *world) change(id access.UserID, edit func(*access.User)) {
	w.t.Helper()
	co := companyOf(id)
	user, err := w.Access.User(w.t.Context(), co, id)
	if err != nil {
		w.t.Fatal(err)
	}
	edit(&user)
	if err := w.Table.Write(w.t.Context(), access.Users.Overwrite(access.UserKey(co, id), user)); err != nil {
		w.t.Fatal(err)
	}
	w.Access.Forget(co)
}

// rule makes a rule of Harbour's.
func (w *world) rule(r rule.Rule) rule.ID {
	w.t.Helper()
	if r.Name == "" {
		r.Name = "A rule"
	}
	made, _, err := rule.Add(w.t.Context(), w.Deps, dealership.Harbour, r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Time = w.Time.Add(time.Second)
	return made.ID
}

// standard makes a default response of a user.
func (w *world) standard(user, body string) {
	w.t.Helper()
	w.Serve(response.API)
	id := w.Want(w.t, 201, "ada@harbour.example", "POST", "/v1/templates", fmt.Sprintf(`{"name": "First answer", "channel": "email", "subject": "Your {{vehicle.name|enquiry}}", "body": %q}`, body)).ID(w.t)
	w.Want(w.t, 200, user, "POST", "/v1/templates/"+id+"/default", "")
}

// ask is an enquiry by number n; each is another customer's about another car.
func ask(n int) enquiry.Enquiry {
	return enquiry.Enquiry{
		ID: fmt.Sprintf("CF-%d", n), Provider: enquiry.Provider{Name: "Carfinder"}, RequestDate: dealership.Noon, Comments: "Is it still there?\nI could come on Saturday.", Timeframe: "this month",
		Customer: enquiry.Customer{
			Name: enquiry.Name{First: "Kate", Last: fmt.Sprintf("Fox%c", 'a'+n%26)}, Email: fmt.Sprintf("kate.fox.%d@mail.example", n),
			Phones: []enquiry.Phone{{Number: fmt.Sprintf("+614915%05d", 70000+n), Type: "cellphone"}}, PreferredContact: "phone",
		},
		Vehicle: &enquiry.Vehicle{
			Vehicle: vehicle.Vehicle{Make: "Mazda", Model: "CX-5", Year: 2018}, Trim: "Maxx & Sport", Status: "used", Stock: fmt.Sprintf("M-%d", n),
			Price: money.Money{Amount: 2_699_000, Currency: "AUD"}, Odometer: &enquiry.Odometer{Value: 61500, Unit: "km"},
		},
		TradeIn: &enquiry.Vehicle{Vehicle: vehicle.Vehicle{Make: "Mazda", Model: "2", Year: 2011}, Interest: enquiry.TradeIn},
	}
}

// arrive receives an enquiry and lets everybody be told.
func (w *world) arrive(e enquiry.Enquiry, yard string) lead.Lead {
	w.t.Helper()
	return w.arriveAt(dealership.Harbour, e, yard)
}

func (w *world) arriveAt(co ident.Company, e enquiry.Enquiry, yard string) lead.Lead {
	w.t.Helper()
	done, err := lead.Capture(w.t.Context(), w.Deps, co, e, lead.Place{Yards: []string{yard}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.work()
	return w.load(co, done.Lead.ID)
}

// insist sends an enquiry as its provider does, until it is taken.
func (w *world) insist(e enquiry.Enquiry, yard string) {
	w.t.Helper()
	w.Insist(w.t, func() error {
		_, err := lead.Capture(w.t.Context(), w.Deps, dealership.Harbour, e, lead.Place{Yards: []string{yard}})
		return err
	})
}

// only is the one lead that Harbour has.
func (w *world) only() lead.Lead {
	w.t.Helper()
	ids, _ := w.Want(w.t, 200, dealership.Manager, "GET", "/v1/leads", "").List(w.t)
	if len(ids) != 1 {
		w.t.Fatalf("leads %v", ids)
	}
	return w.load(dealership.Harbour, lead.ID(ids[0]))
}

func (w *world) load(co ident.Company, id lead.ID) lead.Lead {
	w.t.Helper()
	record, err := lead.Load(w.t.Context(), w.Deps, co, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return record.Value
}

// Send implements queue.Sender.
func (w *world) Send(_ context.Context, messages []queue.Outgoing) error {
	w.sending.Lock()
	defer w.sending.Unlock()
	w.messages = append(w.messages, messages...)
	return nil
}

// Delay implements queue.Sender.
func (w *world) Delay(context.Context, string, string, time.Duration) error {
	return errors.New("handed back")
}

// phones is the provider of text messages.
type phones struct{ w *world }

// Send implements text.Sender.
func (p phones) Send(_ context.Context, m text.Message) (string, error) {
	p.w.texts = append(p.w.texts, m)
	return "sms" + m.SendID, nil
}

// quiet is a queue that forgets, for requests at the same time.
type quiet struct{}

func (quiet) Send(context.Context, []queue.Outgoing) error               { return nil }
func (quiet) Delay(context.Context, string, string, time.Duration) error { return nil }

// work lets the functions work off the queues, handing every message over twice. A message that fails comes again.
func (w *world) work() {
	w.t.Helper()
	handlers := map[string]app.Handler{
		lead.Alert.Name: app.Handle(alert.Sender, w.Deps), notify.Send.Name: app.Handle(notify.Sender, w.Deps), text.Deliver.Name: app.Handle(notify.TextSend, w.Deps), lead.CareTopic.Name: app.Handle(lead.Care, w.Deps), "mail-send": app.Handle(notify.MailSend, w.Deps),
	}
	for tries := 0; len(w.messages) > 0; tries++ {
		if tries > 2000 {
			w.t.Fatalf("%s never ends", w.messages[0].Topic)
		}
		m := w.messages[0]
		w.messages = w.messages[1:]
		failed := false
		for receives := range 2 {
			failed = w.invoke(handlers[m.Topic], queue.Received{
				ID: m.ID, Topic: m.Topic, Body: m.Body, Receipt: "r", Receives: receives + 1, Sent: w.Time, FirstSeen: w.Time, Group: m.Group,
			})
		}
		if failed {
			w.messages = append(w.messages, m)
		}
	}
}

// invoke reports whether the message is to come again.
func (w *world) invoke(handle app.Handler, r queue.Received) bool {
	w.t.Helper()
	if handle == nil {
		w.t.Fatalf("nobody consumes %s", r.Topic)
	}
	w.Crash.Restart()
	defer w.Crash.Restart()
	payload, err := event.EncodeBatch([]queue.Received{r})
	if err != nil {
		w.t.Fatal(err)
	}
	answer, err := handle(w.t.Context(), payload)
	if err != nil {
		return true
	}
	return len(event.DecodeFailures(answer, []queue.Received{r})) > 0
}

// outbox is all mails, the latest first.
func (w *world) outbox() []dirmail.Mail {
	w.t.Helper()
	all, err := w.mails.List(w.t.Context(), 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// told counts the mails to each user.
func (w *world) told() map[string]int {
	counts := map[string]int{}
	for _, m := range w.outbox() {
		user, _, _ := strings.Cut(m.To, "@")
		if _, address, named := strings.Cut(user, "<"); named {
			user = address
		}
		counts[user]++
	}
	return counts
}

// listed counts the notices of a user.
func (w *world) listed(user string) int {
	ids, _ := w.Want(w.t, 200, user, "GET", "/v1/notifications", "").List(w.t)
	return len(ids)
}
