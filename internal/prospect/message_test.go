package prospect_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/platform/text"
	"github.com/winback-auto/winback/internal/prospect"
	"github.com/winback-auto/winback/internal/response"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

// post is the providers of mails and text messages.
type post struct {
	mu    sync.Mutex
	mails []mail.Message
	texts []text.Message
}

type mailbox struct{ *post }

func (p mailbox) Send(_ context.Context, m mail.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, m)
	return "p" + m.SendID, m.Check()
}

type phones struct{ *post }

func (p phones) Send(_ context.Context, m text.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts = append(p.texts, m)
	return "p" + m.SendID, m.Check()
}

// reachable is a world with providers, and a customer with an address and a number.
func reachable(t *testing.T, contact string) (w *dealership.World, sent *post, id, who string) {
	t.Helper()
	w, sent = open(t), new(post)
	w.Serve(response.API)
	w.Mail, w.Text = mailbox{sent}, phones{sent}
	who = w.Want(t, 201, dealership.Sydney, "POST", "/v1/customers", `{"name": {"first": "Ann", "last": "Lee"}, "email": "ann@post.example", "mobile": "0491 570 006"`+contact+`}`).ID(t)
	return w, sent, enter(t, w, dealership.Sydney, `{"customer": "`+who+`", `+aCar+`}`), who
}

func write(t *testing.T, w *dealership.World, body string) string {
	t.Helper()
	return w.Want(t, 201, boss, "POST", "/v1/templates", body).ID(t)
}

func work(t *testing.T, w *dealership.World) {
	t.Helper()
	w.Work(t, notify.MailSend)
	w.Work(t, notify.TextSend)
}

func messages(t *testing.T, w *dealership.World, id string) (all []prospect.Sent) {
	t.Helper()
	var page struct{ Items []prospect.Sent }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+id+"/messages", "").Into(t, &page)
	return page.Items
}

func TestAMailGoesOutFromTheRecord(t *testing.T) {
	w, sent, id, who := reachable(t, "")
	template := write(t, w, `{"name": "Check", "channel": "email", "subject": "Your {{vehicle.model}}", "body": "Dear {{customer.firstName}},\n\nshall we talk? {{user.firstName}}"}`)
	var m prospect.Sent
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "email", "template": "`+template+`"}`).Into(t, &m)
	if m.State != prospect.Queued || m.Subject != "Your Camry" || m.To != "ann@post.example" || m.By != dealership.Sydney || string(m.Template) != template {
		t.Errorf("answered %+v", m)
	}
	work(t, w)
	if len(sent.mails) != 1 {
		t.Fatalf("%d mails", len(sent.mails))
	}
	got := sent.mails[0]
	if got.To != `"Ann Lee" <ann@post.example>` || got.From != `"Harbour Motors" <no-reply@winback.example>` || got.ReplyTo != `"sydneyman" <sydneyman@mail.example>` || got.Subject != "Your Camry" ||
		!strings.HasPrefix(got.Text, "Dear Ann,\n\nshall we talk? sydneyman\n\nYou receive this mail because Harbour Motors") || !strings.Contains(got.HTML, "Dear Ann,</p>") || got.Kind != "prospect" {
		t.Errorf("sent %+v", got)
	}
	all := messages(t, w, id)
	if len(all) != 1 || all[0].State != prospect.OnItsWay {
		t.Fatalf("lists %+v", all)
	}
	ledger := mail.Ledger{Table: w.Table, NewID: w.NewID, Log: w.Log}
	delivered := mail.Event{Company: dealership.Harbour, SendID: got.SendID, ProviderID: "p" + got.SendID, Happening: mail.HasDelivered, At: w.Time.Add(time.Minute)}
	if err := ledger.Apply(t.Context(), delivered); err != nil {
		t.Fatal(err)
	}
	if all := messages(t, w, id); all[0].State != prospect.Delivered || !all[0].Since.Equal(delivered.At) {
		t.Errorf("lists %+v", all)
	}
	history, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+who+"/activity", "").List(t)
	if len(history) != 2 {
		t.Errorf("the customer's activity is %v", history)
	}
}

func TestATextMessageGoesOutFromTheRecord(t *testing.T) {
	w, sent, id, _ := reachable(t, "")
	var m prospect.Sent
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "sms", "body": "Hi {{customer.firstName}}, it is {{user.firstName}} of {{company.name}}"}`).Into(t, &m)
	work(t, w)
	if len(sent.texts) != 1 || sent.texts[0].To != "+61491570006" || sent.texts[0].Body != "Hi Ann, it is sydneyman of Harbour Motors" {
		t.Fatalf("sent %+v", sent.texts)
	}
	ledger := text.Ledger{Table: w.Table, NewID: w.NewID, Log: w.Log}
	if err := ledger.Apply(t.Context(), text.Event{Company: dealership.Harbour, SendID: sent.texts[0].SendID, ProviderID: "p" + sent.texts[0].SendID, At: w.Time, Undelivered: true}); err != nil {
		t.Fatal(err)
	}
	if all := messages(t, w, id); len(all) != 1 || all[0].State != prospect.Failed || all[0].Reason != "no phone took it" {
		t.Errorf("lists %+v", all)
	}
}

