package localhost_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/event"
	"github.com/winback-auto/winback/internal/platform/text"
)

func TestReportsOfMailsComeUntilTheyAreTaken(t *testing.T) {
	w := newWorld(t)
	attempts := make(chan string, 100)
	closed := true
	w.reported = func(e event.Bridge) error {
		attempts <- e.DetailType
		if closed {
			return errors.New("closed for lunch")
		}
		return nil
	}
	w.open()
	w.want(204, "POST", "/v1/letters", `{"to":"bounce@harbour.example"}`)
	if got := <-attempts; got != "Email Sent" {
		t.Errorf("the first report is %q", got)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	closed = false
	w.diary.read()
	w.open()
	w.drain()
	w.noted("Email Sent", "Email Bounced")
	w.advance(time.Hour)
	w.noted()
	if n := w.log.count("reports of a provider wait"); n != 1 {
		t.Errorf("%d lines of the log say that reports wait, want one:\n%s", n, w.log)
	}
}

func TestReportsThatAreNotTakenAreNotHurried(t *testing.T) {
	w := newWorld(t)
	attempts := make(chan string, 100)
	w.reported = func(e event.Bridge) error {
		attempts <- e.DetailType
		return errors.New("closed")
	}
	w.open()
	w.want(204, "POST", "/v1/letters", `{"to":"ann@harbour.example"}`)
	<-attempts
	w.wall.add(time.Second)
	<-attempts
	w.wall.add(time.Second)
	<-attempts
	if n := len(w.diary.read()); n != 3 {
		t.Errorf("%d attempts in two seconds, want 3", n)
	}
}

func TestTheOutboxShowsMailsNewestFirst(t *testing.T) {
	w := newWorld(t).open()
	for _, to := range []string{"one@harbour.example", "two@harbour.example", "three@harbour.example"} {
		w.want(204, "POST", "/v1/letters", `{"to":"`+to+`"}`)
	}
	var page struct {
		Items []struct {
			ID, Channel, To, From, Subject, Kind, HTML, Text string
			At                                               time.Time
			Headers                                          map[string]string
		}
	}
	w.want(200, "GET", "/_local/outbox", "").into(t, &page)
	var to []string
	for _, m := range page.Items {
		to = append(to, m.To)
	}
	if want := []string{"<three@harbour.example>", "<two@harbour.example>", "<one@harbour.example>"}; !slices.Equal(to, want) {
		t.Errorf("to %q, want %q", to, want)
	}
	m := page.Items[0]
	if m.Channel != "email" || m.Subject != "Hello" || m.Kind != "letter" || !m.At.Equal(noon) || m.HTML != "<p>Hello.</p>" || m.Text != "Hello." || m.Headers["Subject"] != "Hello" || m.From == "" {
		t.Errorf("the mail is %+v", m)
	}
	raw := w.want(200, "GET", "/_local/outbox/"+m.ID+"/raw", "")
	if raw.header.Get("Content-Type") != "message/rfc822" || !strings.Contains(raw.body, "Subject: Hello\r\n") {
		t.Errorf("raw: %v\n%s", raw.header, raw.body)
	}
	w.want(200, "GET", "/_local/outbox?limit=2", "").into(t, &page)
	if len(page.Items) != 2 {
		t.Errorf("%d mails, want 2", len(page.Items))
	}
	w.want(404, "GET", "/_local/outbox/no-such/raw", "")
	w.want(422, "GET", "/_local/outbox?limit=0", "")
	w.want(422, "GET", "/_local/outbox?limit=many", "")
}

func TestTheOutboxShowsTextMessagesAmongMails(t *testing.T) {
	w := newWorld(t).open()
	w.want(204, "POST", "/v1/letters", `{"to":"one@harbour.example"}`)
	if _, err := w.Deps().Text.Send(t.Context(), text.Message{SendID: "a", Company: "harbour", Kind: "note", To: "+61491570006", Body: "Grüße"}); err != nil {
		t.Fatal(err)
	}
	w.want(204, "POST", "/v1/letters", `{"to":"two@harbour.example"}`)
	var page struct {
		Items []struct{ ID, Channel, To, Kind, Text string }
	}
	w.want(200, "GET", "/_local/outbox", "").into(t, &page)
	if len(page.Items) != 3 || page.Items[1].Channel != "sms" || page.Items[1].To != "+61491570006" || page.Items[1].Text != "Grüße" || page.Items[1].Kind != "note" {
		t.Fatalf("the outbox is %+v", page.Items)
	}
	raw := w.want(200, "GET", "/_local/outbox/"+page.Items[1].ID+"/raw", "")
	if !strings.Contains(raw.body, `"body": "Grüße"`) {
		t.Errorf("raw: %s", raw.body)
	}
	w.drain() // nobody listens to its reports, and yet they end
	w.want(200, "GET", "/_local/outbox?limit=2", "").into(t, &page)
	if len(page.Items) != 2 || page.Items[1].Channel != "sms" {
		t.Errorf("the latest two are %+v", page.Items)
	}
}

func TestAnEmptyOutboxIsAnEmptyList(t *testing.T) {
	w := newWorld(t).open()
	if got := w.want(200, "GET", "/_local/outbox", "").body; got != `{"items":[]}` {
		t.Error(got)
	}
}
