package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/notify"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/mail"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
)

// letterbox is a provider that keeps mails in memory and can be asked for them.
type letterbox struct{ mails []mail.Message }

func (l *letterbox) Send(_ context.Context, m mail.Message) (string, error) {
	l.mails = append(l.mails, m)
	return "p-" + m.SendID, nil
}

func (l *letterbox) Accepted(_ context.Context, sendID string) (string, bool, error) {
	taken := slices.ContainsFunc(l.mails, func(m mail.Message) bool { return m.SendID == sendID })
	return "p-" + sendID, taken, nil
}

// sim is a world in which calls of the table and the queue go wrong, messages come twice, late and in any order, and
// processes die.
type sim struct {
	*world
	box   letterbox
	rng   *rand.Rand
	fault func(op string) (apply bool, err error) // nil: all goes well
	bag   []queue.Outgoing
	told  map[string]int // sightings by user
}

var errDead = errors.New("the process is dead")

func newSim(t *testing.T, seed uint64, around ...func(table.Driver) table.Driver) *sim {
	s := &sim{rng: rand.New(rand.NewPCG(seed, 7)), told: map[string]int{}}
	s.world = newWorld(t, append(around, func(d table.Driver) table.Driver {
		return tabletest.Flaky(d, func(op string) (bool, error) {
			if s.fault == nil {
				return true, nil
			}
			return s.fault(op)
		})
	})...)
	s.Mail, s.Queue, s.Log = &s.box, s, slog.New(slog.DiscardHandler)
	return s
}

// Send implements queue.Sender.
func (s *sim) Send(_ context.Context, messages []queue.Outgoing) error {
	if s.fault != nil {
		if apply, err := s.fault("Send"); err != nil {
			if apply {
				s.bag = append(s.bag, messages...)
			}
			return err
		}
	}
	s.bag = append(s.bag, messages...)
	return nil
}

// consume handles the n-th message. It stays in the bag unless its consumer is done with it.
func (s *sim) consume(n int) {
	m := s.bag[n]
	s.bag = slices.Delete(s.bag, n, n+1)
	for _, f := range []app.Function{notify.Sender, notify.Digester, notify.MailSend} {
		if f.Consumes.Topic != m.Topic {
			continue
		}
		if v := queue.Judge(f.Consumes.Handle(s.t.Context(), app.Grant(s.Deps, f), m.Body), 1); v.Fate == queue.Delayed || v.Fate == queue.Retried {
			s.bag = append(s.bag, m)
		}
	}
}

// sight tells a user of another sighting, until it is told.
func (s *sim) sight(c ident.Company, user string) {
	n := sighting(access.UserID(user), s.told[user])
	n.At = s.now
	for {
		if err := s.tell(c, n); err == nil || errs.Is(err, errs.Conflict) {
			s.told[user]++
			return
		}
	}
}

// finish lets all go well until nothing is left to do.
func (s *sim) finish() {
	s.t.Helper()
	s.fault = nil
	for {
		for len(s.bag) > 0 {
			before := len(s.bag)
			s.consume(0)
			if len(s.bag) >= before {
				s.now = s.now.Add(10 * time.Second)
			}
		}
		due, waits, err := s.Outbox().NextDue(s.t.Context(), 7*24*time.Hour)
		if err != nil {
			s.t.Fatal(err)
		}
		if !waits {
			return
		}
		if due.After(s.now) {
			s.now = due
		}
		s.sweep()
	}
}

var (
	namedSighting = regexp.MustCompile(`/recaptures/rec-(\d+)\n`)
	moreSightings = regexp.MustCompile(`\nand (\d+) more\n`)
)

// audit says what is wrong in the end: every sighting must be in exactly one mail.
func (s *sim) audit() (wrong []string) {
	report := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for user, total := range s.told {
		named, gathered := map[int]int{}, map[string]int{} // mails by sighting; sightings by mail, as mails say it
		marked := map[string]int{}                         // sightings by mail, as notices say it
		for n := range total {
			notice := s.stored(harbour, access.UserID(user), sighting(access.UserID(user), n).ID)
			if notice.Mail == "" {
				report("%s: sighting %d is in no mail", user, n)
			} else if notice.Mail != "own" {
				marked[notice.Mail]++
			}
		}
		said := 0
		for _, m := range s.box.mails {
			if !strings.Contains(m.To, user+"@") {
				continue
			}
			window, lines := "", 0
			for _, found := range namedSighting.FindAllStringSubmatch(m.Text, -1) {
				n, _ := strconv.Atoi(found[1])
				named[n]++
				lines++
				window = s.stored(harbour, access.UserID(user), sighting(access.UserID(user), n).ID).Mail
			}
			more := 0
			if found := moreSightings.FindStringSubmatch(m.Text); found != nil {
				more, _ = strconv.Atoi(found[1])
			}
			said += lines + more
			if lines == 0 || lines > 20 || more > 0 && lines < 20 {
				report("%s: a mail with %d lines and %d more", user, lines, more)
			}
			if window != "own" {
				gathered[window] += lines + more
			}
		}
		for n, mails := range named {
			if mails != 1 {
				report("%s: sighting %d is named in %d mails", user, n, mails)
			}
		}
		if said != total {
			report("%s: mails tell of %d sightings, want %d", user, said, total)
		}
		for window, n := range marked {
			if gathered[window] != n {
				report("%s: a digest tells of %d sightings, want %d", user, gathered[window], n)
			}
		}
	}
	return wrong
}

