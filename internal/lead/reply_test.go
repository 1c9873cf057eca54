package lead_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/text"
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

// writing is a world with providers, a lead, and templates: one for mails, which is the default, and one with a variable
// that Ann does not have.
func writing(t *testing.T) (w *dealership.World, sent *post, id, template, gap string) {
	t.Helper()
	w, sent = open(t), new(post)
	w.Serve(response.API)
	w.Mail, w.Text = mailbox{sent}, phones{sent}
	w.Site.From = "Winback <no-reply@winback.example>"
	id = enter(t, w, dealership.Sydney, `{`+strings.Replace(ann, "+61 400 000 001", "0491 570 006", 1)+`, "vehicle": {"make": "Kia", "model": "Ceed"}}`)
	template = w.Want(t, 201, admin, "POST", "/v1/templates", `{"name": "Hello", "channel": "email", "subject": "Your {{vehicle.model}}", "body": "Dear {{customer.firstName}},\n\nit is here. {{user.firstName}}"}`).ID(t)
	gap = w.Want(t, 201, admin, "POST", "/v1/templates", `{"name": "Gap", "channel": "email", "subject": "Hi", "body": "{{customer.company}}"}`).ID(t)
	return w, sent, id, template, gap
}

func deliver(t *testing.T, w *dealership.World) {
	t.Helper()
	w.Work(t, notify.MailSend)
	w.Work(t, notify.TextSend)
}

func TestAReplyIsTheUsersDefaultResponse(t *testing.T) {
	w, sent, id, template, _ := writing(t)
	if wrong := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{}`).Wrong(t); !slices.Equal(wrong, []string{"body.body"}) {
		t.Errorf("without a default: %v", wrong)
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/templates/"+template+"/default", "")
	var done lead.Work
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{}`).Into(t, &done)
	if done.Kind != lead.Mailed || done.Subject != "Your Ceed" || done.To != "ann@mail.example" || done.Template != template || done.By != dealership.Sydney {
		t.Errorf("noted as %+v", done)
	}
	deliver(t, w)
	if len(sent.mails) != 1 {
		t.Fatalf("%d mails", len(sent.mails))
	}
	got := sent.mails[0]
	if got.To != `"Ann Lee" <ann@mail.example>` || got.From != `"Harbour Motors" <no-reply@winback.example>` || got.ReplyTo != `"sydneyman" <sydneyman@mail.example>` ||
		got.Text != "Dear Ann,\n\nit is here. sydneyman" || !strings.Contains(got.HTML, "Dear Ann,</p>") || got.Kind != "lead" {
		t.Errorf("sent %+v", got)
	}
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if l.Status != lead.Open || l.RespondedAt.IsZero() || l.Acts != 1 {
		t.Errorf("the lead is %+v", l)
	}
}

