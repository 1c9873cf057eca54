package queue_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

func TestTheErrorOfAConsumerDecidesTheFateOfItsMessage(t *testing.T) {
	cause := errors.New("cause")
	dropped, retried := queue.Verdict{Fate: queue.Dropped}, queue.Verdict{Fate: queue.Retried}
	delayed := func(wait time.Duration) queue.Verdict { return queue.Verdict{Fate: queue.Delayed, Wait: wait} }
	for _, test := range []struct {
		name     string
		err      error
		receives int
		want     queue.Verdict
	}{
		{"success", nil, 1, queue.Verdict{Fate: queue.Done}},
		{"nobody classified it", cause, 1, retried},
		{"invalid", errs.E(errs.Invalid, "no"), 1, dropped},
		{"not found", errs.E(errs.NotFound, "no"), 1, dropped},
		{"gone", errs.E(errs.Gone, "no"), 1, dropped},
		{"conflict", errs.E(errs.Conflict, "no"), 1, retried},
		{"forbidden", errs.E(errs.Forbidden, "no"), 1, retried},
		{"unauthenticated", errs.E(errs.Unauthenticated, "no"), 1, retried},
		{"a kind far down the chain", fmt.Errorf("while: %w", errs.E(errs.Gone, "no")), 1, dropped},
		{"unavailable, first receive", errs.E(errs.Unavailable, "no"), 1, delayed(5 * time.Second)},
		{"unavailable, second receive", errs.E(errs.Unavailable, "no"), 2, delayed(10 * time.Second)},
		{"unavailable, last receive", errs.E(errs.Unavailable, "no"), queue.MaxReceives, delayed(160 * time.Second)},
		{"unavailable, absurd count", errs.E(errs.Unavailable, "no"), 1 << 20, delayed(queue.MaxDelay)},
		{"unavailable, count unknown", errs.E(errs.Unavailable, "no"), 0, delayed(5 * time.Second)},
		{"too many, with a wait", errs.Later(errs.TooMany, time.Minute, "no"), 3, delayed(time.Minute)},
		{"too many, with an absurd wait", errs.Later(errs.TooMany, 1e9*time.Second, "no"), 1, delayed(queue.MaxDelay)},
		{"too many, with a wait in the past", errs.Later(errs.TooMany, -time.Hour, "no"), 1, delayed(5 * time.Second)},
		{"said: drop", queue.Drop(errs.E(errs.Unavailable, "no")), 1, dropped},
		{"said: delay", queue.Delay(time.Minute, errs.E(errs.Invalid, "no")), 1, delayed(time.Minute)},
		{"said: delay for too long", queue.Delay(time.Hour, cause), 1, delayed(queue.MaxDelay)},
		{"said: delay for less than nothing", queue.Delay(-time.Hour, cause), 1, delayed(0)},
		{"said further down", fmt.Errorf("while: %w", queue.Drop(cause)), 1, dropped},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := queue.Judge(test.err, test.receives); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestAVerdictKeepsItsCause(t *testing.T) {
	cause := errs.E(errs.Gone, "sold")
	for _, err := range []error{queue.Drop(cause), queue.Delay(time.Second, cause)} {
		if !errors.Is(err, cause) || err.Error() != "sold" || !errs.Is(err, errs.Gone) {
			t.Errorf("%v of kind %v", err, errs.KindOf(err))
		}
	}
	if text := queue.Drop(nil).Error(); text == "" {
		t.Error("a verdict without a cause has no text")
	}
}
