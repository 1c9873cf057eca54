package mail_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/table"
)

// scripted is a driver with a say before and after each write.
type scripted struct {
	table.Driver
	writes int
	before func(write int)
	after  func(write int) error
}

func (s *scripted) Write(ctx context.Context, ops []table.Op) error {
	s.writes++
	write := s.writes
	if s.before != nil {
		s.before(write)
	}
	if err := s.Driver.Write(ctx, ops); err != nil || s.after == nil {
		return err
	}
	return s.after(write)
}

// script puts a driver under the ledger's own table, not under that of the planner.
func (w *world) script() *scripted {
	s := &scripted{Driver: faultyDriver{w.driver, w}}
	w.ledger.Table = table.New(s, func() time.Time { return w.now }, w.newID)
	return s
}

func TestAWriteWhoseAnswerIsLostIsRecognised(t *testing.T) {
	for lost, step := range map[int]string{1: "claimed", 2: "sending", 3: "sent"} {
		t.Run(step, func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			w.script().after = func(write int) error {
				if write == lost {
					return errAnswer
				}
				return nil
			}
			w.deliver("a")
			if d := w.find("a"); d.State != dispatch.Sent || d.Attempts != 1 || w.accepted["a"] != 1 {
				t.Errorf("%s in attempt %d, %d times out", d.State, d.Attempts, w.accepted["a"])
			}
		})
	}
}

func TestWhoIsSecondToWriteAStepLeavesItToTheFirst(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	other := w.ledger
	other.Permit = func(context.Context, ident.Company, mail.Letter) error { panic(crash{}) } // it has claimed, and is busy
	w.script().before = func(write int) {
		if write == 1 {
			w.survive(func() error { return other.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}) })
		}
	}
	w.deliver("a")
	if d := w.find("a"); d.State != dispatch.Claimed || w.accepted["a"] != 0 {
		t.Errorf("%s, %d times out although somebody else had claimed it", d.State, w.accepted["a"])
	}
}

func TestADispatchInHandIsLeftAlone(t *testing.T) {
	for name, provider := range map[string]func(*world) mail.Sender{
		"provider that cannot be asked": func(w *world) mail.Sender { return provider{w} },
		"provider that can be asked":    func(w *world) mail.Sender { return asked{provider{w}} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			w.plan(letter("a"))
			w.ledger.Sender = provider(w)
			again := func() {
				before := w.find("a")
				w.deliver("a")
				if after := w.find("a"); after.State != before.State || after.Owner != before.Owner {
					t.Errorf("%s of %s became %s of %s", before.State, before.Owner, after.State, after.Owner)
				}
			}
			busy := w.ledger
			busy.Permit = func(context.Context, ident.Company, mail.Letter) error { again(); return nil }
			busy.Sender = senderFunc(func(m mail.Message) (string, error) {
				again()
				return w.ledger.Sender.Send(t.Context(), m)
			})
			if err := busy.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
				t.Fatal(err)
			}
			if d := w.find("a"); d.State != dispatch.Sent || w.accepted["a"] != 1 {
				t.Errorf("%s, %d times out", d.State, w.accepted["a"])
			}
		})
	}
}

func TestASendThatOutlivesItsLeaseIsNotRepeated(t *testing.T) {
	w := newWorld(t, 1)
	w.plan(letter("a"))
	w.ledger.Sender = asked{provider{w}}
	slow := w.ledger
	slow.Sender = senderFunc(func(m mail.Message) (string, error) {
		w.now = w.now.Add(dispatch.Lease) // the machine was asleep
		w.deliver("a")
		if d := w.find("a"); d.State != dispatch.Released {
			t.Errorf("%s, want it settled as not taken", d.State)
		}
		return w.ledger.Sender.Send(t.Context(), m)
	})
	if err := slow.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}); err != nil {
		t.Fatal(err)
	}
	w.run(w.now.Add(time.Hour), w.ledger.Deliver)
	if d := w.find("a"); d.State != dispatch.Sent || w.accepted["a"] != 1 {
		t.Errorf("%s, %d times out", d.State, w.accepted["a"])
	}
}

func TestAProcessThatDiesLeavesAMailThatWakesUpByItself(t *testing.T) {
	for name, c := range map[string]struct {
		dieIn  string
		events bool
		want   dispatch.State
		out    int
	}{
		"before it went out":           {"permit", false, dispatch.Sent, 1},
		"while it went out":            {"send", false, dispatch.Parked, 1},
		"while it went out, with news": {"send", true, dispatch.Sent, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 1)
			if !c.events {
				w.lost = 1
			}
			w.plan(letter("a"))
			w.messages = nil // the queue has handed the message to the process that dies, and loses it
			dying := w.ledger
			switch c.dieIn {
			case "permit":
				dying.Permit = func(context.Context, ident.Company, mail.Letter) error { panic(crash{}) }
			case "send":
				dying.Sender = senderFunc(func(m mail.Message) (string, error) {
					if _, err := w.ledger.Sender.Send(t.Context(), m); err != nil {
						t.Error(err)
					}
					panic(crash{})
				})
			}
			if err := w.survive(func() error { return dying.Deliver(t.Context(), harbour, dispatch.Delivery{SendID: "a"}) }); fmt.Sprint(err) != "crashed" {
				t.Fatal(err)
			}
			w.run(w.now.Add(3*time.Hour), w.ledger.Deliver)
			if d := w.find("a"); d.State != c.want || w.accepted["a"] != c.out {
				t.Errorf("%s, %d times out; want %s, %d", d.State, w.accepted["a"], c.want, c.out)
			}
		})
	}
}