func TestAReplyMayBeATextMessageOrWordsOfOnesOwn(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"channel": "sms", "body": "Hi {{customer.firstName}}, call me"}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "At ten?"}`)
	deliver(t, w)
	if len(sent.texts) != 1 || sent.texts[0].To != "+61491570006" || sent.texts[0].Body != "Hi Ann, call me" {
		t.Errorf("texts: %+v", sent.texts)
	}
	if len(sent.mails) != 1 || sent.mails[0].Subject != "Hi" || sent.mails[0].Text != "At ten?" {
		t.Errorf("mails: %+v", sent.mails)
	}
	if n := total(t, w, dealership.Sydney, "/v1/leads/"+id+"/work"); n != 2 {
		t.Errorf("%d works", n)
	}
}

func TestAPreviewSendsNothing(t *testing.T) {
	w, sent, id, template, gap := writing(t)
	var draft struct {
		Subject, Text, To string
		Allowed           bool
		Missing           []string
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply/preview", `{"template": "`+template+`"}`).Into(t, &draft)
	if draft.Subject != "Your Ceed" || draft.To != "ann@mail.example" || !draft.Allowed || len(draft.Missing) != 0 {
		t.Errorf("previewed as %+v", draft)
	}
	w.Want(t, 200, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply/preview", `{"template": "`+gap+`"}`).Into(t, &draft)
	if !slices.Equal(draft.Missing, []string{"customer.company"}) {
		t.Errorf("previewed as %+v", draft)
	}
	deliver(t, w)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	if len(sent.mails) != 0 || l.Acts != 0 {
		t.Errorf("%d mails, %+v", len(sent.mails), l)
	}
}

func TestWhatCannotBeSentIsRefusedNamingTheField(t *testing.T) {
	w, _, id, template, gap := writing(t)
	for body, wrong := range map[string]string{
		`{"template": "nothing"}`:                                        "body.template",
		`{"template": "` + template + `", "channel": "sms"}`:             "body.template",
		`{"template": "` + template + `", "body": "and more"}`:           "body.template",
		`{"template": "` + gap + `"}`:                                    "body",
		`{"subject": "Hi", "body": "{{customer.shoeSize}}"}`:             "body.body",
		`{"subject": "Hi", "body": "` + strings.Repeat("x", 5001) + `"}`: "body.body",
		`{"channel": "fax", "body": "x"}`:                                "body.channel",
	} {
		if got := w.Want(t, 422, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", body).Wrong(t); !slices.Equal(got, []string{wrong}) {
			t.Errorf("%.60s: %v", body, got)
		}
	}
	nobody := enter(t, w, dealership.Sydney, `{"customer": {"last": "Silent"}}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+nobody+"/reply", `{"subject": "Hi", "body": "x"}`)
	w.Want(t, 404, dealership.Melbourne, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`)
	w.Want(t, 403, dealership.Watcher, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`)
	closed(t, w, dealership.Sydney, id, `{"outcome": "lost"}`)
	w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`)
}

// Who asks is answered, whatever they think of advertising; what the dealer begins is advertising.
func TestAnAnswerIsNoAdvertising(t *testing.T) {
	w, sent, id, _, _ := writing(t)
	var l lead.Lead
	w.Want(t, 200, dealership.Sydney, "GET", "/v1/leads/"+id, "").Into(t, &l)
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+string(l.Customer), `{"contact": {"email": "refused"}}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`)
	own, err := lead.Add(t.Context(), w.Deps, dealership.Harbour, lead.Lead{Customer: l.Customer, CustomerName: "Ann Lee", Yard: "sydney", User: dealership.Sydney, CreatedBy: dealership.Sydney, Recapture: "R1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer := w.Want(t, 409, dealership.Sydney, "POST", "/v1/leads/"+string(own.ID)+"/reply", `{"subject": "Hi", "body": "x"}`)
	if !strings.Contains(answer.Body, "does not want") {
		t.Errorf("refused with %s", answer.Body)
	}
	deliver(t, w)
	if len(sent.mails) != 1 {
		t.Errorf("%d mails", len(sent.mails))
	}
	w.Want(t, 200, dealership.Sydney, "PATCH", "/v1/customers/"+string(l.Customer), `{"contact": {"email": "allowed"}}`)
	w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+string(own.ID)+"/reply", `{"subject": "Hi", "body": "x"}`)
	deliver(t, w)
	if len(sent.mails) != 2 || !strings.Contains(sent.mails[1].Text, "You receive this mail because Harbour Motors") {
		t.Errorf("mails: %+v", sent.mails)
	}
}

func TestARepeatedReplyIsSentOnce(t *testing.T) {
	for _, kind := range []string{"", "lead", "lead work", "mail", "activity", "idempotent answer"} {
		w, sent, id, _, _ := writing(t)
		if kind != "" {
			w.Refuse = failing(kind)
			w.Call(t, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`, "Idempotency-Key: k")
			w.Refuse = nil
			w.Time = w.Time.Add(60e9)
		}
		for range 2 {
			w.Want(t, 201, dealership.Sydney, "POST", "/v1/leads/"+id+"/reply", `{"subject": "Hi", "body": "x"}`, "Idempotency-Key: k")
		}
		deliver(t, w)
		if n := total(t, w, dealership.Sydney, "/v1/leads/"+id+"/work"); len(sent.mails) != 1 || n != 1 {
			t.Errorf("after a failed %s: %d mails, %d works", kind, len(sent.mails), n)
		}
	}
}

// How a new owner is told is a matter of the rule for such leads, and of what the user has switched off (L12, L13, C17).
func TestANewOwnerIsToldAsRuleAndUserSay(t *testing.T) {
	for _, test := range []struct {
		name, rule   string
		email, sms   bool // the user's settings
		mails, texts int
	}{
		{"no rule", "", true, true, 1, 0},
		{"a rule that names none", `{}`, true, true, 1, 0},
		{"text messages only", `"sms"`, true, true, 0, 1},
		{"both", `"email", "sms"`, true, true, 1, 1},
		{"both, mails switched off", `"email", "sms"`, false, true, 0, 1},
		{"both, text messages switched off", `"email", "sms"`, true, false, 1, 0},
		{"text messages only, switched off", `"sms"`, true, false, 0, 0},
	} {
		w, sent, id, _, _ := writing(t)
		w.Serve(notify.API).Serve(rule.API)
		if test.rule != "" {
			channels := ""
			if test.rule != "{}" {
				channels = `, "channels": [` + test.rule + `]`
			}
			w.Want(t, 201, admin, "POST", "/v1/lead-rules", `{"name": "All", "recipients": ["`+dealership.Manager+`"]`+channels+`}`)
		}
		user, err := w.Access.User(t.Context(), dealership.Harbour, dealership.Second)
		if err != nil {
			t.Fatal(err)
		}
		user.Mobile, user.Notify = "0491 570 156", access.Notify{Email: test.email, SMS: test.sms, InApp: true}
		if err := w.Table.Write(t.Context(), access.Users.Overwrite(access.UserKey(dealership.Harbour, user.ID), user)); err != nil {
			t.Fatal(err)
		}
		allocate(t, w, dealership.Sydney, id, `{"user": "`+dealership.Second+`"}`)
		for range 2 { // told once, however often the message comes
			for _, body := range w.Sent.Take(notify.Send.Name) {
				for range 2 {
					if err := notify.Sender.Consumes.Handle(t.Context(), app.Grant(w.Deps, notify.Sender), body); err != nil {
						t.Fatal(err)
					}
				}
			}
			deliver(t, w)
		}
		if len(sent.mails) != test.mails || len(sent.texts) != test.texts || len(told(t, w, dealership.Second)) != 1 {
			t.Errorf("%s: %d mails, %d text messages", test.name, len(sent.mails), len(sent.texts))
		}
		if test.texts > 0 && (sent.texts[0].To != "+61491570156" || !strings.HasPrefix(sent.texts[0].Body, "New lead for you: Kia Ceed")) {
			t.Errorf("%s: texted %+v", test.name, sent.texts[0])
		}
	}
}