func TestAMessageToWhoDoesNotWantItIsRefused(t *testing.T) {
	for _, c := range []struct{ contact, channel, why string }{
		{`, "contact": {"email": "refused"}`, "email", "does not want mails"},
		{`, "contact": {"sms": "refused"}`, "sms", "does not want text messages"},
		{`, "contact": {"phone": "refused"}`, "", ""},
	} {
		w, sent, id, _ := reachable(t, c.contact)
		for channel, subject := range map[string]string{"email": `, "subject": "x"`, "sms": ""} {
			a := w.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "`+channel+`", "body": "x"`+subject+`}`)
			if refused := channel == c.channel; refused != (a.Status == 409) || refused && !strings.Contains(a.Body, c.why) {
				t.Errorf("%s by %s: %d %s", c.contact, channel, a.Status, a.Body)
			}
		}
		work(t, w)
		if c.channel == "email" && len(sent.mails) > 0 || c.channel == "sms" && len(sent.texts) > 0 {
			t.Errorf("%s: sent %+v", c.contact, sent)
		}
	}
}

func TestWhoChangesTheirMindBeforeItGoesIsLeftAlone(t *testing.T) {
	w, sent, id, who := reachable(t, "")
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "sms", "body": "x"}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "email", "subject": "x", "body": "x"}`)
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+who, `{"contact": {"email": "refused", "sms": "refused"}}`)
	work(t, w)
	if len(sent.mails)+len(sent.texts) != 0 {
		t.Errorf("sent %+v", sent)
	}
	for _, m := range messages(t, w, id) {
		if m.State != prospect.Refused || !strings.Contains(m.Reason, "does not want") {
			t.Errorf("%+v", m)
		}
	}
}

func TestAMessageIsRefusedWithAllThatIsWrong(t *testing.T) {
	w, _, id, _ := reachable(t, "")
	script := write(t, w, `{"name": "Call", "channel": "call_script", "body": "Ask for {{customer.firstName}}."}`)
	for body, want := range map[string]string{
		`{"channel": "email", "body": "Hi {{customer.password}}"}`:        "body.body body.subject",
		`{"channel": "sms", "body": "` + strings.Repeat("x", 1601) + `"}`: "body.body",
		`{"channel": "sms", "subject": "x", "body": "x"}`:                 "body.subject",
		`{"channel": "sms"}`:                                                   "body.body",
		`{"channel": "sms", "template": "nothing"}`:                            "body.template",
		`{"channel": "sms", "template": "` + script + `"}`:                     "body.template",
		`{"channel": "sms", "template": "` + script + `", "body": "x"}`:        "body.template",
		`{"channel": "call_script", "body": "x"}`:                              "body.channel",
		`{"channel": "sms", "body": "Your plate {{vehicle.rego}}"}`:            "body",
		`{"channel": "email", "subject": "{{customer.company}}", "body": "x"}`: "body",
	} {
		if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", body).Wrong(t); strings.Join(wrong, " ") != want {
			t.Errorf("%.90s: wrong %v, want %s", body, wrong, want)
		}
	}
	w.Want(t, 404, dealership.Second, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "sms", "body": "x"}`)
	w.Want(t, 404, dealership.Second, "GET", "/v1/prospects/"+id+"/messages", "")
	w.Want(t, 404, dealership.Second, "GET", "/v1/prospects/"+id+"/responses", "")
	w.Want(t, 404, dealership.Second, "POST", "/v1/prospects/"+id+"/messages/preview", `{"channel": "sms", "body": "x"}`)
	nowhere := enter(t, w, dealership.Sydney, `{`+ann+`}`)
	for _, body := range []string{`{"channel": "sms", "body": "x"}`, `{"channel": "email", "subject": "x", "body": "x"}`} {
		if a := w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+nowhere+"/messages", body); !strings.Contains(a.Body, "the customer has no") {
			t.Errorf("%s", a.Body)
		}
	}
}

func TestARepeatedMessageGoesOutOnce(t *testing.T) {
	w, sent, id, _ := reachable(t, "")
	var ids []string
	for _, w.Refuse = range []func([]table.Op) error{dealership.Unanswered, dealership.Unanswered, nil, nil} {
		ids = append(ids, w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "email", "subject": "x", "body": "x"}`, "Idempotency-Key: k1").ID(t))
		w.Time = w.Time.Add(time.Minute)
	}
	work(t, w)
	if len(slices.Compact(ids)) != 1 || len(sent.mails) != 1 || len(messages(t, w, id)) != 1 {
		t.Errorf("%v: %d mails, lists %d", ids, len(sent.mails), len(messages(t, w, id)))
	}
}

