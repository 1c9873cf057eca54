package queuetest

import (
	"context"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

// Flaky is a Sender that fails when it is told to, before or after the effect: the worst that a network may do.
type Flaky struct {
	Sender queue.Sender
	// Fault decides about one call. op is "send" or "delay", topic that of the message. A nil err lets the call pass; else the
	// caller gets the error, and apply says whether the effect took place all the same. Send asks once for each message.
	Fault func(op, topic, id string) (apply bool, err error)
}

var _ queue.Sender = Flaky{}

// Unanswered is the error of a call whose answer was lost.
func Unanswered() error { return errs.E(errs.Unavailable, "the queue does not answer") }

// Send implements queue.Sender: the error names exactly the messages with a fault.
func (f Flaky) Send(ctx context.Context, messages []queue.Outgoing) error {
	var applied []queue.Outgoing
	var failed []error
	for _, m := range messages {
		apply, err := f.Fault("send", m.Topic, m.ID)
		if err != nil {
			failed = append(failed, queue.NotSent([]string{m.ID}, err))
		}
		if err == nil || apply {
			applied = append(applied, m)
		}
	}
	if len(applied) > 0 {
		failed = append(failed, f.Sender.Send(ctx, applied))
	}
	return queue.JoinUnsent(failed...)
}

// Delay implements queue.Sender.
func (f Flaky) Delay(ctx context.Context, topic, receipt string, wait time.Duration) error {
	apply, err := f.Fault("delay", topic, receipt)
	if err == nil || apply {
		if e := f.Sender.Delay(ctx, topic, receipt, wait); e != nil && err == nil {
			return e
		}
	}
	return err
}
