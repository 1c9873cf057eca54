// Package mailtest is the contract of mail.Sender: what every provider does, whatever it is made of.
package mailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// Provider is a sender under test with a view behind the scenes.
type Provider struct {
	Sender mail.Sender
	// Break makes all sends from now on go wrong in one way, or right again.
	Break func(Fault)
	// Taken lists the mails that the provider really has, in any order.
	Taken func() []Taken
}

// Taken is a mail that a provider has accepted, read back from what it would deliver.
type Taken struct {
	ID                     string
	SendID, Company, Kind  string // from what its events will carry
	From, To               string // decoded
	Subject, HTML, Text    string
	Headers                map[string]string
	RecipientsInTheMessage int // To, Cc and Bcc together
}

// Fault is a way to go wrong.
type Fault uint8

// The faults.
const (
	None       Fault = iota
	Later            // refuses for now
	Never            // refuses this mail for good
	LostBefore       // does not take it, and the answer is lost
	LostAfter        // takes it, and the answer is lost
)

// Run runs the contract. Open makes a fresh provider for each part.
func Run(t *testing.T, open func(t *testing.T) Provider) {
	t.Run("a mail is taken as it was meant", func(t *testing.T) { taken(t, open(t)) })
	t.Run("plain text alone is a mail", func(t *testing.T) { plain(t, open(t)) })
	t.Run("an error says what happened", func(t *testing.T) { faults(t, open) })
	t.Run("what is not one mail to one recipient is refused", func(t *testing.T) { refused(t, open(t)) })
	t.Run("an ended context takes nothing", func(t *testing.T) { ended(t, open(t)) })
	t.Run("many at once are all taken once", func(t *testing.T) { many(t, open(t)) })
	t.Run("a look-up knows what was taken", func(t *testing.T) { lookup(t, open) })
}

// Message is a mail with all that senders find difficult.
func Message(sendID string) mail.Message {
	return mail.Message{
		SendID: sendID, Company: "harbour", Kind: "sighting",
		From: "Winback <no-reply@winback.example>", ReplyTo: "desk@harbour.example", To: "Zoë O'Brien-Müller <zoe@harbour.example>",
		Subject: "Gesehen: Škoda Octavia – 13.500 € 車 " + sendID,
		Text:    "Grüße,\n.\nFrom the start\n車\n",
		HTML:    "<p style=\"color:#333\">Grüße = 車</p>\n",
		Headers: map[string]string{"List-Unsubscribe": "<https://winback.example/l/abc>", "X-Entity-Ref": "1"},
	}
}