func TestAMessageIsNotedAndPlannedOrNeither(t *testing.T) {
	for _, body := range []string{`{"channel": "email", "subject": "x", "body": "x"}`, `{"channel": "sms", "body": "x"}`} {
		for crash := range tabletest.Crashes(t, 4) {
			w, sent, id, who := reachable(t, "")
			w.Crash = crash
			for _, again := range []bool{false, true} {
				w.Call(t, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", body, "Idempotency-Key: k1")
				crash.Over()
				w.Time = w.Time.Add(3 * time.Minute)
				if _, err := w.Outbox().Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				work(t, w)
				history, _ := w.Want(t, 200, dealership.Sydney, "GET", "/v1/customers/"+who+"/activity", "").List(t)
				noted, out := len(messages(t, w, id)), len(sent.mails)+len(sent.texts)
				if noted != out || len(history) != 1+noted || again && out != 1 {
					t.Errorf("%d noted, %d sent, activity %v", noted, out, history)
				}
			}
		}
	}
}

func TestTheUsersOwnDefaultIsTaken(t *testing.T) {
	w, sent, id, _ := reachable(t, "")
	template := write(t, w, `{"name": "Hello", "channel": "sms", "body": "Hi {{customer.firstName}}"}`)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+template+"/default", "")
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "sms"}`)
	work(t, w)
	if len(sent.texts) != 1 || sent.texts[0].Body != "Hi Ann" {
		t.Errorf("sent %+v", sent.texts)
	}
}

func TestAPreviewSaysWhatWouldGoWhere(t *testing.T) {
	w, sent, id, _ := reachable(t, `, "contact": {"sms": "refused"}`)
	var p prospect.Preview
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages/preview", `{"channel": "sms", "body": "Hi {{customer.firstName}} {{vehicle.rego}}"}`).Into(t, &p)
	if p.Text != "Hi Ann" || p.To != "+61491570006" || p.Allowed || !strings.Contains(p.Why, "does not want") || !slices.Equal(p.Missing, []string{"vehicle.rego"}) || p.Size.Segments != 1 {
		t.Errorf("%+v", p)
	}
	work(t, w)
	if len(sent.texts) != 0 || len(messages(t, w, id)) != 0 {
		t.Errorf("a preview sent %+v", sent.texts)
	}
	d := read(t, w, dealership.Sydney, id)
	if !d.Contact.Email.Allowed || d.Contact.SMS.Allowed || d.Contact.Phone.To != "+61491570006" || !d.Contact.Phone.Allowed {
		t.Errorf("reached by %+v", d.Contact)
	}
}

func TestResponsesAndCallScriptsAreReadyOnTheRecord(t *testing.T) {
	w, _, id, _ := reachable(t, "")
	script := write(t, w, `{"name": "Call", "channel": "call_script", "body": "Ask {{customer.firstName}} about the {{vehicle.model}}."}`)
	write(t, w, `{"name": "Text", "channel": "sms", "body": "Hi {{customer.firstName}}"}`)
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+script+"/default", "")
	var page struct{ Items []prospect.Ready }
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+id+"/responses?channel=call_script", "").Into(t, &page)
	if len(page.Items) != 1 || page.Items[0].Text != "Ask Ann about the Camry." || !page.Items[0].Default || page.Items[0].Name != "Call" {
		t.Errorf("%+v", page.Items)
	}
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/prospects/"+id+"/responses", "").Into(t, &page)
	if len(page.Items) != 2 {
		t.Errorf("%+v", page.Items)
	}
}

func TestAnAddressThatMailsCannotHaveIsNone(t *testing.T) {
	w, _, id, who := reachable(t, "")
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+who, `{"email": "zoë@post.example"}`)
	if a := w.Want(t, 409, dealership.Sydney, "POST", "/v1/prospects/"+id+"/messages", `{"channel": "email", "subject": "x", "body": "x"}`); !strings.Contains(a.Body, "no e-mail address") {
		t.Error(a.Body)
	}
}
