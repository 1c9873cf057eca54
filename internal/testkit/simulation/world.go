package simulation

import (
	"container/heap"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/winback-auto/winback/internal/partner"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/secret"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Config is what a world is made of.
type Config struct {
	Seed      uint64
	Start     time.Time
	Driver    func(now func() time.Time) table.Driver // the one good store below all faulty ones
	Functions func(p Ports) []app.Function            // the catalogue; of the ports it takes Dial and Parse
	Parse     partner.Parse                           // of the partner's pushes
	Secrets   secret.Sealer                           // opens faithfully; its calls fail like any other
	Links     func(now func() time.Time) *link.Signer // as in every installation
	Site      app.Site
	Wrong     func(function string, p Ports) Ports // how a wrong worker differs; nil: all work as they should
}

// World is one simulated installation.
type World struct {
	Dice    Dice
	Odds    Odds // may change while the world runs
	Partner *Partner
	Mailbox *Mailbox
	Trace   Trace

	config      Config
	store       table.Driver
	links       *link.Signer
	functions   map[string]*function
	routes      map[string]*function   // by the first two parts of the path
	lines       map[string]*line       // queues, by topic
	looks       map[string]app.Handler // by function, for Look
	live        map[*invocation]bool
	receipts    map[string]*message // in flight
	subscribers []*function
	schedules   []*schedule
	clock       time.Time
	agenda      agenda
	made        uint64
	begun       int // invocations
	minted      atomic.Int64

	mu      sync.Mutex // guards what goroutines of functions hand over
	arrived []*call
	ended   []ending
}

// New makes a world in which nothing happens yet.
func New(c Config) *World {
	w := &World{
		config: c, clock: c.Start, Dice: Dice{rand.New(rand.NewPCG(c.Seed, 1))},
		functions: map[string]*function{}, routes: map[string]*function{}, lines: map[string]*line{}, receipts: map[string]*message{}, live: map[*invocation]bool{}, looks: map[string]app.Handler{},
	}
	w.store = c.Driver(w.Now)
	w.links = c.Links(w.Now)
	w.Partner, w.Mailbox = newPartner(w), newMailbox(w)
	for _, f := range c.Functions(Ports{Parse: c.Parse}) {
		fn := &function{Function: f}
		w.functions[f.Name] = fn
		for _, route := range app.Routes(f) {
			w.routes[prefix(route.Path)] = fn
		}
		if f.Consumes != nil {
			w.lines[f.Consumes.Topic] = &line{topic: f.Consumes.Topic, consumer: fn}
		}
		if f.On != nil {
			w.subscribers = append(w.subscribers, fn)
		}
		if f.Every != nil {
			w.schedules = append(w.schedules, newSchedule(fn, w.clock))
		}
	}
	return w
}

func prefix(path string) string {
	path, _, _ = strings.Cut(path, "?")
	return strings.Join(strings.SplitN(path, "/", 4)[:3], "/")
}

// Now is the virtual clock.
func (w *World) Now() time.Time { return w.clock }

// NewID mints ids that are the same in every run.
func (w *World) NewID() string { return fmt.Sprintf("sim%09d", w.minted.Add(1)) }

// Oracle is the installation as one who is never failed sees it: for founding the dealers and for looking at the end.
func (w *World) Oracle() app.Deps {
	t := table.New(w.store, w.Now, w.NewID)
	return app.Deps{
		Table: t, Queue: sendPort{nil, w}, Secrets: w.config.Secrets, Access: access.NewDirectory(t, w.Now), Links: w.links,
		Log: slog.New(slog.DiscardHandler), Now: w.Now, NewID: w.NewID, Site: w.config.Site,
	}
}

// step lets the next thing happen.
func (w *World) step() {
	if s := w.nextTick(); s != nil && (len(w.agenda) == 0 || s.at.Before(w.agenda[0].at)) {
		w.pass(s.at)
		w.tick(s)
	} else {
		e := heap.Pop(&w.agenda).(entry)
		w.pass(e.at)
		e.do()
	}
	w.settle()
}

func (w *World) pass(until time.Time) {
	if until.After(w.clock) {
		w.clock = until
	}
}

// RunUntil lets everything happen until an instant.
func (w *World) RunUntil(end time.Time) {
	for {
		next := w.nextTick().at
		if len(w.agenda) > 0 && w.agenda[0].at.Before(next) {
			next = w.agenda[0].at
		}
		if next.After(end) {
			w.pass(end)
			return
		}
		w.step()
	}
}

// RunUntilQuiet lets everything happen until nothing is left to do, and skips the time in which nothing would. It reports
// whether that was so within the limit.
func (w *World) RunUntilQuiet(tb testing.TB, limit time.Duration) bool {
	tb.Helper()
	end, outbox := w.clock.Add(limit), w.Oracle().Outbox()
	for {
		for len(w.agenda) > 0 {
			if w.clock.After(end) {
				return false
			}
			w.step()
		}
		due, waits, err := outbox.NextDue(tb.Context(), end.Sub(w.clock))
		if err != nil {
			tb.Fatal(err)
		}
		if !waits {
			return true
		}
		w.skip(due)
		w.step()
	}
}

// RunDaily lets every schedule that does not come each minute have another turn, and what follows from it. It reports
// whether all came to rest within the limit.
func (w *World) RunDaily(tb testing.TB, limit time.Duration) bool {
	tb.Helper()
	for _, s := range w.schedules {
		if s.every > time.Minute {
			due := s.at
			w.skip(due)
			w.RunUntil(due)
			if !w.RunUntilQuiet(tb, limit) {
				return false
			}
		}
	}
	return true
}

// settle waits until every goroutine has come to a call of a port or to its end, and puts on the agenda what they want.
func (w *World) settle() {
	synctest.Wait()
	w.mu.Lock()
	arrived, ended := w.arrived, w.ended
	w.arrived, w.ended = nil, nil
	w.mu.Unlock()
	slices.SortStableFunc(arrived, func(a, b *call) int {
		if a.by != b.by {
			return a.by.seq - b.by.seq
		}
		return strings.Compare(a.name, b.name)
	})
	for len(arrived) > 0 {
		c := arrived[0]
		n := 1
		for n < len(arrived) && arrived[n].by == c.by && arrived[n].name == c.name {
			n++
		}
		c.alike, arrived = arrived[1:n], arrived[n:]
		c.by.waiting = append(append(c.by.waiting, c), c.alike...)
		w.After(w.latency(), func() { w.let(c) })
	}
	slices.SortFunc(ended, func(a, b ending) int { return a.of.seq - b.of.seq })
	for _, e := range ended {
		w.end(e)
	}
}
