package localhost_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/app"
	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/table"
)

func TestAdvanceStopsAtEveryInstantInOrder(t *testing.T) {
	w := newWorld(t)
	w.schedules = map[string]string{"hourly": "rate(1 hour)", "at-twenty": "cron(20 * * * ? *)"}
	w.job = func(_ context.Context, name string) error {
		if name == "busy" {
			return errs.Later(errs.TooMany, 13*time.Minute, "slow down")
		}
		return nil
	}
	w.open()
	w.drain()
	w.diary.read() // every schedule ticks at the start
	w.order(order{Jobs: []string{"due"}, At: noon.Add(70 * time.Minute)})
	w.now("busy")
	w.advance(80 * time.Minute)
	w.noted(
		"12:00:00 busy",
		"12:13:00 busy",
		"2026-11-22 12:20:00 at-twenty",
		"12:26:00 busy",
		"12:39:00 busy",
		"12:52:00 busy",
		"2026-11-22 13:00:00 hourly",
		"13:05:00 busy",
		"13:10:00 due",
		"2026-11-22 13:20:00 at-twenty",
	)
}

func TestGoingBackAndTooFarAreRefused(t *testing.T) {
	w := newWorld(t).open()
	for _, to := range []time.Time{noon.Add(-time.Second), noon.Add(401 * 24 * time.Hour)} {
		if err := w.Advance(t.Context(), to); !errs.Is(err, errs.Invalid) {
			t.Errorf("to %v: %v", to, err)
		}
	}
	if got := w.Clock.Now(); !got.Equal(noon) {
		t.Errorf("the clock says %v", got)
	}
}

func TestWhatWasMissedWhileTheProcessWasDownIsMadeUpForOnce(t *testing.T) {
	w := newWorld(t)
	w.schedules = map[string]string{"daily": "cron(0 3 * * ? *)"}
	w.open()
	w.drain()
	w.noted("2026-11-22 12:00:00 daily")
	w.advance(24 * time.Hour)
	w.noted("2026-11-23 03:00:00 daily")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.wall.add(72 * time.Hour)
	w.open()
	w.advance(0)
	w.noted("2026-11-26 12:00:00 daily") // the day that was gained is not lost
}

func TestATickThatFailsOrPanicsDoesNotStopTheNext(t *testing.T) {
	w := newWorld(t)
	w.schedules = map[string]string{"broken": "rate(1 hour)", "well": "rate(1 hour)"}
	w.tick = func(_ context.Context, d app.Deps, name string) error {
		switch {
		case name == "well":
			return nil
		case d.Now().Hour() == 13:
			panic("ouch")
		}
		return errors.New("a reason of ours")
	}
	w.open()
	w.drain()
	w.diary.read()
	w.advance(2 * time.Hour)
	if got := len(w.diary.read()); got != 4 {
		t.Errorf("%d ticks, want two of each", got)
	}
}

func TestAScheduleCanBeFiredByHand(t *testing.T) {
	w := newWorld(t)
	w.schedules = map[string]string{"yearly": "cron(0 0 1 JAN ? *)"}
	w.open()
	w.drain()
	w.diary.read()
	if got := w.want(200, "POST", "/_local/run/yearly", "").body; got != `{"function":"yearly","status":"done"}` {
		t.Error(got)
	}
	w.noted("2026-11-22 12:00:00 yearly")
	w.tick = func(context.Context, app.Deps, string) error { return errors.New("a reason of ours") }
	if got := w.want(500, "POST", "/_local/run/yearly", "{}").body; strings.Contains(got, "reason") {
		t.Error(got)
	}
	w.want(404, "POST", "/_local/run/job-worker", "")
	w.want(404, "POST", "/_local/run/no-such", "")
}

// forget writes an order behind the functions' backs, as if its writer had died before it published the job.
func (w *world) forget(name string) {
	w.Helper()
	op := orders.Create(table.In(harbour, "order", name).At(), order{}).Emit(jobs.Message(harbour, job{name}))
	if err := w.Deps().Table.Write(w.Context(), op); err != nil {
		w.Fatal(err)
	}
}

func TestADrainDoesNotWaitForAWriterThatIsNotThere(t *testing.T) {
	w := newWorld(t).open()
	w.drain()
	w.forget("forgotten")
	w.drain()
	w.noted("12:00:00 forgotten")
}

func TestWhatADeadProcessDidNotPublishIsPublishedAtTheStart(t *testing.T) {
	w := newWorld(t)
	w.mount()
	w.forget("forgotten")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.drain()
	w.noted("12:00:00 forgotten")
}
