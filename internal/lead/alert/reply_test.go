package alert_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/winback-auto/winback/internal/lead"
	"github.com/winback-auto/winback/internal/lead/rule"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/testkit/dealership"
)

const firstAnswer = "Hello {{customer.firstName|there}},\n\nthank you for asking about our {{vehicle.name}}.\nWhen may I call you?"

// answering is a lead whose recipient has a default response.
func answering(t *testing.T, body string) (*world, lead.Lead) {
	w := newWorld(t)
	w.rule(rule.Rule{Recipients: []access.UserID{dealership.Sydney}})
	w.standard(dealership.Sydney, body)
	return w, w.arrive(ask(1), "sydney")
}

// replyLink is the one that leads to a reply, in the latest mail to the user.
func (w *world) replyLink() string {
	w.t.Helper()
	_, rest, found := strings.Cut(w.outbox()[0].Text, "Look at it and send it:\n")
	if !found {
		w.t.Fatalf("no link: %s", w.outbox()[0].Text)
	}
	link, _, _ := strings.Cut(rest, "\n")
	return link
}

var digest = regexp.MustCompile(`name="digest" value="([A-Z0-9]+)"`)

// digestOn is what the page at a link shows, as its form names it.
func (w *world) digestOn(link string) string {
	w.t.Helper()
	page := w.browse("GET", link, "")
	found := digest.FindStringSubmatch(page.body)
	if page.status != 200 || found == nil {
		w.t.Fatalf("%d %s", page.status, page.body)
	}
	return found[1]
}

func TestTheReplyIsShownBeforeItIsSentAndSentOnce(t *testing.T) {
	w, l := answering(t, firstAnswer)
	link := w.replyLink()
	page := w.browse("GET", link, "")
	for _, want := range []string{"Reply to Kate Foxb?", "Your 2018 Mazda CX-5", "<p>thank you for asking about our 2018 Mazda CX-5.<br>When may I call you?</p>", "kate.fox.1@mail.example"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q: %s", want, page.body)
		}
	}
	if len(w.outbox()) != 1 {
		t.Fatal("looking at the page sent something")
	}
	form := "digest=" + w.digestOn(link)
	for range 3 {
		if done := w.browse("POST", link, form); done.status != 200 || !strings.Contains(done.body, "Your reply is on its way") {
			t.Fatalf("%d %s", done.status, done.body)
		}
		w.work()
	}
	mails := w.outbox()
	if len(mails) != 2 {
		t.Fatalf("%d mails", len(mails)-1)
	}
	m := mails[0]
	if m.To != `"Kate Foxb" <kate.fox.1@mail.example>` || m.Subject != "Your 2018 Mazda CX-5" || !strings.Contains(m.Text, "Hello Kate,") || m.Headers["Reply-To"] != `"Sam Lee" <sydneyman@mail.example>` {
		t.Errorf("%+v", m)
	}
	got := w.load(dealership.Harbour, l.ID)
	if got.Status != lead.Open || got.RespondedAt.IsZero() || got.Acts != 1 {
		t.Errorf("the reply does not count as work: %+v", got)
	}
	if again := w.browse("GET", link, ""); !strings.Contains(again.body, "You have replied from this mail already") {
		t.Errorf("%s", again.body)
	}
}

func TestAReplyThatWouldSaySomethingElseByNowIsShownAgain(t *testing.T) {
	w, _ := answering(t, firstAnswer)
	link := w.replyLink()
	before := w.digestOn(link)
	w.standard(dealership.Sydney, "Good day!")
	late := w.browse("POST", link, "digest="+before)
	if late.status != 409 || !strings.Contains(late.body, "have changed since you looked") || !strings.Contains(late.body, "Good day!") {
		t.Errorf("%d %s", late.status, late.body)
	}
	if wrong := w.browse("POST", link, "digest="); wrong.status != 409 {
		t.Errorf("%d", wrong.status)
	}
	if len(w.outbox()) != 1 {
		t.Fatal("something was sent")
	}
	if done := w.browse("POST", link, "digest="+w.digestOn(link)); done.status != 200 {
		t.Errorf("%d", done.status)
	}
}

func TestAReplyThatCannotBeSentSaysWhy(t *testing.T) {
	w, _ := answering(t, "About {{vehicle.rego}}")
	if page := w.browse("GET", w.replyLink(), ""); page.status != 409 || !strings.Contains(page.body, "nothing is known for vehicle.rego") || strings.Contains(page.body, "<form") {
		t.Errorf("with a gap: %d %s", page.status, page.body)
	}
	w, _ = answering(t, firstAnswer)
	link := w.replyLink()
	ids, _ := w.Want(t, 200, "ada@harbour.example", "GET", "/v1/templates", "").List(t)
	w.Want(t, 204, dealership.Sydney, "DELETE", "/v1/templates/"+ids[0]+"/default", "")
	if page := w.browse("POST", link, "digest=x"); page.status != 409 || !strings.Contains(page.body, "no default response") {
		t.Errorf("without a default: %d %s", page.status, page.body)
	}
	if len(w.outbox()) != 1 {
		t.Error("something was sent")
	}
}

func TestALinkOfOnePurposeIsNoneOfTheOther(t *testing.T) {
	w, l := answering(t, firstAnswer)
	if page := w.browse("POST", w.replyLink(), "seen=0&user=second"); page.status != 409 {
		t.Errorf("%d", page.status)
	}
	if page := w.browse("POST", w.link(dealership.Sydney, ""), "digest="+w.digestOn(w.replyLink())); page.status != 422 {
		t.Errorf("%d", page.status)
	}
	if got := w.load(dealership.Harbour, l.ID); got.User != "" || got.Acts != 0 || len(w.outbox()) != 1 {
		t.Errorf("%+v", got)
	}
}
