package stack_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/infra/stack"
	"github.com/winback-auto/winback/internal/platform/event"
)

// What the scheduler sends, once it has filled in what it fills in, is a tick as functions read it.
func TestSchedulesSendTicks(t *testing.T) {
	at := time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)
	scheduler := strings.NewReplacer(
		"<aws.scheduler.execution-id>", "e1", "<aws.scheduler.scheduled-time>", "2026-11-22T13:00:00Z",
		"<aws.scheduler.schedule-arn>", "arn:aws:scheduler:ap-southeast-2:123456789012:schedule/default/x",
	)
	for _, env := range stack.Environments {
		w := deployed(t, env)
		resolver := w.App.For(account, env.Region)
		schedules := w.App.Of("AWS::Scheduler::Schedule")
		if len(schedules) < 2 {
			t.Fatalf("%s has %d schedules", env.Key, len(schedules))
		}
		for _, s := range schedules {
			input, err := resolver.Property(s, "Target", "Input")
			if err != nil {
				t.Fatal(err)
			}
			filled := scheduler.Replace(input.(string))
			got, err := event.DecodeBridge([]byte(filled))
			if err != nil {
				t.Fatalf("%s sends %s: %v", s, filled, err)
			}
			want := event.Tick("e1", at)
			if got.ID != want.ID || got.Source != want.Source || got.DetailType != want.DetailType || !got.Time.Equal(want.Time) || !bytes.Equal(got.Detail, []byte("{}")) {
				t.Errorf("%s sends %+v, want %+v", s, got, want)
			}
			if strings.Contains(filled, "<aws.") {
				t.Errorf("nobody fills in all of %s", filled)
			}
		}
	}
}
