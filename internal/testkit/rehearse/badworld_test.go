package rehearse

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/awssim"
)

// badWorld plays the main job where everything goes wrong that may: processes are killed in the midst of a batch and hang
// until their time is over, the store is throttled, queues take nothing, SES refuses and leaves its answers open, the
// partner fails, messages and events come twice and in any order. Nothing is lost and nothing happens twice.
func (r *rehearsal) badWorld(t *testing.T) {
	t.Parallel()
	options := prepare(t)
	// A message is dead after six receives. That of a list spends two by the first read, which fails, one by the kill, and
	// more on the lease of whoever was killed: it is killed once.
	m := newMishaps(t,
		mishap{"recapture-submit", "dynamodb", 40, "kill", true},
		mishap{"recapture-poll", "dynamodb", 12, "kill", false},
		mishap{"sighting-verify", "dynamodb", 60, "kill", true},
		mishap{"sighting-verify", "sqs", 10, "kill", false},
		mishap{"notify-send", "dynamodb", 30, "hang", true},
		mishap{"mail-send", "ses", 3, "kill", true},
		mishap{"outbox-sweep", "sqs", 3, "kill", true},
	)
	options.Fault, options.Partner = m.fault, m.partner
	options.Queues = awssim.SQSOptions{Seed: 7, Duplicate: 0.1, Reorder: true}
	options.Disorder = true
	s := r.stand(t, options)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.begin(s)
	hurry, stop := context.WithCancel(t.Context())
	defer stop()
	go s.leap(hurry, t)
	out, err := Play(t.Context(), s.world(), *cars)
	if err != nil {
		t.Fatal(errors.Join(err, fmt.Errorf("%q", s.Faults())))
	}
	stop()
	alike(t, out, *cars)
	t.Log(m.counts())
	for _, kind := range []string{"killed", "hung", "throttled", "failed", "unsent", "refused", "confused", "partner failed"} {
		if m.counts()[kind] == 0 {
			t.Errorf("nothing was %s", kind)
		}
	}
	timedOut := 0
	for _, f := range s.Plan.Functions {
		for _, i := range s.records.of(f.Name) {
			if i.failed == "Sandbox.Timedout" {
				timedOut++
			}
		}
	}
	if timedOut == 0 {
		t.Error("no invocation has timed out")
	}
}

// leap lets half a minute pass whenever nothing else is to be done, until the context ends: what waits for a lease or for its
// visibility need not be waited for.
func (s *Stand) leap(ctx context.Context, t *testing.T) {
	timer := time.NewTicker(300 * time.Millisecond)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		if left, err := s.left(ctx); err != nil || left != "" {
			continue
		}
		if err := s.Age(30 * time.Second); err != nil {
			t.Error(err)
			return
		}
	}
}
