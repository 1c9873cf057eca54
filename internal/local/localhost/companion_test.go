package localhost_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

// friend is a companion with appointments.
type friend struct {
	now     func() time.Time
	diary   *diary
	changed chan struct{}
	worked  chan time.Time

	mu           sync.Mutex
	appointments []time.Time
	broken       bool
}

func (f *friend) plan(at ...time.Time) {
	f.mu.Lock()
	f.appointments = append(f.appointments, at...)
	f.mu.Unlock()
	f.changed <- struct{}{}
}

func (f *friend) Changed() <-chan struct{} { return f.changed }

func (f *friend) Next(context.Context) (time.Time, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.appointments) == 0 {
		return time.Time{}, false
	}
	return f.appointments[0], true
}

func (f *friend) Work(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return errors.New("a reason of its own")
	}
	for len(f.appointments) > 0 && !f.appointments[0].After(f.now()) {
		f.diary.note("%s appointment", f.now().Format(time.DateTime))
		f.worked <- f.appointments[0]
		f.appointments = f.appointments[1:]
	}
	return nil
}

func accompanied(t *testing.T) (*world, *friend) {
	w := newWorld(t)
	f := &friend{diary: w.diary, changed: make(chan struct{}, 1), worked: make(chan time.Time, 10)}
	f.now = func() time.Time { return w.Clock.Now() }
	w.companion = f
	return w, f
}

func TestACompanionWorksWhenItsTimeHasCome(t *testing.T) {
	w, f := accompanied(t)
	w.open()
	f.plan(noon)
	<-f.worked
	f.plan(noon.Add(time.Minute))
	w.wall.add(time.Minute)
	<-f.worked
	w.drain()
	w.noted("2026-11-22 12:00:00 appointment", "2026-11-22 12:01:00 appointment")
}

func TestAdvanceStopsAtTheAppointmentsOfACompanion(t *testing.T) {
	w, f := accompanied(t)
	w.schedules = map[string]string{"hourly": "rate(1 hour)"}
	w.open()
	w.drain()
	w.diary.read()
	f.plan(noon.Add(59*time.Minute), noon.Add(60*time.Minute), noon.Add(3*time.Hour))
	w.advance(2 * time.Hour)
	w.noted("2026-11-22 12:59:00 appointment", "2026-11-22 13:00:00 appointment", "2026-11-22 13:00:00 hourly", "2026-11-22 14:00:00 hourly")
}

func TestACompanionThatFailsStopsTheClockAndNothingElse(t *testing.T) {
	w, f := accompanied(t)
	done := make(chan bool)
	w.job = func(context.Context, string) error {
		done <- true
		return nil
	}
	w.open()
	f.mu.Lock()
	f.broken = true
	f.mu.Unlock()
	f.plan(noon.Add(time.Hour))
	if err := w.Advance(t.Context(), noon.Add(2*time.Hour)); err == nil || !w.Clock.Now().Equal(noon.Add(time.Hour)) {
		t.Errorf("%v; the clock says %v", err, w.Clock.Now())
	}
	w.now("work")
	<-done
}
