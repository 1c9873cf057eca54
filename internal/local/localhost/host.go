// Package localhost is AWS on one machine, as far as Winback needs it: an API gateway, the pollers of the queues, the
// scheduler and the event bus, over the embedded database.
//
// It speaks events. Every HTTP request becomes an API Gateway payload, every message an SQS event, every tick and every
// report of the mail sender an EventBridge payload, and their bytes go to the same host code that runs in Lambda; so each
// local click tests what AWS will do. Each function is handed only what it declares.
//
// All that waits goes by the application Clock, which people can move forward: it stops at every schedule, delay and due
// instant on the way. Whatever the process is doing when it is killed goes on when it is started again.
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
	"time"

	"github.com/winback-auto/winback/internal/local/dirmail"
	"github.com/winback-auto/winback/internal/local/jwtidentity"
	"github.com/winback-auto/winback/internal/local/keyfile"
	"github.com/winback-auto/winback/internal/local/pebbledb"
	"github.com/winback-auto/winback/internal/local/pebblequeue"
	"github.com/winback-auto/winback/internal/local/pebbletable"
	"github.com/winback-auto/winback/internal/platform/access"
	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/ident"
	"github.com/winback-auto/winback/internal/platform/link"
	"github.com/winback-auto/winback/internal/platform/table"
)

// Options of a Host.
type Options struct {
	Dir       string           // the data folder; made where there is none
	BaseURL   string           // where people and the partner reach Handler
	Functions []app.Function   // what runs
	Wall      func() time.Time // the wall clock
	Log       *slog.Logger
}

// Companion is something beside the host that lives by its clock, such as the partner simulator.
type Companion interface {
	// Work does all that is due by now.
	Work(ctx context.Context) error
	// Next is when there is something to do again.
	Next(ctx context.Context) (time.Time, bool)
	// Changed returns a channel that receives or is closed when Next may have changed.
	Changed() <-chan struct{}
}

// Host runs functions on one machine.
type Host struct {
	Clock *Clock

	log       *slog.Logger
	db        *pebbledb.DB
	table     *table.Table
	queue     *pebblequeue.Queue
	mail      *dirmail.Dir
	tokens    *jwtidentity.Provider
	deps      app.Deps
	companion Companion

	gateway   *http.ServeMux
	functions map[string]*function
	pulse     pulse

	turn      sync.Mutex           // one turn of the scheduler at a time; guards tickAt
	tickAt    map[string]time.Time // next tick of each schedule
	advancing sync.Mutex           // one Advance at a time

	stop context.CancelFunc
	done sync.WaitGroup
}

// mailFolder holds the outgoing mail, below the data folder.
const mailFolder = "mail"

// Open opens the data folder, which only one host can, and prepares every function.
func Open(o Options) (h *Host, err error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder: %w", err)
	}
	h = &Host{log: o.Log, tickAt: map[string]time.Time{}}
	if h.db, err = pebbledb.Open(pebbledb.Options{Dir: o.Dir, Log: o.Log}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.db.Close()
		}
	}()
	if h.Clock, err = openClock(o.Dir, o.Wall); err != nil {
		return nil, err
	}
	newID := ident.NewSource(h.Clock.Now, rand.Reader)
	h.table = table.New(pebbletable.New(h.db, h.Clock.Now), h.Clock.Now, newID)
	h.queue = pebblequeue.New(h.db, h.Clock.Now)
	if h.mail, err = dirmail.Open(filepath.Join(o.Dir, mailFolder), h.Clock.Now, newID); err != nil {
		return nil, err
	}
	keys, err := keyfile.Open(o.Dir)
	if err != nil {
		return nil, err
	}
	if h.tokens, err = jwtidentity.Open(o.Dir, o.Wall); err != nil {
		return nil, err
	}
	h.deps = app.Deps{
		Table: h.table, Queue: h.queue, Mail: h.mail, Secrets: keys.Sealer(), Identity: h.tokens,
		Access: access.NewDirectory(h.table, h.Clock.Now), Links: link.New(keys.LinkKeys(), h.Clock.Now),
		Log: o.Log, Now: h.Clock.Now, NewID: newID, Site: app.Site{BaseURL: o.BaseURL, From: "Winback <winback@localhost.example>"},
	}
	if err = h.prepare(o.Functions); err != nil {
		return nil, err
	}
	return h, h.queue.Release(context.Background())
}

// Deps are what the functions stand on, for seeding: whoever has the host may do everything.
func (h *Host) Deps() app.Deps { return h.deps }

// Accompany makes the host drive a companion by its clock. Call it before Start.
func (h *Host) Accompany(c Companion) { h.companion = c }

// Start lets the queues, the schedules and the companion run until Close.
func (h *Host) Start() {
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	for _, f := range h.functions {
		if f.Consumes != nil {
			h.done.Go(func() { h.consume(ctx, f) })
		}
	}
	h.done.Go(func() { h.schedule(ctx) })
	if h.companion != nil {
		h.done.Go(func() { h.accompany(ctx) })
	}
}

// Close ends what runs and closes the data folder.
func (h *Host) Close() error {
	if h.stop != nil {
		h.stop()
		h.done.Wait()
	}
	return h.db.Close()
}
