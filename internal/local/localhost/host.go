// Package localhost is AWS on one machine, as far as Winback needs it: an API gateway, the pollers of the queues, the
// scheduler and the event bus, over the embedded database.
//
// It speaks events. Every HTTP request becomes an API Gateway payload, every message an SQS event, every tick, every
// report of the mail sender and every mail that comes in an EventBridge payload, and their bytes go to the same host code that runs in Lambda; so each
// local click tests what AWS will do. Each function is handed only what it declares.
//
// All that waits goes by the application Clock, which people can move forward (Advance): it stops at every schedule, delay
// and due instant on the way. Drain waits until nothing is left to do. The addresses under /_local do both.
//
// Life cycle: Open locks the data folder, Start lets everything run, Ready says so to who asks for its health, Close
// finishes what was begun, refuses what comes after, and gives the folder back. Whatever a process was doing when it was
// killed goes on when it is started again.
package localhost

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/winback-auto/winback/internal/local/dirinbox"
	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/local/dirtext"
	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/queue"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Options of a Host.
type Options struct {
	Dir       string           // the data folder; made where there is none
	BaseURL   string           // where people and the partner reach Handler
	AppURL    string           // of the users' front end; empty: there is none
	Functions []app.Function   // what runs
	Wall      func() time.Time // the wall clock
	Log       *slog.Logger
}

// Host runs functions on one machine.
type Host struct {
	Clock *Clock

	log       *slog.Logger
	db        *pebbledb.DB
	table     *table.Table
	peak      table.PeakMeter
	queue     *pebblequeue.Queue
	calls     queue.Meter
	mail      *dirmail.Dir
	texts     *dirtext.Dir
	inbox     *dirinbox.Dir
	tokens    *jwtidentity.Provider
	deps      app.Deps
	companion Companion

	functions []*function // in the order of Options
	consumers []*function // of messages
	gateway   *http.ServeMux
	due       *dueIndex

	turn        sync.Mutex  // one turn at a time; guards what follows
	schedules   []*schedule // in the order of Options
	sweepAfter  time.Time
	reportAfter time.Time

	advancing  sync.Mutex // one Advance at a time
	activity   activity
	gate       gate
	ready      atomic.Bool
	closing    context.Context // ends at Close
	stop       context.CancelFunc
	background sync.WaitGroup
}

// Folders of what goes out and comes in, below the data folder.
const (
	mailFolder  = "mail"
	textFolder  = "text"
	inboxFolder = "inbox"
)

// Replies is the domain whose mails come into the inbox.
const Replies = "replies.winback.example"

// Open opens the data folder, which only one host can, and prepares every function. The error is a Conflict where another
// process has the folder.
func Open(o Options) (_ *Host, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder: %w", err)
	}
	db, err := pebbledb.Open(pebbledb.Options{Dir: o.Dir, Log: o.Log})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	h := &Host{log: o.Log, db: db}
	h.closing, h.stop = context.WithCancel(context.Background())
	if h.Clock, err = openClock(o.Dir, o.Wall); err != nil {
		return nil, err
	}
	if h.tokens, err = jwtidentity.Open(o.Dir, o.Wall); err != nil {
		return nil, err
	}
	now, newID := h.Clock.Now, ident.NewSource(h.Clock.Now, rand.Reader)
	if h.mail, err = dirmail.Open(filepath.Join(o.Dir, mailFolder), now, newID); err != nil {
		return nil, err
	}
	if h.texts, err = dirtext.Open(filepath.Join(o.Dir, textFolder), now, newID); err != nil {
		return nil, err
	}
	if h.inbox, err = dirinbox.Open(filepath.Join(o.Dir, inboxFolder), Replies, now, o.Wall, newID, o.Log); err != nil {
		return nil, err
	}
	keys, err := keyfile.Open(o.Dir)
	if err != nil {
		return nil, err
	}
	driver := pebbletable.New(db, now)
	h.table = table.New(h.peak.Around(driver), now, newID)
	h.due = &dueIndex{written: h.table, outbox: queue.Outbox{Table: table.New(driver, now, newID)}}
	h.queue = pebblequeue.New(db, now)
	h.deps = app.Deps{
		Table: h.table, Queue: h.calls.Around(h.queue), Mail: h.mail, Text: h.texts, Inbox: h.inbox, Secrets: keys.Sealer(), Identity: h.tokens,
		Access: access.NewDirectory(h.table, now), Links: link.New(keys.LinkKeys(), now),
		Log: o.Log, Now: now, NewID: newID, Site: app.Site{BaseURL: o.BaseURL, AppURL: o.AppURL, From: "Winback <winback@localhost.example>", Replies: Replies},
	}
	if err := h.prepare(o.Functions); err != nil {
		return nil, err
	}
	if err := h.takeOver(context.Background()); err != nil {
		return nil, err
	}
	return h, nil
}

// takeOver goes on with what the process before this one left: whoever held a message or was about to publish one is gone,
// so nobody waits for them.
func (h *Host) takeOver(ctx context.Context) error {
	if err := h.queue.Release(ctx); err != nil {
		return err
	}
	return h.publishLeft(ctx)
}

// publishLeft publishes the messages whose writers had time left to do so. Call it where none of them is at work.
func (h *Host) publishLeft(ctx context.Context) error {
	return h.due.graced(ctx, func(item table.Item) {
		if err := h.deps.Outbox().Publish(ctx, item); err != nil {
			h.log.WarnContext(ctx, "message left to the sweeper", "kind", item.Kind, "error", err)
		}
	})
}

// Deps are what the functions stand on, for seeding: whoever has the host may do everything.
func (h *Host) Deps() app.Deps { return h.deps }

// Accompany makes the host drive a companion by its clock. Call it before Start.
func (h *Host) Accompany(c Companion) { h.companion = c }

// Start lets the queues, the schedules and the companion run until Close. Call it once.
func (h *Host) Start() {
	h.arm()
	for _, f := range h.consumers {
		h.background.Go(func() { h.consume(h.closing, f) })
	}
	h.background.Go(func() { h.tick(h.closing) })
	if h.companion != nil {
		h.background.Go(func() { h.accompany(h.closing) })
	}
}

// Ready makes the host healthy: until then it answers requests, but is still being filled.
func (h *Host) Ready() { h.ready.Store(true) }

// Close waits for every request and invocation that was begun, while new ones are refused, and closes the data folder.
// Drain and Advance end early. Closing again does nothing.
func (h *Host) Close() error {
	if !h.gate.close() {
		return nil
	}
	h.stop()
	h.gate.wait()
	h.background.Wait()
	return h.db.Close()
}

// errClosing refuses what comes after Close.
func errClosing() error { return errs.E(errs.Unavailable, "Winback is shutting down") }

// untilClose is the context, ended early by Close.
func (h *Host) untilClose(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	release := context.AfterFunc(h.closing, cancel)
	return ctx, func() {
		release()
		cancel()
	}
}