// live tells two users of sightings in a bad world: faults of every call, deaths, duplicates, disorder, clocks that jump.
func live(t *testing.T, seed uint64, around ...func(table.Driver) table.Driver) []string {
	s := newSim(t, seed, around...)
	died, other := false, false
	s.fault = func(op string) (bool, error) {
		if op == "Write" && !died && !other && len(s.bag) > 0 && s.rng.Float64() < 0.3 { // another process is quicker
			other = true
			for range 1 + s.rng.IntN(3) {
				if len(s.bag) > 0 {
					s.consume(s.rng.IntN(len(s.bag)))
				}
			}
			other, died = false, false
		}
		switch died = died || s.rng.Float64() < 0.01; {
		case died:
			return false, errDead
		case s.rng.Float64() < 0.08:
			return s.rng.IntN(2) == 0, errs.E(errs.Unavailable, "no answer")
		}
		return true, nil
	}
	for range 500 {
		died = false
		switch p := s.rng.Float64(); {
		case p < 0.15:
			fault := s.fault
			s.fault = func(op string) (bool, error) { died = false; return fault(op) }
			for range []int{1, 2, 3, 40}[s.rng.IntN(4)] {
				s.sight(harbour, []string{"anna", "anna", "anna", "ben"}[s.rng.IntN(4)])
			}
			s.fault = fault
		case p < 0.9 && len(s.bag) > 0:
			n := s.rng.IntN(len(s.bag))
			if s.rng.Float64() < 0.2 {
				s.bag = append(s.bag, s.bag[n])
			}
			s.consume(n)
		case p < 0.97:
			s.now = s.now.Add(time.Duration(s.rng.IntN(40)) * time.Second)
			_, _ = s.Outbox().Sweep(t.Context())
		default:
			s.now = s.now.Add(time.Duration(s.rng.IntN(5)) * time.Minute)
		}
	}
	s.finish()
	return s.audit()
}

func TestEverySightingIsInExactlyOneMailWhateverGoesWrong(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			for _, wrong := range live(t, seed) {
				t.Error(wrong)
			}
		})
	}
}

// changing is a table whose writes are tampered with.
type changing struct {
	table.Driver
	change func(*table.Op)
}

func (c changing) Write(ctx context.Context, ops []table.Op) error {
	ops = slices.Clone(ops)
	for i := range ops {
		c.change(&ops[i])
	}
	return c.Driver.Write(ctx, ops)
}

// Wrong ways to work show that the simulation would notice.
func TestTheSimulationNoticesWrongDigests(t *testing.T) {
	window := func(op *table.Op) bool { return strings.Contains(op.Item.Partition, "#notice-window#") }
	for name, change := range map[string]func(*table.Op){
		"whoever joins does not ask whether the window is open": func(op *table.Op) {
			if window(op) && op.Action == table.Add {
				op.If = table.Condition{}
			}
		},
		"windows are changed without a look at who else does": func(op *table.Op) {
			if window(op) && op.If.Test == table.VersionIs {
				op.If = table.Condition{Test: table.Present}
			}
		},
		"notices are not marked": func(op *table.Op) {
			op.Item.Body = bytes.ReplaceAll(op.Item.Body, []byte(`"mail":"`), []byte(`"no":"`))
		},
		"digests are not promised": func(op *table.Op) {
			if window(op) {
				op.Item.Pending, op.Item.Due = nil, table.IndexKey{}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				if wrong := live(t, seed, func(d table.Driver) table.Driver { return changing{d, change} }); len(wrong) > 0 {
					return
				}
			}
			t.Error("nothing was noticed")
		})
	}
}

// Whichever call the process dies at, carried out or not: what is delivered again ends as if nothing had happened.
func TestAfterADeathAtAnyCallTheMailsAreTheSame(t *testing.T) {
	const sightings = 4
	for crash := range tabletest.Crashes(t, 19) {
		s := newSim(t, 1)
		for range sightings {
			s.sight(harbour, "anna")
		}
		s.fault = crash.Fault
		for range 200 {
			crash.Restart()
			if len(s.bag) > 0 {
				s.consume(0)
			} else {
				s.now = s.now.Add(15 * time.Second)
				_, _ = s.Outbox().Sweep(t.Context())
			}
		}
		s.finish()
		for _, wrong := range s.audit() {
			t.Error(wrong)
		}
		if len(s.box.mails) != 2 {
			t.Errorf("%d mails, want 2", len(s.box.mails))
		}
	}
}

// joining is a table that lets another sighting join a window just before its digest closes it.
type joining struct {
	table.Driver
	before func()
}

func (j *joining) Write(ctx context.Context, ops []table.Op) error {
	closes := slices.ContainsFunc(ops, func(op table.Op) bool {
		return strings.Contains(op.Item.Partition, "#notice-window#") && !bytes.Contains(op.Item.Body, []byte(`"open"`)) && op.Action == table.Put
	})
	if before := j.before; closes && before != nil {
		j.before = nil
		before()
	}
	return j.Driver.Write(ctx, ops)
}

func TestASightingThatJoinsWhileTheDigestIsComposedIsInIt(t *testing.T) {
	for _, gathered := range []int{1, 2, 19, 20, 30} { // as a name, as the last name, as a number
		t.Run(fmt.Sprint(gathered), func(t *testing.T) {
			j := &joining{}
			s := newSim(t, 1, func(d table.Driver) table.Driver { j.Driver = d; return j })
			for range 1 + gathered {
				s.sight(harbour, "anna")
			}
			for len(s.bag) > 0 {
				s.consume(0)
			}
			s.now = s.now.Add(time.Minute)
			j.before = func() {
				s.sight(harbour, "anna")
				s.consume(len(s.bag) - 1)
			}
			s.finish()
			if j.before != nil {
				t.Error("nobody joined")
			}
			for _, wrong := range s.audit() {
				t.Error(wrong)
			}
			if len(s.box.mails) != 2 {
				t.Errorf("%d mails, want 2", len(s.box.mails))
			}
		})
	}
}
