// Package texttest is the contract of text.Sender: what every provider does, whatever it is made of.
package texttest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/text"
)

// Provider is a sender under test with a view behind the scenes.
type Provider struct {
	Sender text.Sender
	// Break makes all sends from now on go wrong in one way, or right again.
	Break func(Fault)
	// Taken lists the messages that the provider really has, in any order.
	Taken func() []Taken
}

// Taken is a message that a provider has accepted.
type Taken struct {
	ID                    string
	SendID, Company, Kind string // from what its events will carry
	To, Body              string
}

// Fault is a way to go wrong.
type Fault uint8

// The faults.
const (
	None       Fault = iota
	Later            // refuses for now
	Never            // refuses this message for good
	LostBefore       // does not take it, and the answer is lost
	LostAfter        // takes it, and the answer is lost
)

// Run runs the contract. Open makes a fresh provider for each part.
func Run(t *testing.T, open func(t *testing.T) Provider) {
	t.Run("a message is taken as it was meant", func(t *testing.T) { taken(t, open(t)) })
	t.Run("an error says what happened", func(t *testing.T) { faults(t, open) })
	t.Run("what is not one message to one recipient is refused", func(t *testing.T) { refused(t, open(t)) })
	t.Run("an ended context takes nothing", func(t *testing.T) { ended(t, open(t)) })
	t.Run("many at once are all taken once", func(t *testing.T) { many(t, open(t)) })
	t.Run("a look-up knows what was taken", func(t *testing.T) { lookup(t, open) })
}

// Message is a text with all that senders find difficult.
func Message(sendID string) text.Message {
	return text.Message{
		SendID: sendID, Company: "harbour", Kind: "prospect", To: "+61491570006",
		Body: "Grüße, Zoë!\n{\"a\": \"<b>\"} € 車 🚗 " + sendID, TTL: 6 * time.Hour,
	}
}

func taken(t *testing.T, p Provider) {
	m := Message("a")
	id, err := p.Sender.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	want := []Taken{{ID: id, SendID: "a", Company: "harbour", Kind: "prospect", To: m.To, Body: m.Body}}
	if got := p.Taken(); id == "" || !slices.Equal(got, want) {
		t.Errorf("taken %+v, want %+v", got, want)
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
			if err != nil && strings.Contains(err.Error(), "61491570006") {
				t.Errorf("the number is in the error: %v", err)
			}
			if got := len(p.Taken()); got != c.taken {
				t.Errorf("%d messages taken by one call, want %d", got, c.taken)
			}
			p.Break(None)
			if _, err := p.Sender.Send(t.Context(), Message("b")); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func refused(t *testing.T, p Provider) {
	for name, spoil := range map[string]func(*text.Message){
		"two recipients":        func(m *text.Message) { m.To = "+61491570006,+61491570007" },
		"a number of nowhere":   func(m *text.Message) { m.To = "0491570006" },
		"a name":                func(m *text.Message) { m.To = "Zoe" },
		"nothing to say":        func(m *text.Message) { m.Body = " \n" },
		"too much to say":       func(m *text.Message) { m.Body = strings.Repeat("x", text.MaxBody+1) },
		"a control character":   func(m *text.Message) { m.Body = "a\x00b" },
		"bytes that are none":   func(m *text.Message) { m.Body = "a\xff" },
		"a kind that is none":   func(m *text.Message) { m.Kind = "a b" },
		"nobody's":              func(m *text.Message) { m.Company = "" },
		"an intent without one": func(m *text.Message) { m.SendID = "" },
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
		t.Errorf("%d messages taken", got)
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
		t.Errorf("%d ids and %d messages, want %d", len(distinct), len(p.Taken()), senders*each)
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
