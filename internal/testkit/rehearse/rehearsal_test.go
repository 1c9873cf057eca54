package rehearse

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// cars is how many vehicles the main job has.
const cars = 300

// undisturbed is local mode's outcome of the main job, which is played once.
var undisturbed struct {
	sync.Once
	outcome Outcome
	err     error
}

func ofLocalMode(t *testing.T) Outcome {
	t.Helper()
	undisturbed.Do(func() { undisturbed.outcome, undisturbed.err = Play(t.Context(), localMode(t), cars) })
	if undisturbed.err != nil {
		t.Fatal(undisturbed.err)
	}
	return undisturbed.outcome
}

// world is the stand as the main job sees it.
func (s *Stand) world() World {
	return World{Winback: s.url, Partner: s.partner.url, Pass: func(_ context.Context, by time.Duration) error { return s.Age(by) }}
}

// playedAlike plays the main job at a stand and compares the outcome with local mode's on the same lists.
func playedAlike(t *testing.T, s *Stand) {
	t.Helper()
	want := ofLocalMode(t)
	got, err := Play(t.Context(), s.world(), cars)
	if err != nil {
		t.Fatal(errors.Join(err, fmt.Errorf("%q", s.Faults())))
	}
	t.Logf("%v: %d lost, %d doubled", got, got.Missing(want), want.Missing(got))
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Outcome{})); diff != "" {
		t.Errorf("the outcome differs (- local mode, + rehearsal):\n%s", diff)
	}
}

func TestTheMainJobEndsAsInLocalMode(t *testing.T) {
	s := stand(t, prepare(t))
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	playedAlike(t, s)
}
