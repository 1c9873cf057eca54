package queue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/winback-auto/winback/internal/platform/errs"
	"github.com/winback-auto/winback/internal/platform/queue"
)

func TestAMessageIsCheckedAgainstTheBoundsOfEveryDriver(t *testing.T) {
	fine := queue.Outgoing{ID: "1", Topic: "notify-send", Group: "01HARBOUR", Body: []byte("{}"), Delay: queue.MaxDelay}
	if err := fine.Check(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		location string
		change   func(*queue.Outgoing)
	}{
		{"topic", func(m *queue.Outgoing) { m.Topic = "" }},
		{"topic", func(m *queue.Outgoing) { m.Topic = strings.Repeat("a", 81) }},
		{"topic", func(m *queue.Outgoing) { m.Topic = "notify.send" }},
		{"group", func(m *queue.Outgoing) { m.Group = "a b" }},
		{"group", func(m *queue.Outgoing) { m.Group = strings.Repeat("a", 129) }},
		{"body", func(m *queue.Outgoing) { m.Body = nil }},
		{"body", func(m *queue.Outgoing) { m.Body = make([]byte, queue.MaxBody+1) }},
		{"body", func(m *queue.Outgoing) { m.Body = []byte{0xff} }},
		{"delay", func(m *queue.Outgoing) { m.Delay = queue.MaxDelay + 1 }},
		{"delay", func(m *queue.Outgoing) { m.Delay = -1 }},
	} {
		m := fine
		test.change(&m)
		violations := errs.ViolationsOf(m.Check())
		if len(violations) == 0 || violations[0].Location != test.location {
			t.Errorf("%s %q: violations %v", test.location, m.Topic, violations)
		}
	}
}

func TestWhatCannotBeSentIsPartedAndNamed(t *testing.T) {
	message := func(id, body string) queue.Outgoing {
		return queue.Outgoing{ID: id, Topic: "t", Body: []byte(body)}
	}
	all := []queue.Outgoing{message("1", "a"), message("2", ""), message("3", "c"), message("4", "")}
	good, err := queue.Sendable(all)
	var unsent *queue.UnsentError
	if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"2", "4"}) || !errs.Is(err, errs.Invalid) {
		t.Errorf("error %v", err)
	}
	if len(good) != 2 || good[0].ID != "1" || good[1].ID != "3" {
		t.Errorf("good %v", good)
	}
	if all[1].ID != "2" {
		t.Error("the caller's list was changed")
	}
	if good, err := queue.Sendable(all[:1]); len(good) != 1 || err != nil {
		t.Errorf("%d good, error %v", len(good), err)
	}
}

func TestUnsentMessagesOfSeveralPartsBecomeOneError(t *testing.T) {
	first := queue.NotSent([]string{"a"}, errs.Later(errs.TooMany, time.Minute, "slow down"))
	second := queue.NotSent([]string{"b", "c"}, errs.E(errs.Unavailable, "gone"))
	err := queue.JoinUnsent(nil, first, second)
	var unsent *queue.UnsentError
	if !errors.As(err, &unsent) || !slices.Equal(unsent.IDs, []string{"a", "b", "c"}) {
		t.Fatalf("error %v", err)
	}
	if !errs.Is(err, errs.TooMany) || errs.RetryAfter(err) != time.Minute {
		t.Errorf("kind %v, wait %v", errs.KindOf(err), errs.RetryAfter(err))
	}
	plain := errs.E(errs.Unavailable, "no idea")
	if err := queue.JoinUnsent(first, plain); errors.As(err, &unsent) || !errors.Is(err, plain) {
		t.Errorf("a part that names nothing: %v", err)
	}
	if queue.JoinUnsent(nil, nil) != nil || queue.NotSent(nil, nil) != nil {
		t.Error("an error without a message")
	}
}

func TestTheErrorNamesAtMostTenMessages(t *testing.T) {
	var ids []string
	for i := range 200 {
		ids = append(ids, fmt.Sprintf("id-%d", i))
	}
	text := queue.NotSent(ids, errs.E(errs.Unavailable, "gone")).Error()
	if !strings.Contains(text, "id-9,") || strings.Contains(text, "id-10") || !strings.HasPrefix(text, "200 ") {
		t.Error(text)
	}
}