func taken(t *testing.T, p Provider) {
	m := Message("a")
	id, err := p.Sender.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	all := p.Taken()
	if len(all) != 1 {
		t.Fatalf("%d mails taken", len(all))
	}
	got := all[0]
	for what, pair := range map[string][2]string{
		"id": {got.ID, id}, "send id": {got.SendID, m.SendID}, "company": {got.Company, m.Company}, "kind": {got.Kind, m.Kind},
		"subject": {got.Subject, m.Subject}, "text": {got.Text, m.Text}, "html": {got.HTML, m.HTML},
		"reply-to":  {got.Headers["Reply-To"], "<desk@harbour.example>"},
		"list":      {got.Headers["List-Unsubscribe"], m.Headers["List-Unsubscribe"]},
		"other":     {got.Headers["X-Entity-Ref"], "1"},
		"from":      {unquoted(got.From), "Winback <no-reply@winback.example>"},
		"recipient": {unquoted(got.To), "Zoë O'Brien-Müller <zoe@harbour.example>"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
	if id == "" || got.RecipientsInTheMessage != 1 {
		t.Errorf("id %q, %d recipients", id, got.RecipientsInTheMessage)
	}
}

// unquoted makes two ways to write a name the same.
func unquoted(address string) string { return strings.ReplaceAll(address, `"`, "") }

func plain(t *testing.T, p Provider) {
	m := Message("a")
	m.HTML = ""
	if _, err := p.Sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if all := p.Taken(); len(all) != 1 || all[0].Text != m.Text || all[0].HTML != "" {
		t.Errorf("taken: %+v", all)
	}
}

func faults(t *testing.T, open func(*testing.T) Provider) {
	for name, c := range map[string]struct {
		fault     Fault
		kinds     []errs.Kind // any of them
		ambiguous bool
		taken     int
	}{
		"refused for now":  {Later, []errs.Kind{errs.TooMany, errs.Unavailable}, false, 0},
		"refused for good": {Never, []errs.Kind{errs.Invalid, errs.Forbidden}, false, 0},
		"lost, not taken":  {LostBefore, nil, true, 0},
		"lost, but taken":  {LostAfter, nil, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			p.Break(c.fault)
			_, err := p.Sender.Send(t.Context(), Message("a"))
			if err == nil || errors.Is(err, dispatch.ErrAmbiguous) != c.ambiguous {
				t.Errorf("got %v", err)
			}
			if c.kinds != nil && !slices.Contains(c.kinds, errs.KindOf(err)) {
				t.Errorf("got %v of kind %v", err, errs.KindOf(err))
			}
			if got := len(p.Taken()); got != c.taken {
				t.Errorf("%d mails taken by one call, want %d", got, c.taken)
			}
			p.Break(None)
			if _, err := p.Sender.Send(t.Context(), Message("b")); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func refused(t *testing.T, p Provider) {
	for name, spoil := range map[string]func(*mail.Message){
		"two recipients":        func(m *mail.Message) { m.To = "a@x.example, b@x.example" },
		"recipient and header":  func(m *mail.Message) { m.To = "a@x.example\r\nBcc: b@x.example" },
		"subject and header":    func(m *mail.Message) { m.Subject = "Hello\r\nBcc: b@x.example" },
		"sender and header":     func(m *mail.Message) { m.From = "a@x.example\nBcc: b@x.example" },
		"header and header":     func(m *mail.Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: c@x.example"} },
		"one of our own names":  func(m *mail.Message) { m.Headers = map[string]string{"Bcc": "c@x.example"} },
		"tag that is none":      func(m *mail.Message) { m.Kind = "a b" },
		"content of a NUL byte": func(m *mail.Message) { m.Text = "a\x00b" },
		"nothing at all":        func(m *mail.Message) { *m = mail.Message{} },
	} {
		m := Message("a")
		spoil(&m)
		if _, err := p.Sender.Send(t.Context(), m); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := p.Taken(); len(got) != 0 {
		t.Errorf("taken all the same: %+v", got)
	}
}

func ended(t *testing.T, p Provider) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Sender.Send(ctx, Message("a")); !errs.Is(err, errs.Unavailable) || errors.Is(err, dispatch.ErrAmbiguous) {
		t.Errorf("got %v, want it surely not taken", err)
	}
	if got := len(p.Taken()); got != 0 {
		t.Errorf("%d mails taken", got)
	}
}

func many(t *testing.T, p Provider) {
	const senders, each = 8, 5
	ids := make(chan string, senders*each)
	var group sync.WaitGroup
	for s := range senders {
		group.Go(func() {
			for i := range each {
				id, err := p.Sender.Send(t.Context(), Message(fmt.Sprintf("%d-%d", s, i)))
				if err != nil {
					t.Error(err)
				}
				ids <- id
			}
		})
	}
	group.Wait()
	close(ids)
	distinct := map[string]bool{}
	for id := range ids {
		distinct[id] = true
	}
	if len(distinct) != senders*each || len(p.Taken()) != senders*each {
		t.Errorf("%d ids and %d mails, want %d", len(distinct), len(p.Taken()), senders*each)
	}
}

// lookup holds for providers that can be asked; for the others the contract has nothing to say.
func lookup(t *testing.T, open func(*testing.T) Provider) {
	p := open(t)
	asked, ok := p.Sender.(dispatch.Lookup)
	if !ok {
		return
	}
	for _, fault := range []Fault{None, Later, Never, LostBefore, LostAfter} {
		sendID := fmt.Sprint("fault-", fault)
		p.Break(fault)
		p.Sender.Send(t.Context(), Message(sendID)) // what came of it is what we ask for
		id, accepted, err := asked.Accepted(t.Context(), sendID)
		if err != nil || accepted != (fault == None || fault == LostAfter) || accepted != (id != "") {
			t.Errorf("%s: %q, %v, %v", sendID, id, accepted, err)
		}
	}
}
