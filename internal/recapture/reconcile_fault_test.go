package recapture_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/company"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
	"github.com/winback-auto/winback/internal/platform/table/tabletest"
	"github.com/winback-auto/winback/internal/platform/web"
	"github.com/winback-auto/winback/internal/recapture"
)

func TestAPartnerThatDoesNotAnswerIsAskedAgainLater(t *testing.T) {
	w := open(t)
	w.unheard(12)
	limited := errs.Later(errs.TooMany, time.Minute, "slow down")
	w.partner.failing("list", limited, errs.E(errs.Unavailable, "out"), errs.E(errs.Forbidden, "the key is refused"), limited, limited)
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 12 {
		t.Errorf("%+v", s)
	}
	if walk := w.walk(); walk.EndedAt.IsZero() || walk.Problem != "" {
		t.Errorf("%+v", walk)
	}
}

// One that never answers is left alone until the next tick, which finds what there is.
func TestAWalkThatCannotGoOnEndsUntilTheNextTick(t *testing.T) {
	w := open(t)
	w.unheard(3)
	w.partner.mu.Lock()
	w.partner.fail = func(call string) (bool, error) {
		if call == "list" {
			return false, errs.E(errs.Unavailable, "out")
		}
		return true, nil
	}
	w.partner.mu.Unlock()
	w.reconcile()
	if walk := w.walk(); walk.EndedAt.IsZero() || !strings.Contains(walk.Problem, "out") {
		t.Errorf("%+v", walk)
	}
	w.partner.mu.Lock()
	w.partner.fail = nil
	w.partner.mu.Unlock()
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 3 {
		t.Errorf("%+v", s)
	}
}

func TestACursorThatThePartnerForgotBeginsAtTheFirstPage(t *testing.T) {
	w := open(t)
	w.unheard(8)
	calls := 0
	w.partner.mu.Lock()
	w.partner.fail = func(call string) (bool, error) {
		if call != "list" {
			return true, nil
		}
		if calls++; calls == 2 || calls == 3 {
			return false, errs.E(errs.Invalid, "this cursor has expired")
		}
		return true, nil
	}
	w.partner.mu.Unlock()
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 8 || len(w.notices(ann)) != 8 {
		t.Errorf("%+v", s)
	}
}

// A vehicle whose news cannot be written holds up no other, and not for ever.
func TestOnePoisonedVehicleDoesNotHoldUpTheComparison(t *testing.T) {
	var broken atomic.Value
	broken.Store("")
	w := open(t, func(d table.Driver) table.Driver { return poisoned{d, &broken} })
	ids := w.unheard(9)
	slices.Sort(ids)
	broken.Store(string(table.In(harbour, "sighting", ids[4])))
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 8 {
		t.Errorf("%+v", s)
	}
	if walk := w.walk(); walk.EndedAt.IsZero() || walk.Compared != 9 {
		t.Errorf("%+v", walk)
	}
	broken.Store("")
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 9 {
		t.Errorf("%+v", s)
	}
}

// poisoned is a driver that never writes to one partition.
type poisoned struct {
	table.Driver
	partition *atomic.Value
}

func (p poisoned) Write(ctx context.Context, ops []table.Op) error {
	for _, op := range ops {
		if op.Item.Key.Partition == p.partition.Load() {
			return errors.New("this item is broken")
		}
	}
	return p.Driver.Write(ctx, ops)
}

// Over a connection that was removed nothing is compared any more.
func TestAConnectionThatWasRemovedIsNotVisited(t *testing.T) {
	w := open(t)
	w.unheard(3)
	w.must(w.tick())
	w.must(company.Disconnect(t.Context(), w.Deps, w.partner.dial, harbour, web.Precondition{}, "c-harbour"))
	w.run()
	visits := map[company.ConnectionID]bool{}
	for visit, err := range company.Round(t.Context(), w.Deps) {
		w.must(err)
		visits[visit.Connection] = true
	}
	if visits["c-harbour"] || !visits["c-nordlicht"] {
		t.Errorf("visits %v", visits)
	}
	if s := w.summary(ann); s.CapturedCustomers != 0 {
		t.Errorf("%+v", s)
	}
	kind := table.Kind[recapture.Walk]{Name: "reconcile", Schema: 1}
	if _, err := kind.Get(t.Context(), w.Table, table.In(harbour, "reconcile", "c-harbour").At()); !errs.Is(err, errs.NotFound) {
		t.Errorf("its walk is there: %v", err)
	}
	w.must(w.tick())
	w.run()
}

// Whichever write the process dies at, the comparison ends as if nothing had happened.
func TestAfterACrashAtAnyWriteTheComparisonIsComplete(t *testing.T) {
	for crash := range tabletest.Crashes(t, 24) {
		t.Run(crash.String(), func(t *testing.T) {
			w := open(t)
			w.unheard(4)
			w.faulty(crash.Fault)
			err := w.tick()
			w.faulty(nil)
			crash.Restart()
			if err != nil { // the host fires it again
				w.must(w.tick())
			}
			w.work(crash)
			if s := w.summary(ann); s.CapturedCustomers != 4 || len(w.notices(ann)) != 4 || len(w.queue.dead) != 0 {
				t.Errorf("%+v, told %d, %d dead", s, len(w.notices(ann)), len(w.queue.dead))
			}
			if walk := w.walk(); walk.EndedAt.IsZero() {
				t.Errorf("%+v", walk)
			}
		})
	}
}

// A command whose table was lost on the way comes again; the queue gives up in the end, and the next day's tick begins anew.
func TestAWalkThatWasLostIsBegunAnew(t *testing.T) {
	w := open(t)
	w.unheard(2)
	w.must(w.tick())
	for {
		if _, ok := w.queue.take(0, w.workers); !ok {
			break
		}
	}
	w.pass(time.Hour)
	w.must(w.tick())
	if w.walk().Pass != 1 || !w.walk().Again {
		t.Errorf("%+v", w.walk())
	}
	w.pass(23 * time.Hour)
	w.reconcile()
	if s := w.summary(ann); s.CapturedCustomers != 2 || w.walk().Pass != 2 {
		t.Errorf("%+v %+v", s, w.walk())
	}
}
