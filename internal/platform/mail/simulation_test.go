package mail_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/dispatch"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
)

// The simulation: jobs planned over four hours, 5 % faults at each point, 20 % of deliveries twice; three hours more of
// faults, then calm until everything has come to rest.
const (
	jobs   = 200
	faults = 0.05
)

// seeds is how many worlds are tried; WINBACK_SEEDS asks for more.
func seeds(t *testing.T) uint64 {
	t.Helper()
	asked := os.Getenv("WINBACK_SEEDS")
	if asked == "" {
		return 3
	}
	n, err := strconv.ParseUint(asked, 10, 32)
	if err != nil {
		t.Fatalf("WINBACK_SEEDS: %v", err)
	}
	return n
}

type tally struct{ lost, doubled, parked, unsettled, doubtful int }

type consumer func(context.Context, ident.Company, dispatch.Delivery) error

func simulate(t *testing.T, seed uint64, lost float64, worker func(*world) consumer) tally {
	w := newWorld(t, seed)
	deliver := worker(w)
	w.faults, w.lost = faults, lost
	for i := range jobs {
		letter := letter(fmt.Sprintf("send-%d", i))
		letter.Class = []mail.Class{mail.Park, mail.Resend}[i%2]
		w.plan(letter)
		w.run(w.now.Add(4*time.Hour/jobs), deliver)
	}
	w.run(w.now.Add(3*time.Hour), deliver)
	w.faults = 0
	w.run(w.now.Add(4*time.Hour), deliver)

	sum := tally{doubtful: w.doubtful}
	for i := range jobs {
		d, err := mail.Find(t.Context(), w.table, harbour, fmt.Sprintf("send-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		out := w.accepted[d.SendID]
		switch {
		case out > 1:
			sum.doubled++
		case d.State == dispatch.Parked:
			sum.parked++
		case d.State != dispatch.Sent:
			sum.unsettled++
		case out == 0:
			sum.lost++
		}
	}
	return sum
}

func TestNoMailIsLostAndNoneDoubledWhateverFails(t *testing.T) {
	for name, worker := range map[string]func(*world) consumer{
		"provider that only sends events": func(w *world) consumer { return w.ledger.Deliver },
		"provider that can be asked": func(w *world) consumer {
			w.ledger.Sender = asked{provider{w}}
			return w.ledger.Deliver
		},
	} {
		t.Run(name, func(t *testing.T) {
			doubtful, parked := 0, 0
			for seed := range seeds(t) {
				sum := simulate(t, seed, 0, worker)
				if sum.lost+sum.doubled+sum.unsettled > 0 {
					t.Errorf("seed %d: %+v", seed, sum)
				}
				doubtful += sum.doubtful
				parked += sum.parked
			}
			if doubtful == 0 {
				t.Error("no answer was ever lost: the simulation proves nothing")
			}
			t.Logf("%d mails, %d answers lost, %d parked", seeds(t)*jobs, doubtful, parked)
		})
	}
}

func TestWorkersThatAreWrongFailTheSimulation(t *testing.T) {
	for name, worker := range map[string]func(*world) consumer{
		"send, then mark":               sendThenMark,
		"mark, then send":               markThenSend,
		"retry an ambiguous answer":     func(w *world) consumer { return withSender(w, hopeful{provider{w}}) },
		"three tries inside one client": func(w *world) consumer { return withSender(w, insistent{provider{w}}) },
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(3) {
				if sum := simulate(t, seed, 0, worker); sum.lost+sum.doubled > 0 {
					t.Logf("caught by seed %d: %+v", seed, sum)
					return
				}
			}
			t.Error("the simulation did not notice")
		})
	}
}

func TestLostEventsDoubleAtMostWhatWasInDoubt(t *testing.T) {
	doubled, doubtful := 0, 0
	for seed := range seeds(t) {
		sum := simulate(t, seed, 0.01, func(w *world) consumer { return w.ledger.Deliver })
		if sum.lost+sum.unsettled > 0 {
			t.Errorf("seed %d: %+v", seed, sum)
		}
		doubled += sum.doubled
		doubtful += sum.doubtful
	}
	if doubled*100 > doubtful {
		t.Errorf("%d of %d mails doubled, %d were in doubt", doubled, seeds(t)*jobs, doubtful)
	}
}

func TestNothingIsSentAgainWhileEventsDoNotArrive(t *testing.T) {
	w := newWorld(t, 1)
	w.faults, w.lost = faults, 1
	for i := range jobs {
		w.plan(letter(fmt.Sprintf("send-%d", i)))
	}
	w.run(w.now.Add(3*time.Hour), w.ledger.Deliver)
	w.faults = 0
	w.run(w.now.Add(4*time.Hour), w.ledger.Deliver)
	parked := 0
	for i := range jobs {
		d, err := mail.Find(t.Context(), w.table, harbour, fmt.Sprintf("send-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if w.accepted[d.SendID] > 1 {
			t.Errorf("%s was sent twice", d.SendID)
		}
		if d.State == dispatch.Parked {
			parked++
		} else if d.State != dispatch.Sent {
			t.Errorf("%s is %s", d.SendID, d.State)
		}
	}
	if w.doubtful == 0 || parked < w.doubtful {
		t.Errorf("%d parked, %d were in doubt", parked, w.doubtful)
	}
}

func letter(sendID string) mail.Letter {
	return mail.Letter{SendID: sendID, Kind: "sighting", To: "anna@harbour.example", Subject: "Seen", Text: "Hello", HTML: "<p>Hello</p>"}
}

// The wrong workers.

func withSender(w *world, sender mail.Sender) consumer {
	w.ledger.Sender = sender
	return w.ledger.Deliver
}

// hopeful takes a lost answer for a refusal.
type hopeful struct{ provider }

func (h hopeful) Send(ctx context.Context, m mail.Message) (string, error) {
	id, err := h.provider.Send(ctx, m)
	if errors.Is(err, dispatch.ErrAmbiguous) {
		return "", errs.E(errs.Unavailable, "try again")
	}
	return id, err
}

// insistent tries three times, as the AWS client does unless it is told not to.
type insistent struct{ provider }

func (i insistent) Send(ctx context.Context, m mail.Message) (id string, err error) {
	for range 3 {
		if id, err = i.provider.Send(ctx, m); !errors.Is(err, dispatch.ErrAmbiguous) {
			break
		}
	}
	return id, err
}

func sendThenMark(w *world) consumer {
	return func(ctx context.Context, company ident.Company, d dispatch.Delivery) error {
		found, err := mail.Find(ctx, w.table, company, d.SendID)
		if err != nil || found.State == dispatch.Sent {
			return err
		}
		if _, err := w.ledger.Sender.Send(ctx, message(d.SendID)); err != nil {
			return err
		}
		return mark(ctx, w, company, d.SendID)
	}
}

func markThenSend(w *world) consumer {
	return func(ctx context.Context, company ident.Company, d dispatch.Delivery) error {
		found, err := mail.Find(ctx, w.table, company, d.SendID)
		if err != nil || found.State == dispatch.Sent {
			return err
		}
		if err := mark(ctx, w, company, d.SendID); err != nil {
			return err
		}
		_, err = w.ledger.Sender.Send(ctx, message(d.SendID))
		return err
	}
}

func message(sendID string) mail.Message {
	m := good()
	m.SendID = sendID
	return m
}

// mark sets a dispatch to sent as an event would.
func mark(ctx context.Context, w *world, company ident.Company, sendID string) error {
	return w.ledger.Apply(ctx, mail.Event{Company: company, SendID: sendID, Happening: mail.HasSent, At: w.now, MailAt: w.now})
}
