//go:build unix

package lambdaruntime_test

import (
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/testkit/lambdaruntime"
)

func TestAProcessThatHangsIsEndedWhenItsTimeIsOver(t *testing.T) {
	s := newStand(t, func(f *lambdaruntime.Function) { f.Timeout = 500 * time.Millisecond })
	s.invoke(order{})
	if n := s.Suspend(); n != 0 {
		t.Errorf("suspended %d idle ones", n)
	}
	payload, _ := gate(t)
	go func() {
		s.line()
		if n := s.Suspend(); n != 1 {
			t.Errorf("suspended %d", n)
		}
	}()
	a, err := s.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	says(t, a, "Sandbox.Timedout", "Task timed out after 0.50 seconds")
}
