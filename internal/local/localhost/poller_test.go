package localhost_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

func TestMessagesArriveInBatches(t *testing.T) {
	w := newWorld(t).open()
	var names []string
	for i := range 25 {
		names = append(names, fmt.Sprint(i))
	}
	w.now(names...)
	w.drain()
	if got := len(w.diary.read()); got != 25 {
		t.Errorf("%d messages arrived, want 25", got)
	}
	if got := w.log.count(`"invocation"`, `"messages":10`); got < 2 {
		t.Errorf("%d full batches arrived:\n%s", got, w.log)
	}
}

func TestEachMessageOfABatchHasItsOwnFate(t *testing.T) {
	w := newWorld(t)
	w.job = func(_ context.Context, name string) error {
		switch name {
		case "fails":
			return errors.New("a reason of ours")
		case "panics":
			panic("ouch")
		case "pointless":
			return errs.E(errs.NotFound, "there is no such thing")
		case "dropped":
			return queue.Drop(errors.New("not today"))
		case "later":
			return queue.Delay(time.Minute, errors.New("not yet"))
		}
		return nil
	}
	w.open()
	w.now("one", "fails", "pointless", "panics", "later", "dropped", "two")
	if got := w.drain(); got.Scheduled != 3 || len(got.Dead) != 0 {
		t.Errorf("%+v, want three messages that wait for another attempt", got)
	}
	w.noted("12:00:00 one", "12:00:00 fails", "12:00:00 pointless", "12:00:00 panics", "12:00:00 later", "12:00:00 dropped", "12:00:00 two")

	// The delay ends after a minute, the visibility of the others after six times the timeout.
	w.advance(3 * time.Minute)
	got := w.diary.read()
	slices.Sort(got)
	if want := []string{"12:01:00 later", "12:02:00 later", "12:02:48 fails", "12:02:48 panics", "12:03:00 later"}; !slices.Equal(got, want) {
		t.Errorf("the functions saw\n%q, want\n%q", got, want)
	}
}

func TestAMessageThatKeepsFailingIsADeadLetterUntilItIsRedriven(t *testing.T) {
	w := newWorld(t)
	broken := true
	w.job = func(context.Context, string) error {
		if broken {
			return errors.New("a reason of ours")
		}
		return nil
	}
	w.open()
	w.now("poison", "other")
	w.advance(time.Hour)
	if got := len(w.diary.read()); got != 2*queue.MaxReceives {
		t.Errorf("%d attempts, want %d for each", got, queue.MaxReceives)
	}
	if got := w.drain(); got.Dead["job-do"] != 2 || got.Scheduled != 0 {
		t.Errorf("%+v, want two dead letters", got)
	}
	broken = false
	if got := w.want(200, "POST", "/_local/redrive/job-do", "").body; got != `{"moved":2}` {
		t.Errorf("redrive: %s", got)
	}
	if got := w.drain(); len(got.Dead) != 0 {
		t.Errorf("%+v after the redrive", got)
	}
	if got := len(w.diary.read()); got != 2 {
		t.Errorf("%d attempts after the redrive, want one for each", got)
	}
	w.want(404, "POST", "/_local/redrive/no-such", "")
}

// A consumer that is refused for the moment waits longer each time, which shows that the count of receives arrives.
func TestReceiveCountsGrow(t *testing.T) {
	w := newWorld(t)
	attempts := 0
	w.job = func(context.Context, string) error {
		if attempts++; attempts < 5 {
			return errs.E(errs.Unavailable, "out to lunch")
		}
		return nil
	}
	w.open()
	w.now("lunch")
	w.advance(5 * time.Minute)
	w.noted("12:00:00 lunch", "12:00:05 lunch", "12:00:15 lunch", "12:00:35 lunch", "12:01:15 lunch")
}

func TestAMessageForLaterComesAtItsInstant(t *testing.T) {
	w := newWorld(t).open()
	w.order(order{Jobs: []string{"later"}, At: noon.Add(36 * time.Hour)})
	if got := w.drain(); got.Scheduled != 1 {
		t.Errorf("%+v, want one that waits", got)
	}
	w.advance(36*time.Hour - time.Second)
	w.noted()
	w.advance(time.Second)
	w.noted("00:00:00 later")
	if got := w.drain(); got.Scheduled != 0 {
		t.Errorf("%+v, want nothing left", got)
	}
}

func TestQueuedMessagesOutliveTheProcess(t *testing.T) {
	w := newWorld(t)
	w.mount() // its pollers do not run
	w.now("one", "two")
	w.order(order{Jobs: []string{"later"}, At: noon.Add(time.Hour)})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
	w.drain()
	w.noted("12:00:00 one", "12:00:00 two")
	w.advance(time.Hour)
	w.noted("13:00:00 later")
}
