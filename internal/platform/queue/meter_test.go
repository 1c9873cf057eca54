package queue_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/queue"
)

// nowhere takes everything.
type nowhere struct{}

func (nowhere) Send(context.Context, []queue.Outgoing) error               { return nil }
func (nowhere) Delay(context.Context, string, string, time.Duration) error { return nil }

func TestCallsToTheQueuesAreCountedAsTheyAreBilled(t *testing.T) {
	var meter queue.Meter
	sender := meter.Around(nowhere{})
	var messages []queue.Outgoing
	for n := range 33 { // 11 of each topic
		messages = append(messages, queue.Outgoing{ID: fmt.Sprint(n), Topic: []string{"a", "b", "c"}[n%3]})
	}
	if err := sender.Send(t.Context(), messages); err != nil {
		t.Fatal(err)
	}
	if err := sender.Delay(t.Context(), "a", "receipt", time.Second); err != nil {
		t.Fatal(err)
	}
	meter.Received()
	meter.Deleted(10)
	meter.Deleted(1)
	meter.Deleted(0)
	want := queue.Usage{Sends: 6, Receives: 1, Deletes: 2, Delays: 1, Messages: 33}
	if got := meter.Usage(); got != want || got.Calls() != 10 {
		t.Errorf("%+v, %d calls", got, got.Calls())
	}
}
