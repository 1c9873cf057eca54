// Package autograbsim is a stand-in for AutoGrab on a laptop and in tests: it answers the partner's own paths, keeps what it
// was told, meets watched vehicles with a listing feed, and pushes what it saw to the registered webhooks.
//
// It shares no code with the adapter (package autograb). Both are held to the same golden files, autograb/testdata/wire.
//
// An uploaded list is queued, and processed when Options.Processing has passed: each customer is checked, given a VIN by
// look-up where asked for, watched, and met with the listings known by then. A listing that is loaded later meets the
// vehicles that are watched by then. Every meeting, change of price and end of a listing becomes one push per webhook.
//
// What was accepted is durable: a process that is killed goes on where it stood, and sends again what it cannot know to have
// arrived. Only the log of calls and the state of the dice live in memory. Nothing happens by itself: whoever owns the
// Simulator calls Work when Next says so, or leaves that to Run; all times come from Options.Now.
//
// It is nasty on demand (POST /_sim/faults), and it is lenient where a real partner would be: a list uploaded twice is two lists.
package autograbsim

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
)

// Options of a Simulator. Now and NewID are required.
type Options struct {
	Dir        string             // own folder for what is kept; empty: memory, gone with the process
	Now        func() time.Time   // the application's clock
	NewID      func() string      // ids of lists, customers, webhooks and pushes
	Client     *http.Client       // for pushes; its redirects are not followed; nil: one with a timeout of 5 seconds
	Log        *slog.Logger       // nil: none
	Processing time.Duration      // how long an uploaded list is queued; 0: 150 ms; negative: not at all
	PushDelay  time.Duration      // from a sighting to its push
	Keys       func(string) Grant // what an API key may do; nil: StandardKeys
}

// Simulator is the partner. It is safe for concurrent use.
type Simulator struct {
	options Options
	db      *pebble.DB
	client  *http.Client
	log     *slog.Logger

	uploads *agenda // lists waiting to be processed
	pushes  *agenda // pushes waiting to be sent
	changed chan struct{}
	calls   callLog
	dice    dice

	working sync.Mutex // one Work at a time
	mu      sync.Mutex // one change at a time; guards totals
	totals  totals
}

// Open opens the simulator's folder and takes up the work that was pending in it.
func Open(options Options) (*Simulator, error) {
	if options.Now == nil || options.NewID == nil {
		return nil, errors.New("autograbsim: Now and NewID are required")
	}
	if options.Processing == 0 {
		options.Processing = 150 * time.Millisecond
	}
	if options.Keys == nil {
		options.Keys = StandardKeys
	}
	client := http.Client{Timeout: 5 * time.Second, Transport: pushTransport()}
	if options.Client != nil {
		client = *options.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	log := options.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	db, err := openStore(options.Dir)
	if err != nil {
		return nil, err
	}
	s := &Simulator{options: options, db: db, client: &client, log: log, changed: make(chan struct{}, 1)}
	s.uploads, s.pushes = newAgenda(s.signal), newAgenda(s.signal)
	if err := s.restore(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

func (s *Simulator) restore() error {
	if err := loadAgenda(s.db, keyUploadDue, s.uploads); err != nil {
		return err
	}
	if err := loadAgenda(s.db, keyPushDue, s.pushes); err != nil {
		return err
	}
	var err error
	if s.totals, _, err = get[totals](s.db, key(keyTotals)); err != nil {
		return err
	}
	set, _, err := get[faults](s.db, key(keyFaults))
	s.dice.load(set)
	return err
}

// Close closes the folder. Nobody may use the Simulator any more, its Handler included.
func (s *Simulator) Close() error {
	s.working.Lock()
	defer s.working.Unlock()
	return s.db.Close()
}

// Work does everything that is due by now and returns when nothing is. What an error or the end of the context leaves
// undone stays due.
func (s *Simulator) Work(ctx context.Context) error {
	s.working.Lock()
	defer s.working.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if due := s.uploads.take(s.options.Now(), processAtOnce); len(due) > 0 {
			if err := s.process(due); err != nil {
				s.uploads.add(due...)
				return err
			}
			continue
		}
		due := s.pushes.take(s.options.Now(), pushAtOnce)
		if len(due) == 0 {
			return nil
		}
		if err := s.send(ctx, due); err != nil {
			s.pushes.add(due...)
			return err
		}
	}
}

// Next is the earliest instant at which Work has something to do, now or earlier included; false when nothing is pending.
func (s *Simulator) Next(context.Context) (time.Time, bool) {
	upload, some := s.uploads.next()
	push, more := s.pushes.next()
	if !some || more && push.Before(upload) {
		return push, more
	}
	return upload, some
}

// Changed receives a value after work was planned, so that a loop over Work and Next knows when to ask Next again.
func (s *Simulator) Changed() <-chan struct{} { return s.changed }

func (s *Simulator) signal() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Run works until the context ends and returns its error. It is for a process whose Now moves as the wall clock does.
func (s *Simulator) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait := time.Hour
		if err := s.Work(ctx); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			s.log.ErrorContext(ctx, "the partner simulator could not work", "error", err)
			wait = time.Second
		} else if next, ok := s.Next(ctx); ok {
			wait = next.Sub(s.options.Now())
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-s.changed:
		}
	}
}
