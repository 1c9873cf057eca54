package lambdaruntime_test

import (
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

func TestAWarmEnvironmentWaitsForItsFirstInvocation(t *testing.T) {
	s := newStand(t, func(f *lambdaruntime.Function) { f.Concurrency = 1 })
	start, err := s.Warm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if all, busy := s.Environments(); all != 1 || busy != 0 || start.Took <= 0 {
		t.Errorf("%d environments, %d busy, started in %v", all, busy, start.Took)
	}
	if _, err := s.Warm(t.Context()); err == nil {
		t.Error("a second environment where one is allowed")
	}
	a := s.invoke(order{Say: "first"})
	if a.Cold || a.Environment != start.Environment || echoed(t, a).Say != "first" {
		t.Errorf("the first invocation: %v", a)
	}
	if again := s.invoke(order{Say: "second"}); echoed(t, again).Say != "second" || again.Environment != start.Environment {
		t.Errorf("the second invocation: %v", again)
	}
}

func TestAProcessThatHasEndedSaysHowBusyItWas(t *testing.T) {
	s := newStand(t, nil)
	start, err := s.Warm(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if busy, ended := s.busy.Load(start.Environment); !ended || busy.(time.Duration) <= 0 || busy.(time.Duration) > time.Minute {
		t.Errorf("it was busy for %v", busy)
	}
}

func TestAnEnvironmentThatCannotStartIsNotWarm(t *testing.T) {
	for how, want := range map[string]string{"exit": "exit status 3", "tell": "no table"} {
		s := newStand(t, func(f *lambdaruntime.Function) { f.Variables[asBootstrap] = how })
		if _, err := s.Warm(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", how, err, want)
		}
		if all, _ := s.Environments(); all != 0 {
			t.Errorf("%s: %d environments are left", how, all)
		}
	}
}
